// Reads as much of a statement's text as the checks need: its parameters, its CTEs, and the tables that it names.

/** Parts without names: comments, quoted texts, dollar quotes. Quoted identifiers stay. */
const quoted = /--[^\n]*|\/\*[\s\S]*?\*\/|\b[eE]'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|\$(\w*)\$[\s\S]*?\$\1\$/g;

/** The text without quoted parts and comments. */
export const withoutQuotes = (text: string) => text.replace(quoted, (found) => (found.startsWith('-') ? '' : "''"));

const numbers = /^(int|bigint|double|smallint|numeric)/;
/** The JavaScript form of each type. */
const kindOfValue = (type: string) => (type === 'boolean' ? 'boolean' : numbers.test(type) ? 'number' : 'string');

/**
 * Each parameter with its type (the first, if there are several): `:id::uuid` is `{ id: 'uuid' }`. Throws for one
 * without a type, or with two types that no single value can have.
 */
export function parametersOf(text: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [whole, name = '', type] of text.matchAll(/(?<![:\w]):([a-z_]\w*)(?:::(double precision|\w+))?/gi)) {
    if (type === undefined) throw new Error(`the parameter ${whole} has no type`);
    const known = found[name] ?? type;
    if (kindOfValue(known) !== kindOfValue(type)) throw new Error(`the parameter :${name} is ${known} and ${type}`);
    found[name] = known;
  }
  return found;
}

/** The position after the parenthesis that closes the one at `from`. */
function closing(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '(') depth += 1;
    else if (text[at] === ')') depth -= 1;
    if (depth === 0) return at + 1;
  }
  throw new Error('a parenthesis is not closed');
}

export interface Split {
  readonly isRecursive: boolean;
  readonly ctes: readonly { readonly name: string; readonly text: string }[];
  /** What follows the CTEs. */
  readonly main: string;
}

/** The CTEs and the main query of a text without quotes. */
export function split(text: string): Split {
  const begin = /^\s*WITH\s+(RECURSIVE\s+)?/i.exec(text);
  if (begin === null) return { isRecursive: false, ctes: [], main: text };
  const ctes: { name: string; text: string }[] = [];
  const head = /\s*"?(\w+)"?\s*(?:\([^)]*\)\s*)?AS\s+(?:(?:NOT\s+)?MATERIALIZED\s+)?(?=\()/iy;
  let at = begin[0].length;
  for (;;) {
    head.lastIndex = at;
    const found = head.exec(text);
    if (found === null) throw new Error(`no CTE begins at: ${text.slice(at, at + 40)}`);
    const end = closing(text, head.lastIndex);
    ctes.push({ name: found[1] ?? '', text: text.slice(head.lastIndex + 1, end - 1) });
    const comma = /\s*,/y;
    comma.lastIndex = end;
    if (!comma.test(text)) return { isRecursive: begin[1] !== undefined, ctes, main: text.slice(end) };
    at = comma.lastIndex;
  }
}

// These name no table: the `FROM` of IS DISTINCT FROM and extract(epoch FROM …), the `UPDATE` of FOR UPDATE and DO
// UPDATE.
const relation =
  /(?<!DISTINCT\s+)(?<!\b(?:epoch|leading|trailing|both)\s+)\bFROM\s+|\bJOIN\s+|\bUSING\s+(?=\w)|\bINTO\s+|(?<!\b(?:FOR|KEY|DO)\s+)\bUPDATE\s+/gi;
const named = /(?:LATERAL\s+|ONLY\s+)?(?:"?([a-z_]\w*)\b"?(?!\()|[a-z_]\w*(?=\()|(?=\())/iy;
const comma =
  /(?:\s+(?:WITH\s+ORDINALITY\s+)?(?:AS\s+)?(?!WHERE|ON|JOIN|LEFT|CROSS|SET|GROUP|ORDER|FOR|LIMIT)[a-z_]\w*)?\s*(?:\([\w\s,]*\)\s*)?,\s*/iy;

/** The tables and CTEs named in a text without quotes. */
export function relationsOf(text: string): readonly string[] {
  const found = new Set<string>();
  for (const start of text.matchAll(relation)) {
    let at = start.index + start[0].length;
    for (;;) {
      named.lastIndex = at;
      const one = named.exec(text);
      if (one === null) break;
      at = named.lastIndex;
      if (one[1] !== undefined) found.add(one[1].toLowerCase());
      else at = closing(text, text.indexOf('(', at));
      comma.lastIndex = at;
      if (!comma.test(text)) break;
      at = comma.lastIndex;
    }
  }
  return [...found];
}
