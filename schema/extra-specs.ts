// What extra specs ask of a pool: capabilities by name, with operators: `>= 5`, `<is> True`, `<in> ssd`,
// `<or> a <or> b`, `s== text`. The scheduler decides by it, and the list of pools filters by it.

type Capabilities = Readonly<Record<string, unknown>>;

type Compare = (has: string, wanted: string) => boolean;

const numeric =
  (compare: (a: number, b: number) => boolean): Compare =>
  (has, wanted) => {
    const a = Number(has);
    const b = Number(wanted);
    return !Number.isNaN(a) && !Number.isNaN(b) && wanted !== '' && compare(a, b);
  };

const isTrue = (text: string) => ['t', 'true', 'on', 'y', 'yes', '1'].includes(text.trim().toLowerCase());

const operators: Readonly<Record<string, Compare>> = {
  // Cinder's `=` means at least.
  '=': numeric((a, b) => a >= b),
  '==': numeric((a, b) => a === b),
  '!=': numeric((a, b) => a !== b),
  '>=': numeric((a, b) => a >= b),
  '<=': numeric((a, b) => a <= b),
  's==': (has, wanted) => has === wanted,
  's!=': (has, wanted) => has !== wanted,
  's<': (has, wanted) => has < wanted,
  's<=': (has, wanted) => has <= wanted,
  's>': (has, wanted) => has > wanted,
  's>=': (has, wanted) => has >= wanted,
  '<in>': (has, wanted) => has.includes(wanted),
  '<is>': (has, wanted) => isTrue(has) === isTrue(wanted),
};

/** Whether a capability meets an extra spec. A list meets it when one of its items does. */
export function matches(has: unknown, wanted: string): boolean {
  if (Array.isArray(has)) return has.some((one) => matches(one, wanted));
  const text = has === true ? 'True' : has === false ? 'False' : String(has);
  const words = wanted.trim().split(/\s+/);
  const [first = '', ...rest] = words;
  if (first === '<or>') {
    const options = wanted.split('<or>').map((option) => option.trim());
    return options.some((option) => option !== '' && option === text);
  }
  const operator = Object.hasOwn(operators, first) ? operators[first] : undefined;
  return operator === undefined ? text === wanted : operator(text, rest.join(' '));
}

/**
 * The first extra spec that a pool does not meet, as a reason; null when it meets them all. Only specs without a scope
 * and `capabilities:` ones are about capabilities; a key with more parts looks into nested ones.
 */
export function unmetSpec(has: Capabilities, specs: Readonly<Record<string, string>>): string | null {
  for (const [key, wanted] of Object.entries(specs)) {
    const path = key.split(':');
    if (path.length > 1 && path[0] !== 'capabilities') continue;
    if (key === 'multiattach') continue;
    const value = lookUp(has, path[0] === 'capabilities' ? path.slice(1) : path);
    if (value === undefined) return `it has no capability ${key}`;
    if (!matches(value, wanted)) return `its ${key} is ${String(value)}, not ${wanted}`;
  }
  return null;
}

function lookUp(has: Capabilities, path: readonly string[]): unknown {
  let value: unknown = has;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Capabilities)[key]; // an object, as was just seen
  }
  return value;
}
