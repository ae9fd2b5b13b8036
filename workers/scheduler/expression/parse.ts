// The grammar of filter and goodness functions, from the loosest operator to the tightest:
//   a ? b : c    or ||    and &&    not !    == != <> < <= > >= (chained)    + -    * /    ^ (from the left)    sign
import { ExpressionError, type Token, tokensOf } from './tokens.ts';

export type Expression =
  | { readonly is: 'value'; readonly value: number | string | boolean }
  | { readonly is: 'variable'; readonly of: string; readonly name: string }
  | { readonly is: 'call'; readonly name: 'abs' | 'max' | 'min'; readonly given: readonly Expression[] }
  | { readonly is: 'unary'; readonly sign: '-' | '+' | '!'; readonly of: Expression }
  | { readonly is: 'binary'; readonly sign: string; readonly left: Expression; readonly right: Expression }
  | { readonly is: 'compare'; readonly first: Expression; readonly rest: readonly (readonly [string, Expression])[] }
  | { readonly is: 'choice'; readonly when: Expression; readonly then: Expression; readonly otherwise: Expression };

/** How deep parentheses, signs and choices may nest. */
export const mostDepth = 64;

/** Parses an expression. Throws an ExpressionError that says what is wrong. */
export function parse(source: string): Expression {
  const parser = new Parser(tokensOf(source));
  const parsed = parser.choice();
  parser.end();
  return parsed;
}

const comparisons = ['==', '!=', '<>', '<', '<=', '>', '>='];
const words: Readonly<Record<string, string>> = { and: '&&', AND: '&&', or: '||', OR: '||', not: '!', NOT: '!' };
const truths: Readonly<Record<string, boolean>> = { true: true, True: true, false: false, False: false };

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  /** The next operator, also one written as a word; null when something else comes next. */
  #sign(): string | null {
    const token = this.#tokens[this.#at];
    if (token?.is === 'sign') return token.value;
    return token?.is === 'name' && Object.hasOwn(words, token.value) ? (words[token.value] ?? null) : null;
  }

  /** Consumes the next operator if it is one of these. */
  #take(...signs: readonly string[]): string | null {
    const sign = this.#sign();
    if (sign === null || !signs.includes(sign)) return null;
    this.#at += 1;
    return sign;
  }

  #expect(sign: string): void {
    if (this.#take(sign) === null) throw new ExpressionError(`${sign} is missing ${this.#where()}`);
  }

  #where(): string {
    const token = this.#tokens[this.#at];
    return token === undefined ? 'at the end' : `before ${String(token.value)}`;
  }

  #deeper<T>(read: () => T): T {
    this.#depth += 1;
    if (this.#depth > mostDepth) throw new ExpressionError(`it is nested deeper than ${mostDepth}`);
    const found = read();
    this.#depth -= 1;
    return found;
  }

  end(): void {
    if (this.#at < this.#tokens.length) throw new ExpressionError(`something is missing ${this.#where()}`);
  }

  choice(): Expression {
    return this.#deeper(() => {
      const when = this.#chain(() => this.#chain(() => this.#not(), '&&'), '||');
      if (this.#take('?') === null) return when;
      const then = this.choice();
      this.#expect(':');
      return { is: 'choice', when, then, otherwise: this.choice() };
    });
  }

  /** Operators of one level, left to right. */
  #chain(inner: () => Expression, ...signs: readonly string[]): Expression {
    let left = inner();
    for (let sign = this.#take(...signs); sign !== null; sign = this.#take(...signs)) {
      left = { is: 'binary', sign, left, right: inner() };
    }
    return left;
  }

  #not(): Expression {
    if (this.#take('!') === null) return this.#comparison();
    return { is: 'unary', sign: '!', of: this.#deeper(() => this.#not()) };
  }

  #comparison(): Expression {
    const first = this.#sum();
    const rest: (readonly [string, Expression])[] = [];
    for (let sign = this.#take(...comparisons); sign !== null; sign = this.#take(...comparisons)) {
      rest.push([sign, this.#sum()]);
    }
    return rest.length === 0 ? first : { is: 'compare', first, rest };
  }

  #sum(): Expression {
    return this.#chain(() => this.#chain(() => this.#chain(() => this.#signed(), '^'), '*', '/'), '+', '-');
  }

  #signed(): Expression {
    const sign = this.#take('-', '+', '!');
    if (sign === null) return this.#operand();
    return { is: 'unary', sign: sign as '-' | '+' | '!', of: this.#deeper(() => this.#signed()) }; // one of those
  }

  #operand(): Expression {
    if (this.#take('(') !== null) {
      const inner = this.choice();
      this.#expect(')');
      return inner;
    }
    const token = this.#tokens[this.#at];
    if (token === undefined || token.is === 'sign' || Object.hasOwn(words, String(token.value))) {
      throw new ExpressionError(`a value is missing ${this.#where()}`);
    }
    this.#at += 1;
    return token.is === 'name' ? this.#named(token.value) : { is: 'value', value: token.value };
  }

  #named(name: string): Expression {
    const value = Object.hasOwn(truths, name) ? truths[name] : undefined;
    if (value !== undefined) return { is: 'value', value };
    const [of = '', field] = name.split('.');
    if (field !== undefined) return { is: 'variable', of, name: field };
    if (name !== 'abs' && name !== 'max' && name !== 'min')
      throw new ExpressionError(`${name} is no name that it knows`);
    this.#expect('(');
    const given: Expression[] = [];
    do given.push(this.choice());
    while (this.#take(',') !== null);
    this.#expect(')');
    if (name === 'abs' && given.length !== 1) throw new ExpressionError('abs takes one value');
    return { is: 'call', name, given };
  }
}
