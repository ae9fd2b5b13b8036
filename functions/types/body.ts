import * as Type from '@sinclair/typebox';
import { flag, stringMap, text } from '../http/schemas.ts';

const strict = { additionalProperties: false } as const;

/** Keys of extra specs where a type is made: blanks and slashes are allowed only here. */
const firstSpecKey = /^[a-zA-Z0-9\-_:. /]{1,255}$/;

const description = () => Type.Optional(text({ nullable: true, printable: true }));

export const createBody = Type.Object(
  {
    volume_type: Type.Object(
      {
        name: text({ min: 1 }),
        description: description(),
        'os-volume-type-access:is_public': Type.Optional(flag()),
        extra_specs: Type.Optional(stringMap({ key: firstSpecKey, nullValues: true })),
      },
      strict,
    ),
  },
  strict,
);

export const updateBody = Type.Object(
  {
    volume_type: Type.Object(
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
