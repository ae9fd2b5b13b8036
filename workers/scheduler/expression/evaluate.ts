// Evaluates a filter or goodness function, given the variables. No code is run: it walks the expression's tree.
import { type Expression, parse } from './parse.ts';
import { ExpressionError } from './tokens.ts';

export type Value = number | string | boolean;

/** The variables, by scope and name: `stats.free_capacity_gb` is variables.stats.free_capacity_gb. */
export type Variables = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The same few expressions are evaluated for each pool of each decision. */
const mostRemembered = 64;
const remembered = new Map<string, Expression | ExpressionError>();

/**
 * The value of an expression. Throws an ExpressionError when it cannot be parsed, uses an unknown variable, or
 * calculates with something that is not a number. Its time grows only with its length, which is limited.
 */
export function evaluate(source: string, variables: Variables): Value {
  const parsed = parsedOnce(source);
  if (parsed instanceof ExpressionError) throw parsed;
  return worth(parsed, variables);
}

function parsedOnce(source: string): Expression | ExpressionError {
  const known = remembered.get(source);
  if (known !== undefined) return known;
  let parsed: Expression | ExpressionError;
  try {
    parsed = parse(source);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    parsed = error;
  }
  if (remembered.size >= mostRemembered) remembered.clear();
  remembered.set(source, parsed);
  return parsed;
}

function worth(one: Expression, variables: Variables): Value {
  switch (one.is) {
    case 'value':
      return one.value;
    case 'variable':
      return lookUp(one, variables);
    case 'unary':
      return one.sign === '!' ? !isTrue(worth(one.of, variables)) : signed(one.sign, worth(one.of, variables));
    case 'choice':
      return worth(isTrue(worth(one.when, variables)) ? one.then : one.otherwise, variables);
    case 'compare':
      return compared(one, variables);
    case 'binary':
      return reckoned(one, variables);
    case 'call': {
      const given = one.given.map((each) => numberOf(worth(each, variables)));
      return finite(Math[one.name](...(given as [number])));
    }
  }
}

const isTrue = (value: Value) => value !== false && value !== 0 && value !== '';
const signed = (sign: '-' | '+', value: Value) => (sign === '-' ? -numberOf(value) : numberOf(value));

function lookUp({ of, name }: { readonly of: string; readonly name: string }, variables: Variables): Value {
  const space = Object.hasOwn(variables, of) ? variables[of] : undefined;
  const found = space !== undefined && Object.hasOwn(space, name) ? space[name] : undefined;
  if (typeof found === 'number' || typeof found === 'boolean') return found;
  if (typeof found !== 'string') throw new ExpressionError(`there is no ${of}.${name}`);
  // Extra specs and QoS specs are texts.
  const number = Number(found);
  if (found.trim() !== '' && !Number.isNaN(number)) return number;
  return found === 'True' || found === 'true' ? true : found === 'False' || found === 'false' ? false : found;
}

function numberOf(value: Value): number {
  if (typeof value === 'string') throw new ExpressionError(`${JSON.stringify(value)} is no number`);
  return Number(value);
}

function finite(value: number): number {
  if (Number.isNaN(value)) throw new ExpressionError('its result is no number');
  return value;
}

type Binary = Extract<Expression, { readonly is: 'binary' }>;

function reckoned({ sign, left, right }: Binary, variables: Variables): Value {
  const first = worth(left, variables);
  if (sign === '&&') return isTrue(first) && isTrue(worth(right, variables));
  if (sign === '||') return isTrue(first) || isTrue(worth(right, variables));
  const a = numberOf(first);
  const b = numberOf(worth(right, variables));
  if (sign === '/' && b === 0) throw new ExpressionError('it divides by zero');
  return finite(sign === '+' ? a + b : sign === '-' ? a - b : sign === '*' ? a * b : sign === '/' ? a / b : a ** b);
}

type Compare = Extract<Expression, { readonly is: 'compare' }>;

/** `1 < 2 < 3` holds when each neighbouring pair does. */
function compared({ first, rest }: Compare, variables: Variables): boolean {
  let left = worth(first, variables);
  for (const [sign, expression] of rest) {
    const right = worth(expression, variables);
    if (!holds(sign, left, right)) return false;
    left = right;
  }
  return true;
}

function holds(sign: string, left: Value, right: Value): boolean {
  const isText = typeof left === 'string' && typeof right === 'string';
  if (sign === '==') return isText || typeof left === typeof right ? left === right : Number(left) === Number(right);
  if (sign === '!=' || sign === '<>') return !holds('==', left, right);
  const [a, b] = isText ? [left, right] : [numberOf(left), numberOf(right)];
  return sign === '<' ? a < b : sign === '<=' ? a <= b : sign === '>' ? a > b : a >= b;
}
