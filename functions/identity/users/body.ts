import * as Type from '@sinclair/typebox';
import { text } from '../../http/schemas.ts';
import { open } from '../extra.ts';
import { boolean, idText, longText, nameText, secretText } from '../schemas.ts';
import { userOptions } from './options.ts';

const secret = { hidesValues: true } as const;

const optional = () => ({
  domain_id: Type.Optional(idText()),
  email: Type.Optional(longText()),
  description: Type.Optional(longText()),
  default_project_id: Type.Optional(text({ max: 255, nullable: true })),
  enabled: Type.Optional(boolean()),
  options: Type.Optional(userOptions()),
});

export const userCreateBody = Type.Object(
  {
    user: Type.Object(
      {
        name: nameText(),
        password: Type.Optional(Type.Union([secretText(), Type.Null()])),
        ...optional(),
      },
      open,
    ),
  },
  secret,
);

export const userUpdateBody = Type.Object(
  {
    user: Type.Object(
      {
        name: Type.Optional(nameText()),
        password: Type.Optional(secretText()),
        ...optional(),
      },
      open,
    ),
  },
  secret,
);

export const passwordBody = Type.Object(
  { user: Type.Object({ original_password: secretText(), password: secretText() }) },
  secret,
);
