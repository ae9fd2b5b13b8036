// Sets of roles, each kept once: few are in use, every token that is known has one, and of all that is kept of a token
// a Set of its own costs most.
import { recent } from '../recent/port.ts';

const known = recent<ReadonlySet<string>>(1000);

/** The set of those names. The same names in the same order mostly give the same object. */
export function roleSet(names: readonly string[]): ReadonlySet<string> {
  const key = JSON.stringify(names); // no name can be made to look like two
  const before = known.get(key);
  if (before !== undefined) return before;
  const made = new Set(names);
  known.set(key, made);
  return made;
}
