import * as Type from '@sinclair/typebox';
import { text } from '../../http/schemas.ts';
import { open } from '../extra.ts';
import { resourceOptions } from '../immutable.ts';
import { longText, nameText } from '../schemas.ts';

export const roleCreateBody = Type.Object({
  role: Type.Object(
    {
      name: nameText(),
      description: Type.Optional(longText()),
      domain_id: Type.Optional(text({ max: 255, nullable: true })),
      options: Type.Optional(resourceOptions()),
    },
    open,
  ),
});

export const roleUpdateBody = Type.Object({
  role: Type.Object(
    {
      name: Type.Optional(nameText()),
      description: Type.Optional(longText()),
      options: Type.Optional(resourceOptions()),
    },
    open,
  ),
});
