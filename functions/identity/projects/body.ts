import { Type } from '@sinclair/typebox';
import { flag, leaf, text } from '../../http/leaves.ts';
import { idText, longText, nameText } from '../leaves.ts';

// No slash: a tag may stand in a path. No comma: lists of them are told apart by it.
const tag = () =>
  leaf<string>(
    { type: 'string', minLength: 1, maxLength: 255, pattern: '^[^/,]*$' },
    {
      check: (value) =>
        typeof value === 'string' && value.length <= 255 && /^[^/,\0]+$/u.test(value) ? null : 'is not a tag',
      read: String,
    },
  );
const tags = () => Type.Array(tag(), { maxItems: 80 });

export const projectCreateBody = Type.Object({
  project: Type.Object({
    name: nameText(),
    domain_id: Type.Optional(idText()),
    parent_id: Type.Optional(text({ max: 255, nullable: true })),
    description: Type.Optional(longText()),
    enabled: Type.Optional(flag()),
    tags: Type.Optional(tags()),
  }),
});

export const projectUpdateBody = Type.Object({
  project: Type.Object({
    name: Type.Optional(nameText()),
    description: Type.Optional(longText()),
    enabled: Type.Optional(flag()),
    tags: Type.Optional(tags()),
  }),
});
