import * as Type from '@sinclair/typebox';
import { text } from '../../http/schemas.ts';
import { longText } from '../schemas.ts';

const parent = () => text({ max: 255, nullable: true });

export const regionCreateBody = Type.Object({
  region: Type.Object({
    id: Type.Optional(text({ max: 255, nullable: true })),
    parent_region_id: Type.Optional(parent()),
    description: Type.Optional(longText()),
  }),
});

export const regionUpdateBody = Type.Object({
  region: Type.Object({ parent_region_id: Type.Optional(parent()), description: Type.Optional(longText()) }),
});
