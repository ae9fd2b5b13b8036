// Hints for the scheduler, as a request to create a volume carries them beside the volume.

import { inPython } from '../../http/python.ts';
import { anything, asValueSchema, isUuid, valueSchema } from '../../http/schemas.ts';

type Check = (value: unknown) => string | null;

const oneId: Check = (value) =>
  typeof value === 'string' && isUuid(value) ? null : `${inPython(value)} is not a 'uuid'`;

/** A volume, or several, each once. */
const ids: Check = (value) => {
  if (!Array.isArray(value)) return oneId(value);
  const wrong = value.map(oneId).find((one) => one !== null);
  if (wrong !== undefined) return wrong;
  return new Set(value).size === value.length ? null : `${inPython(value)} has non-unique elements`;
};

/** The hints that mean something. Others are free: an operator's own filters may know them. */
const known: Readonly<Record<string, Check>> = {
  same_host: ids,
  different_host: ids,
  local_to_instance: (value) => (value === null ? null : oneId(value)),
  query: (value) =>
    typeof value === 'string' || (typeof value === 'object' && value !== null && !Array.isArray(value))
      ? null
      : `${inPython(value)} is not of type 'string', 'object'`,
};

const id = { type: 'string', format: 'uuid' } as const;
const oneOrMore = { oneOf: [id, { type: 'array', items: id, uniqueItems: true }] } as const;

/** An object of hints, or null. */
export const schedulerHints = () =>
  valueSchema<Readonly<Record<string, unknown>> | null>(
    {
      type: ['object', 'null'],
      properties: {
        same_host: oneOrMore,
        different_host: oneOrMore,
        local_to_instance: { type: ['string', 'null'], format: 'uuid' },
        query: { type: ['string', 'object'] },
      },
      additionalProperties: true,
    },
    {
      check(value, name) {
        if (value === null) return null;
        if (typeof value !== 'object' || Array.isArray(value)) return `${inPython(value)} is not of type 'object'`;
        for (const [key, hint] of Object.entries(value)) {
          const wrong = Object.hasOwn(known, key) ? (known[key]?.(hint) ?? null) : null;
          if (wrong !== null) return `${key}: ${wrong}`;
        }
        return asValueSchema(anything())?.check(value, name) ?? null;
      },
      read: (value) => value as Readonly<Record<string, unknown>> | null, // checked above
    },
  );
