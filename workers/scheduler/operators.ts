// The operators of extra specs: `>= 5`, `<is> True`, `<in> ssd`, `<or> a <or> b`, `s== text`.

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
