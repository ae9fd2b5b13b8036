// Booleans in a query: one set of words, for every parameter that has one.
import { badRequest } from './faults.ts';
import { falseWords, trueWords } from './schemas.ts';

/** What a word says; null when it is no boolean. */
export function booleanIn(text: string): boolean | null {
  const word = text.trim().toLowerCase();
  if (trueWords.includes(word)) return true;
  return falseWords.includes(word) ? false : null;
}

/** A boolean in a query: false when it is not there, 400 when it is no boolean word. */
export function queryFlag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  if (value === null) return false;
  const flag = booleanIn(value);
  if (flag !== null) return flag;
  throw badRequest(`Invalid value '${value}' for '${name}'. Value '${value}' for '${name}' is not a boolean.`);
}

/**
 * `is_public` of types: those that are, those that are not, or (`none`, as null) all. Those that are when it is not
 * there.
 */
export function publicIn(query: URLSearchParams): boolean | null {
  const value = query.get('is_public');
  if (value === null) return true;
  if (value.trim().toLowerCase() === 'none') return null;
  const flag = booleanIn(value);
  if (flag !== null) return flag;
  throw badRequest(`Invalid is_public filter [${value}]`);
}
