// Booleans in a query: one set of words for every parameter.
import { badRequest } from './faults.ts';
import { falseWords, trueWords } from './schemas.ts';

/** The value of a word; null when it is not a boolean. */
export function booleanIn(text: string): boolean | null {
  const word = text.trim().toLowerCase();
  if (trueWords.includes(word)) return true;
  return falseWords.includes(word) ? false : null;
}

/** A boolean in a query: false when it is absent, 400 when it is not a boolean word. */
export function queryFlag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  if (value === null) return false;
  const flag = booleanIn(value);
  if (flag !== null) return flag;
  throw badRequest(`Invalid value '${value}' for '${name}'. Value '${value}' for '${name}' is not a boolean.`);
}

/** `is_public` of types: public ones, private ones, or all (`none`, as null). Public ones when it is absent. */
export function publicIn(query: URLSearchParams): boolean | null {
  const value = query.get('is_public');
  if (value === null) return true;
  if (value.trim().toLowerCase() === 'none') return null;
  const flag = booleanIn(value);
  if (flag !== null) return flag;
  throw badRequest(`Invalid is_public filter [${value}]`);
}
