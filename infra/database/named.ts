import { recent } from '../recent/port.ts';
import { DatabaseError, type Parameters, type Statement, type Value } from './port.ts';
import { rewrite } from './tokens.ts';

/** A statement as PostgreSQL takes it: `$n` for each distinct name, and the names in the order of n. */
export interface Compiled {
  readonly text: string;
  readonly names: readonly string[];
}

// Lists build their text from the filters a request has. 2,000 texts of about 2 KB are 4 MB at most.
const cacheLimit = 2000;
const cache = recent<Compiled>(cacheLimit);

/**
 * Turns `:name::type` into `$n::type`. A name used twice is one `$n`; strings, identifiers and comments stay as they
 * are.
 */
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
  return {
    text: rewrite(text, (token) => (token.name === undefined ? token.text : place(names, token.name))),
    names,
  };
}

function place(names: string[], name: string): string {
  const index = names.indexOf(name);
  return `$${index >= 0 ? index + 1 : names.push(name)}`;
}
