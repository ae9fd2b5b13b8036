// Which microversion a request speaks.
import { badRequest, Fault } from './faults.ts';
import { type PredicateName, predicates } from './microversions.ts';

/** `3.47`. */
export type Version = `3.${number}`;

/** The number after the dot. */
export function minorOf(version: Version): number {
  return Number(version.slice(2));
}

/** The last row of `minors`, as a number, so that bundles do not need the table. */
export const newestMinor = 71;

/** Behaviours by the minor version of a request: `at('strict-bodies')`. */
export function isAt(minor: number, name: PredicateName): boolean {
  return minor >= minorOf(predicates[name]);
}

/**
 * The minor version that the header OpenStack-API-Version asks for: 0 without one, the newest for `latest`.
 * Refuses a bad format with 400 and a version outside 3.0 to the newest with 406.
 */
export function negotiate(header: string | null): number {
  if (header === null) return 0;
  const part = header
    .split(',')
    .map((one) => one.trim())
    .find((one) => /\bvolume\b/i.test(one));
  if (part === undefined) return 0;
  const asked = part.replace(/^.*?volume\s*/i, '');
  if (asked.toLowerCase() === 'latest') return newestMinor;
  const parsed = /^([1-9]\d*)\.([1-9]\d*|0)$/.exec(asked);
  if (parsed === null) {
    throw badRequest(`API Version String ${asked} is of invalid format. Must be of format MajorNum.MinorNum.`);
  }
  const minor = Number(parsed[2]);
  if (parsed[1] !== '3' || minor > newestMinor) {
    throw new Fault(
      406,
      `Version ${asked} is not supported by the API. Minimum is 3.0 and maximum is 3.${newestMinor}.`,
    );
  }
  return minor;
}
