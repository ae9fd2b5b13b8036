// Reads a check string as oslo.policy does, but refuses what oslo.policy would silently turn into "nobody".
import type { Check, Template } from './policy-check.ts';

/** A check string that cannot be read. The message says what is wrong. */
export class CheckError extends Error {}

/** A rule as a file holds it: a string, or the older list of lists (any one of the outer, all of the inner). */
export type Written = string | readonly (string | readonly string[])[];

/** Limits, so that no text exhausts the stack. */
const longest = 8192;
const deepest = 64;

/** Reads a rule. Throws CheckError and nothing else. */
export function parseRule(written: Written): Check {
  return typeof written === 'string' ? parseCheck(written) : parseLists(written);
}

function parseLists(lists: readonly (string | readonly string[])[]): Check {
  if (lists.length === 0) return { kind: 'always' };
  const of = lists
    .map((list) => (typeof list === 'string' ? [list] : list))
    .filter((list) => list.length > 0) // as oslo.policy skips them
    .map((list) => all('and', list.map(single)));
  return of.length === 0 ? { kind: 'never' } : all('or', of);
}

function all(kind: 'and' | 'or', of: readonly Check[]): Check {
  const [only] = of;
  return of.length === 1 && only !== undefined ? only : { kind, of };
}

interface Token {
  readonly kind: '(' | ')' | 'and' | 'or' | 'not' | 'check';
  readonly text: string;
}

/**
 * Spaces separate words. Parentheses count only at the start or end of a word, since a check may contain some:
 * `%(x)s`.
 */
function tokensOf(text: string): Token[] {
  return text.split(/\s+/).flatMap((word) => {
    const opening = /^\(*/.exec(word)?.[0] ?? '';
    const inner = word.slice(opening.length).replace(/(?<!\))\)+$/, '');
    const closing = word.length - opening.length - inner.length;
    return [
      ...Array.from(opening, (): Token => ({ kind: '(', text: '(' })),
      ...(inner === '' ? [] : [wordToken(inner)]),
      ...Array.from({ length: closing }, (): Token => ({ kind: ')', text: ')' })),
    ];
  });
}

function wordToken(word: string): Token {
  const lower = word.toLowerCase();
  const kind = lower === 'and' || lower === 'or' || lower === 'not' ? lower : 'check';
  return { kind, text: word };
}

/** Reads a check string. `not` binds tightest, then `and`, then `or`. Throws CheckError and nothing else. */
export function parseCheck(text: string): Check {
  if (text.length > longest) throw new CheckError(`it is longer than ${longest} characters`);
  if (text.trim() === '') return { kind: 'always' };
  const tokens = tokensOf(text.trim());
  let at = 0;
  const next = () => tokens[at];

  function chain(kind: 'and' | 'or', depth: number, part: (depth: number) => Check): Check {
    const of = [part(depth)];
    while (next()?.kind === kind) {
      at += 1;
      of.push(part(depth));
    }
    return all(kind, of);
  }
  const whole = (depth: number): Check => chain('or', depth, (inner) => chain('and', inner, one));

  function one(depth: number): Check {
    if (depth > deepest) throw new CheckError(`it is nested deeper than ${deepest}`);
    const token = next();
    if (token === undefined) throw new CheckError('it ends where a check is expected');
    at += 1;
    if (token.kind === 'not') return { kind: 'not', of: one(depth + 1) };
    if (token.kind === 'check') return single(token.text);
    if (token.kind !== '(') throw new CheckError(`"${token.text}" stands where a check is expected`);
    const inside = whole(depth + 1);
    if (next()?.kind !== ')') throw new CheckError('a parenthesis is not closed');
    at += 1;
    return inside;
  }

  const check = whole(0);
  const rest = next();
  if (rest !== undefined) throw new CheckError(`"${rest.text}" stands where "and", "or" or the end is expected`);
  return check;
}

/** One check: `kind:match`, `@` or `!`. */
function single(text: string): Check {
  if (text === '@') return { kind: 'always' };
  if (text === '!') return { kind: 'never' };
  const colon = text.indexOf(':');
  if (colon < 1) throw new CheckError(`"${text}" is no check: it needs "kind:value", "@" or "!"`);
  const kind = text.slice(0, colon);
  const match = text.slice(colon + 1);
  if (kind === 'http' || kind === 'https') {
    throw new CheckError(`"${text}" would ask another server for each request, which is not supported`);
  }
  if (match === '') throw new CheckError(`"${text}" has nothing after the colon`);
  if (kind === 'rule') return { kind, name: match };
  const is = template(match, text);
  if (kind === 'role') return { kind, is };
  const literal = literalOf(kind);
  if (literal !== undefined) return { kind: 'literal', value: literal, is };
  if (!/^\w+(\.\w+)*$/.test(kind)) throw new CheckError(`"${kind}" is no attribute of who asks, and no literal`);
  return { kind: 'credential', name: kind, is };
}

/** What Python reads as a constant: quoted text, a number, True, False, None. */
function literalOf(text: string): string | undefined {
  const quoted = /^'([^'\\]*)'$|^"([^"\\]*)"$/.exec(text);
  if (quoted !== null) return quoted[1] ?? quoted[2] ?? '';
  return /^(True|False|None|0|-?[1-9]\d{0,15})$/.test(text) ? text : undefined;
}

function template(text: string, whole: string): Template {
  const parts = text.split(/(%\([^()%]+\)s|%%)/).filter((part) => part !== '');
  return parts.map((part) => {
    if (part === '%%') return '%';
    if (part.startsWith('%(')) return { target: part.slice(2, -2) };
    if (/[%()'"]/.test(part)) throw new CheckError(`"${whole}" has a sign that belongs in no value: write %(name)s`);
    return part;
  });
}
