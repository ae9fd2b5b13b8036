import { Type } from '@sinclair/typebox';
import { integer, text, word } from '../http/leaves.ts';

const strict = { additionalProperties: false } as const;
const provider = () => text({ min: 1 });
const controlLocation = () => word(['front-end', 'back-end']);
const common = {
  cipher: Type.Optional(text({ nullable: true })),
  key_size: Type.Optional(integer({ min: 0, nullable: true })),
};

export const createBody = Type.Object(
  { encryption: Type.Object({ provider: provider(), control_location: controlLocation(), ...common }, strict) },
  strict,
);

export const updateBody = Type.Object(
  {
    encryption: Type.Object(
      { provider: Type.Optional(provider()), control_location: Type.Optional(controlLocation()), ...common },
      strict,
    ),
  },
  strict,
);
