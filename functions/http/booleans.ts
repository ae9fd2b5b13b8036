import { badRequest } from './faults.ts';
import { falseWords, trueWords } from './leaves.ts';

/** A boolean in a query: false when it is not there, 400 when it is no boolean word. */
export function queryFlag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  if (value === null) return false;
  const word = value.trim().toLowerCase();
  if (trueWords.includes(word)) return true;
  if (falseWords.includes(word)) return false;
  throw badRequest(`Invalid value '${value}' for '${name}'. Value '${value}' for '${name}' is not a boolean.`);
}
