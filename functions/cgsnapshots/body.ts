import * as Type from '@sinclair/typebox';
import { anything, text, uuid } from '../http/schemas.ts';

const strict = { additionalProperties: false } as const;

export const createBody = Type.Object(
  {
    cgsnapshot: Type.Object(
      {
        consistencygroup_id: uuid(),
        name: Type.Optional(text({ nullable: true })),
        description: Type.Optional(text({ nullable: true, printable: true })),
        // Sent by old clients; has never meant anything here.
        user_id: Type.Optional(anything()),
        project_id: Type.Optional(anything()),
        status: Type.Optional(anything()),
      },
      strict,
    ),
  },
  strict,
);
