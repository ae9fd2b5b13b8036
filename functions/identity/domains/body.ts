import { Type } from '@sinclair/typebox';
import { flag } from '../../http/leaves.ts';
import { open } from '../extra.ts';
import { resourceOptions } from '../immutable.ts';
import { longText, nameText } from '../leaves.ts';
import { tagList } from '../projects/body.ts';

const optional = () => ({
  description: Type.Optional(longText()),
  enabled: Type.Optional(flag()),
  tags: Type.Optional(tagList()),
  options: Type.Optional(resourceOptions()),
});

export const domainCreateBody = Type.Object({ domain: Type.Object({ name: nameText(), ...optional() }, open) });

export const domainUpdateBody = Type.Object({
  domain: Type.Object({ name: Type.Optional(nameText()), ...optional() }, open),
});
