import * as Type from '@sinclair/typebox';
import { open } from '../extra.ts';
import { idText, longText, nameText } from '../schemas.ts';

export const groupCreateBody = Type.Object({
  group: Type.Object(
    { name: nameText(), domain_id: Type.Optional(idText()), description: Type.Optional(longText()) },
    open,
  ),
});

export const groupUpdateBody = Type.Object({
  group: Type.Object(
    {
      name: Type.Optional(nameText()),
      domain_id: Type.Optional(idText()),
      description: Type.Optional(longText()),
    },
    open,
  ),
});
