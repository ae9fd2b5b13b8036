import * as Type from '@sinclair/typebox';
import { groupSnapshotMachine } from '../../schema/groups.ts';
import { text, uuid, word } from '../http/schemas.ts';

const strict = { additionalProperties: false } as const;

export const createBody = Type.Object(
  {
    group_snapshot: Type.Object(
      {
        group_id: uuid(),
        name: Type.Optional(text({ nullable: true })),
        description: Type.Optional(text({ nullable: true, printable: true })),
      },
      strict,
    ),
  },
  strict,
);

export const resetStatusBody = Type.Object(
  { reset_status: Type.Object({ status: word(groupSnapshotMachine.resettable) }, strict) },
  strict,
);
