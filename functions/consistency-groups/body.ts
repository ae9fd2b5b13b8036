import { Type } from '@sinclair/typebox';
import { anything, flag, text, uuid } from '../http/leaves.ts';

const strict = { additionalProperties: false } as const;

const name = () => Type.Optional(text({ nullable: true }));
const description = () => Type.Optional(text({ nullable: true, printable: true }));
/** Ids with commas between. */
const ids = () => Type.Optional(text({ nullable: true, max: 100_000 }));

/** Sent by old clients; has never meant anything here. */
const ignored = {
  user_id: Type.Optional(anything()),
  project_id: Type.Optional(anything()),
  status: Type.Optional(anything()),
};

export const createBody = Type.Object(
  {
    consistencygroup: Type.Object(
      {
        name: name(),
        description: description(),
        // Ids or names with commas between.
        volume_types: Type.Optional(text({ nullable: true, max: 10_000 })),
        availability_zone: Type.Optional(text({ nullable: true })),
        ...ignored,
      },
      strict,
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
        ...ignored,
      },
      strict,
    ),
  },
  strict,
);

export const updateBody = Type.Object(
  {
    consistencygroup: Type.Object(
      { name: name(), description: description(), add_volumes: ids(), remove_volumes: ids() },
      strict,
    ),
  },
  strict,
);

export const deleteBody = Type.Object(
  { consistencygroup: Type.Object({ force: Type.Optional(flag()) }, strict) },
  strict,
);
