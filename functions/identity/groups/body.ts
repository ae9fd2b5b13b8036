import { Type } from '@sinclair/typebox';
import { idText, longText, nameText } from '../leaves.ts';

export const groupCreateBody = Type.Object({
  group: Type.Object({
    name: nameText(),
    domain_id: Type.Optional(idText()),
    description: Type.Optional(longText()),
  }),
});

export const groupUpdateBody = Type.Object({
  group: Type.Object({ name: Type.Optional(nameText()), description: Type.Optional(longText()) }),
});
