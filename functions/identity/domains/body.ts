import * as Type from '@sinclair/typebox';
import { open } from '../extra.ts';
import { resourceOptions } from '../immutable.ts';
import { tagList } from '../projects/body.ts';
import { boolean, longText, shortName } from '../schemas.ts';

const optional = () => ({
  description: Type.Optional(longText()),
  enabled: Type.Optional(boolean()),
  tags: Type.Optional(tagList()),
  options: Type.Optional(resourceOptions()),
});

export const domainCreateBody = Type.Object({ domain: Type.Object({ name: shortName(), ...optional() }, open) });

export const domainUpdateBody = Type.Object({
  domain: Type.Object({ name: Type.Optional(shortName()), ...optional() }, open),
});
