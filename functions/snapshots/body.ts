import * as Type from '@sinclair/typebox';
import { snapshotMachine } from '../../schema/snapshots.ts';
import { anything, flag, stringMap, text, uuid, valueSchema, word } from '../http/schemas.ts';
import { metadataKey } from '../volume-metadata/metadata-body.ts';

const strict = { additionalProperties: false } as const;

const name = () => Type.Optional(text({ nullable: true }));
const description = () => Type.Optional(text({ nullable: true, printable: true }));

export const createBody = Type.Object(
  {
    snapshot: Type.Object(
      {
        // Null is no mistake of form: there is no such volume.
        volume_id: uuid({ nullable: true }),
        name: name(),
        display_name: name(),
        description: description(),
        force: Type.Optional(flag()),
        metadata: Type.Optional(stringMap({ key: metadataKey, nullable: true })),
      },
      strict,
    ),
  },
  strict,
);

export const updateBody = Type.Object(
  {
    snapshot: Type.Object(
      { name: name(), display_name: name(), description: description(), display_description: description() },
      strict,
    ),
  },
  strict,
);

const isPercentage = (value: unknown) =>
  (typeof value === 'string' || typeof value === 'number') && /^(\d\d?|100)%?$/.test(String(value));

/** `80%`, of an integer from 0 to 100; the number alone is taken too, and null. */
const progress = () =>
  valueSchema<string | null>(
    { type: ['string', 'integer', 'null'], format: 'progress' },
    {
      check: (value) => (value === null || isPercentage(value) ? null : 'progress must be an integer percentage'),
      read: (value) => (value === null ? null : `${Number.parseInt(String(value), 10)}%`),
    },
  );

export const updateStatusBody = Type.Object(
  { 'os-update_snapshot_status': Type.Object({ status: text(), progress: Type.Optional(progress()) }, strict) },
  strict,
);

export const resetStatusBody = Type.Object(
  { 'os-reset_status': Type.Object({ status: word(snapshotMachine.resettable) }, strict) },
  strict,
);

export const forceDeleteBody = Type.Object({ 'os-force_delete': anything() }, strict);
