import * as Type from '@sinclair/typebox';
import { flag, integer, stringMap, text, uuid } from '../../http/schemas.ts';
import { metadataKey } from '../../volume-metadata/metadata-body.ts';

const strict = { additionalProperties: false } as const;

/** The most volumes that a schedule names. */
const mostNamed = 100;

const keep = Type.Object(
  {
    count: Type.Optional(integer({ min: 1, max: 1000, nullable: true })),
    days: Type.Optional(integer({ min: 1, max: 36_500, nullable: true })),
  },
  strict,
);

const settings = {
  description: Type.Optional(text({ nullable: true, printable: true })),
  timezone: Type.Optional(text({ min: 1 })),
  volume_ids: Type.Optional(Type.Array(uuid(), { minItems: 1, maxItems: mostNamed })),
  volume_type_id: Type.Optional(uuid()),
  metadata: Type.Optional(stringMap({ key: metadataKey, minProperties: 1, maxProperties: 16 })),
  name_template: Type.Optional(text({ min: 1, printable: true })),
  enabled: Type.Optional(flag()),
};
// A longer one is refused with words of its own.
const cron = () => text({ max: 100_000 });
const name = () => text({ min: 1, printable: true });

export const createBody = Type.Object(
  { snapshot_schedule: Type.Object({ name: name(), cron: cron(), keep, ...settings }, strict) },
  strict,
);

export const updateBody = Type.Object(
  {
    snapshot_schedule: Type.Object(
      { name: Type.Optional(name()), cron: Type.Optional(cron()), keep: Type.Optional(keep), ...settings },
      strict,
    ),
  },
  strict,
);
