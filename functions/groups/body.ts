import * as Type from '@sinclair/typebox';
import { groupMachine } from '../../schema/groups.ts';
import { anything, flag, text, uuid, word } from '../http/schemas.ts';

const strict = { additionalProperties: false } as const;

const name = () => Type.Optional(text({ nullable: true }));
const description = () => Type.Optional(text({ nullable: true, printable: true }));

/** Ids with commas between. */
const ids = () => Type.Optional(text({ nullable: true, max: 100_000 }));

export const createBody = Type.Object(
  {
    group: Type.Object(
      {
        name: name(),
        description: description(),
        group_type: text({ min: 1 }),
        volume_types: Type.Array(text({ min: 1 }), { minItems: 1, maxItems: 255 }),
        availability_zone: Type.Optional(text({ min: 1, nullable: true })),
      },
      strict,
    ),
  },
  strict,
);

export const updateBody = Type.Object(
  {
    group: Type.Object({ name: name(), description: description(), add_volumes: ids(), remove_volumes: ids() }, strict),
  },
  strict,
);

export const createFromSourceBody = Type.Object(
  {
    'create-from-src': Type.Object(
      {
        name: name(),
        description: description(),
        group_snapshot_id: Type.Optional(uuid()),
        source_group_id: Type.Optional(uuid()),
      },
      strict,
    ),
  },
  strict,
);

export const deleteBody = Type.Object(
  { delete: Type.Object({ 'delete-volumes': Type.Optional(flag()) }, strict) },
  strict,
);

export const resetStatusBody = Type.Object(
  { reset_status: Type.Object({ status: word(groupMachine.resettable) }, strict) },
  strict,
);

export const enableReplicationBody = Type.Object({ enable_replication: anything() }, strict);
export const disableReplicationBody = Type.Object({ disable_replication: anything() }, strict);
export const listTargetsBody = Type.Object({ list_replication_targets: anything() }, strict);

export const failoverBody = Type.Object(
  {
    failover_replication: Type.Object(
      {
        allow_attached_volume: Type.Optional(flag({ nullable: true })),
        secondary_backend_id: Type.Optional(text({ nullable: true })),
      },
      strict,
    ),
  },
  strict,
);
