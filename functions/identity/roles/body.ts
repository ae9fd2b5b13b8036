import { Type } from '@sinclair/typebox';
import { longText, nameText } from '../leaves.ts';

export const roleCreateBody = Type.Object({
  role: Type.Object({ name: nameText(), description: Type.Optional(longText()) }),
});

export const roleUpdateBody = Type.Object({
  role: Type.Object({ name: Type.Optional(nameText()), description: Type.Optional(longText()) }),
});
