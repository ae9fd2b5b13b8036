import * as Type from '@sinclair/typebox';
import { flag, stringMap, text } from '../http/schemas.ts';

const strict = { additionalProperties: false } as const;

const specKey = /^[a-zA-Z0-9\-_:. ]{1,255}$/;
const description = () => Type.Optional(text({ nullable: true, printable: true }));

export const createBody = Type.Object(
  {
    group_type: Type.Object(
      {
        name: text({ min: 1 }),
        description: description(),
        is_public: Type.Optional(flag()),
        group_specs: Type.Optional(stringMap({ key: specKey, nullable: true })),
      },
      strict,
    ),
  },
  strict,
);

export const updateBody = Type.Object(
  {
    group_type: Type.Object(
      {
        name: Type.Optional(text({ nullable: true })),
        description: description(),
        is_public: Type.Optional(flag()),
      },
      strict,
    ),
  },
  strict,
);
