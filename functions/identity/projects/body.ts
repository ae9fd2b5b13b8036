import { Type } from '@sinclair/typebox';
import { flag, text } from '../../http/leaves.ts';
import { idText, longText, nameText } from '../leaves.ts';

export const projectCreateBody = Type.Object({
  project: Type.Object({
    name: nameText(),
    domain_id: Type.Optional(idText()),
    parent_id: Type.Optional(text({ max: 255, nullable: true })),
    description: Type.Optional(longText()),
    enabled: Type.Optional(flag()),
  }),
});

export const projectUpdateBody = Type.Object({
  project: Type.Object({
    name: Type.Optional(nameText()),
    description: Type.Optional(longText()),
    enabled: Type.Optional(flag()),
  }),
});
