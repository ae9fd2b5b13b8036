import * as Type from '@sinclair/typebox';
import { integer, text, word } from '../http/schemas.ts';

const strict = { additionalProperties: false } as const;
// Clients with structs send every field: zero values, and those of the answer (volume_type_id). Zero values ask for
// nothing.
const open = { additionalProperties: true } as const;
const provider = () => text();
const controlLocation = () => word(['front-end', 'back-end']);
const common = {
  cipher: Type.Optional(text({ nullable: true })),
  key_size: Type.Optional(integer({ min: 0, nullable: true })),
};

export const createBody = Type.Object(
  { encryption: Type.Object({ provider: provider(), control_location: controlLocation(), ...common }, open) },
  strict,
);

export const updateBody = Type.Object(
  {
    encryption: Type.Object(
      { provider: Type.Optional(provider()), control_location: Type.Optional(controlLocation()), ...common },
      open,
    ),
  },
  strict,
);
