import { Type } from '@sinclair/typebox';
import { text } from '../http/leaves.ts';

const strict = { additionalProperties: false } as const;

/** `service` is the old name of `binary`. */
const who = {
  host: Type.Optional(text({ nullable: true })),
  binary: Type.Optional(text({ min: 1 })),
  service: Type.Optional(text({ min: 1 })),
  cluster: Type.Optional(text({ nullable: true })),
};

export const enableBody = Type.Object(who, strict);

export const disableLogReasonBody = Type.Object({ ...who, disabled_reason: text({ min: 1 }) }, strict);

export const freezeBody = Type.Object({ host: who.host, cluster: who.cluster }, strict);
