// SQL read token by token, as far as one must to tell parameters, statements and comments from what stands in quotes.

export type TokenKind = 'comment' | 'text' | 'identifier' | 'parameter' | 'end' | 'other';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** Of a parameter: `id` of `:id`. */
  readonly name?: string;
}

// What may hold a colon without being a parameter comes first, so that the alternation steps over it whole:
// comments, quoted text (E'' knows backslashes, '' does not), dollar quotes, identifiers, casts, and words
// (so that the e in `name'...'` never passes for the E of an escape string).
const pattern =
  /--[^\n]*|\/\*|\b[eE]'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$([A-Za-z_]\w*)?\$[\s\S]*?\$\1\$|::|:=|:([A-Za-z_]\w*)|;|\?|[A-Za-z_][\w$]*/g;

/** The text with each token replaced by what `replace` makes of it; all between tokens stays as it is. */
export function rewrite(text: string, replace: (token: Token) => string): string {
  let out = '';
  let at = 0;
  pattern.lastIndex = 0;
  for (let found = pattern.exec(text); found; found = pattern.exec(text)) {
    const name = found[2];
    const end = found[0] === '/*' ? endOfComment(text, found.index) : pattern.lastIndex;
    const token = text.slice(found.index, end);
    out += text.slice(at, found.index);
    out += replace({ kind: kindOf(token, name), text: token, ...(name === undefined ? {} : { name }) });
    pattern.lastIndex = end;
    at = end;
  }
  return out + text.slice(at);
}

function kindOf(token: string, name: string | undefined): TokenKind {
  if (name !== undefined) return 'parameter';
  if (token.startsWith('--') || token.startsWith('/*')) return 'comment';
  if (token === ';') return 'end';
  if (token.startsWith('"')) return 'identifier';
  return /^([eE]?'|\$)/.test(token) ? 'text' : 'other';
}

/** PostgreSQL's block comments nest, which a regular expression cannot follow. */
function endOfComment(text: string, start: number): number {
  const mark = /\/\*|\*\//g;
  mark.lastIndex = start;
  let depth = 0;
  for (let found = mark.exec(text); found; found = mark.exec(text)) {
    depth += found[0] === '/*' ? 1 : -1;
    if (depth === 0) return mark.lastIndex;
  }
  return text.length;
}
