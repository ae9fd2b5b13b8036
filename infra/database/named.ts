import { recent } from '../recent/port.ts';
import { DatabaseError, type Parameters, type Statement, type Value } from './port.ts';

/** A statement as PostgreSQL takes it: `$n` for each distinct name, and the names in the order of n. */
export interface Compiled {
  readonly text: string;
  readonly names: readonly string[];
}

// What may hold a colon without being a parameter comes first, so that the alternation steps over it whole:
// comments, quoted text (E'' knows backslashes, '' does not), dollar quotes, identifiers, casts, and words
// (so that the e in `name'...'` never passes for the E of an escape string).
const token =
  /--[^\n]*|\/\*|\b[eE]'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|\$([A-Za-z_]\w*)?\$[\s\S]*?\$\1\$|::|:=|:([A-Za-z_]\w*)|[A-Za-z_][\w$]*/g;

// Lists build their text from the filters a request has. 2,000 texts of about 2 KB are 4 MB at most.
const cacheLimit = 2000;
const cache = recent<Compiled>(cacheLimit);

/** Turns `:name::type` into `$n::type`. A name used twice is one `$n`; strings, identifiers and comments stay as they are. */
export function compile(statement: Statement): Compiled {
  const known = cache.get(statement.text);
  if (known) return known;
  const compiled = compileText(statement.text);
  cache.set(statement.text, compiled);
  return compiled;
}

/** The values in the order of `$n`. A name without a value is a defect of ours, never a silent null. */
export function valuesFor(statement: Statement, compiled: Compiled, parameters: Parameters): Value[] {
  return compiled.names.map((name) => {
    const value = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    if (value === undefined)
      throw new DatabaseError('broken', `parameter :${name} has no value`, '07002', statement.name);
    return value;
  });
}

function compileText(text: string): Compiled {
  const names: string[] = [];
  let out = '';
  let at = 0;
  token.lastIndex = 0;
  for (let found = token.exec(text); found; found = token.exec(text)) {
    const name = found[2];
    const end = found[0] === '/*' ? endOfComment(text, found.index) : token.lastIndex;
    token.lastIndex = end;
    out += text.slice(at, found.index) + (name ? place(names, name) : text.slice(found.index, end));
    at = end;
  }
  return { text: out + text.slice(at), names };
}

function place(names: string[], name: string): string {
  const index = names.indexOf(name);
  return `$${index >= 0 ? index + 1 : names.push(name)}`;
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
