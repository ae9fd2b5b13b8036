import * as Type from '@sinclair/typebox';
import { text } from '../../http/schemas.ts';
import { boolean, longText } from '../schemas.ts';

const name = () => text({ max: 255, nullable: true });
const kind = () => text({ min: 1, max: 255 });

export const serviceCreateBody = Type.Object({
  service: Type.Object({
    type: kind(),
    name: Type.Optional(name()),
    description: Type.Optional(longText()),
    enabled: Type.Optional(boolean()),
  }),
});

export const serviceUpdateBody = Type.Object({
  service: Type.Object({
    type: Type.Optional(kind()),
    name: Type.Optional(name()),
    description: Type.Optional(longText()),
    enabled: Type.Optional(boolean()),
  }),
});
