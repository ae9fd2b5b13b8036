import * as Type from '@sinclair/typebox';
import { flag, text, uuid } from '../http/schemas.ts';

const strict = { additionalProperties: false } as const;
const common = { volume_id: uuid(), name: Type.Optional(text({ min: 1, nullable: true })) };

/** Under the old path the snapshots always go with the volume. */
export const oldCreateBody = Type.Object({ transfer: Type.Object(common, strict) }, strict);

export const createBody = Type.Object(
  { transfer: Type.Object({ ...common, no_snapshots: Type.Optional(flag()) }, strict) },
  strict,
);

export const acceptBody = Type.Object({ accept: Type.Object({ auth_key: text({ min: 1 }) }, strict) }, strict);
