import * as Type from '@sinclair/typebox';
import { hasEvents } from '../../../schema/payloads.ts';
import { inPython } from '../../http/python.ts';
import { flag, text, uuid, valueSchema } from '../../http/schemas.ts';

const strict = { additionalProperties: false } as const;

const mostStars = 5;

/** A type of events, or a pattern of them. */
const typePattern = () =>
  valueSchema<string>(
    { type: 'string', pattern: '^[a-z_.*]+$', minLength: 1, maxLength: 100 },
    {
      check(value) {
        if (typeof value !== 'string') return `${inPython(value)} is not of type 'string'`;
        if (!/^[a-z_.*]{1,100}$/.test(value))
          return `${inPython(value)} is no type of events, nor a pattern like volume.*`;
        return value.split('*').length - 1 > mostStars ? `${inPython(value)} has more than ${mostStars} stars` : null;
      },
      read: String,
    },
  );

const resourceType = () =>
  valueSchema<string | null>(
    { type: ['string', 'null'], enum: ['volume', 'snapshot', 'backup', 'group', 'group_snapshot', null] },
    {
      check: (value) =>
        value === null || (typeof value === 'string' && hasEvents(value)) ? null : `${inPython(value)} has no events`,
      read: (value) => (value === null ? null : String(value)),
    },
  );

/** Where a reader of the log has come to. */
const cursor = () => text({ min: 1, max: 40 });

const url = () => text({ min: 1, max: 2048, printable: true });
const types = () => Type.Array(typePattern(), { minItems: 1, maxItems: 20 });

const filters = {
  types: Type.Optional(types()),
  resource_type: Type.Optional(resourceType()),
  resource_id: Type.Optional(uuid({ nullable: true })),
  description: Type.Optional(text({ nullable: true, printable: true })),
};

export const createBody = Type.Object(
  {
    subscription: Type.Object(
      { url: url(), ...filters, all_projects: Type.Optional(flag()), after: Type.Optional(cursor()) },
      strict,
    ),
  },
  strict,
);

export const updateBody = Type.Object(
  { subscription: Type.Object({ url: Type.Optional(url()), ...filters, enabled: Type.Optional(flag()) }, strict) },
  strict,
);

/** One event by its id, or those after a cursor, up to another one. */
export const redeliverBody = Type.Object(
  {
    redeliver: Type.Object(
      {
        event: Type.Optional(text({ min: 1, max: 18 })),
        after: Type.Optional(cursor()),
        until: Type.Optional(cursor()),
      },
      strict,
    ),
  },
  strict,
);
