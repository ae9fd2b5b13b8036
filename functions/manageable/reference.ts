// How an administrator names an object that is on a back end already: `{"source-name": "volume-1"}`.

import { inPython } from '../http/python.ts';
import { valueSchema } from '../http/schemas.ts';

const longest = 1024;

function problem(value: unknown): string | null {
  const pairs = typeof value === 'string' ? [['source-name', value] as const] : pairsOf(value);
  if (pairs === null) return `${inPython(value)} is not of type 'object', 'string'`;
  if (pairs.length > 16) return `${inPython(value)} has too many properties`;
  for (const [key, one] of pairs) {
    if (typeof one !== 'string' && typeof one !== 'number') return `${inPython(one)} is not of type 'string'`;
    if (`${key}${one}`.length > longest) return `${inPython(one)} is too long`;
    if (`${key}${one}`.includes('\u0000')) return `${inPython(one)} has a null character`;
  }
  return null;
}

const pairsOf = (value: unknown): [string, unknown][] | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : null;

/** A map of texts that the back end reads; a text alone is the name of the object. */
export const reference = () =>
  valueSchema<Record<string, string>>(
    { type: ['object', 'string'], format: 'reference' },
    {
      check: problem,
      read: (value) =>
        typeof value === 'string'
          ? { 'source-name': value }
          : Object.fromEntries((pairsOf(value) ?? []).map(([key, one]) => [key, String(one)])),
    },
  );
