import { Type } from '@sinclair/typebox';
import { flag } from '../../http/leaves.ts';
import { longText, nameText } from '../leaves.ts';

export const domainCreateBody = Type.Object({
  domain: Type.Object({
    name: nameText(),
    description: Type.Optional(longText()),
    enabled: Type.Optional(flag()),
  }),
});

export const domainUpdateBody = Type.Object({
  domain: Type.Object({
    name: Type.Optional(nameText()),
    description: Type.Optional(longText()),
    enabled: Type.Optional(flag()),
  }),
});
