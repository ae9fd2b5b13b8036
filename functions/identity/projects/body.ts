import * as Type from '@sinclair/typebox';
import { text, valueSchema } from '../../http/schemas.ts';
import { open } from '../extra.ts';
import { resourceOptions } from '../immutable.ts';
import { boolean, idText, longText, shortName } from '../schemas.ts';

// No slash: a tag may stand in a path. No comma: lists of them are told apart by it.
const tag = () =>
  valueSchema<string>(
    { type: 'string', minLength: 1, maxLength: 255, pattern: '^[^/,]*$' },
    { check: (value) => (typeof value === 'string' && isTag(value) ? null : 'is not a tag'), read: String },
  );
export const isTag = (value: string) => value.length <= 255 && /^[^/,\0]+$/u.test(value);

export const tagList = () => Type.Array(tag(), { maxItems: 80 });

export const projectCreateBody = Type.Object({
  project: Type.Object(
    {
      name: shortName(),
      domain_id: Type.Optional(text({ max: 255, nullable: true })),
      parent_id: Type.Optional(text({ max: 255, nullable: true })),
      is_domain: Type.Optional(boolean({ nullable: true })),
      description: Type.Optional(longText()),
      enabled: Type.Optional(boolean()),
      tags: Type.Optional(tagList()),
      options: Type.Optional(resourceOptions()),
    },
    open,
  ),
});

export const projectUpdateBody = Type.Object({
  project: Type.Object(
    {
      name: Type.Optional(shortName()),
      domain_id: Type.Optional(idText()),
      description: Type.Optional(longText()),
      enabled: Type.Optional(boolean()),
      tags: Type.Optional(tagList()),
      options: Type.Optional(resourceOptions()),
    },
    open,
  ),
});

export const tagsBody = Type.Object({ tags: tagList() });
