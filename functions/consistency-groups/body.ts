import * as Type from '@sinclair/typebox';
import { flag, text, uuid } from '../http/schemas.ts';

const strict = { additionalProperties: false } as const;
/** Old clients send every field of the model; Cinder leaves what it does not know. */
const open = { additionalProperties: true } as const;

const name = () => Type.Optional(text({ nullable: true }));
const description = () => Type.Optional(text({ nullable: true, printable: true }));
/** Ids with commas between. */
const ids = () => Type.Optional(text({ nullable: true, max: 100_000 }));

export const createBody = Type.Object(
  {
    consistencygroup: Type.Object(
      {
        name: name(),
        description: description(),
        // Ids or names with commas between.
        volume_types: Type.Optional(text({ nullable: true, max: 10_000 })),
        availability_zone: Type.Optional(text({ nullable: true })),
      },
      open,
    ),
  },
  strict,
);

export const createFromSourceBody = Type.Object(
  {
    'consistencygroup-from-src': Type.Object(
      {
        name: name(),
        description: description(),
        cgsnapshot_id: Type.Optional(uuid({ nullable: true })),
        source_cgid: Type.Optional(uuid({ nullable: true })),
      },
      open,
    ),
  },
  strict,
);

export const updateBody = Type.Object(
  {
    consistencygroup: Type.Object(
      { name: name(), description: description(), add_volumes: ids(), remove_volumes: ids() },
      open,
    ),
  },
  strict,
);

export const deleteBody = Type.Object(
  { consistencygroup: Type.Object({ force: Type.Optional(flag()) }, strict) },
  strict,
);
