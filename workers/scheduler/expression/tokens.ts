// The tokens of a filter or goodness function, read in one pass.

export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
}

export type Token =
  | { readonly is: 'number'; readonly value: number }
  | { readonly is: 'text'; readonly value: string }
  /** A variable such as `stats.free_capacity_gb`, a function, or a word. */
  | { readonly is: 'name'; readonly value: string }
  | { readonly is: 'sign'; readonly value: string };

/** Longer expressions are refused: nobody writes one by hand. */
export const mostLength = 4_096;

/** Anchored and without nested repetition, so each character is read once or twice. */
const number = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
const name = /[A-Za-z_]\w*(?:\.\w+)?/y;
const text = /"[^"]*"|'[^']*'/y;
const sign = /==|!=|<>|<=|>=|&&|\|\||[-+*/^()<>!?:,]/y;
const space = /\s+/y;

/** Throws an ExpressionError that names the character that cannot be read. */
export function tokensOf(source: string): Token[] {
  if (source.length > mostLength) throw new ExpressionError(`it is longer than ${mostLength} characters`);
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const [found] = pattern.exec(source) ?? [];
    at += found?.length ?? 0;
    return found;
  };
  while (at < source.length) {
    if (take(space) !== undefined) continue;
    const token = next(take);
    if (token === null) throw new ExpressionError(`character ${at + 1}, ${JSON.stringify(source[at])}, means nothing`);
    tokens.push(token);
  }
  return tokens;
}

function next(take: (pattern: RegExp) => string | undefined): Token | null {
  const figure = take(number);
  if (figure !== undefined) return { is: 'number', value: Number(figure) };
  const word = take(name);
  if (word !== undefined) return { is: 'name', value: word };
  const quoted = take(text);
  if (quoted !== undefined) return { is: 'text', value: quoted.slice(1, -1) };
  const found = take(sign);
  return found === undefined ? null : { is: 'sign', value: found };
}
