import * as Type from '@sinclair/typebox';
import { text } from '../http/schemas.ts';

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

/** `cluster` comes with 3.26. */
export const failoverBody = Type.Object(
  {
    host: who.host,
    backend_id: Type.Optional(text({ nullable: true })),
    cluster: Type.Optional(text({ nullable: true, since: '3.26' })),
  },
  strict,
);

const whichLogs = {
  binary: Type.Optional(text({ nullable: true })),
  server: Type.Optional(text({ nullable: true })),
  prefix: Type.Optional(text({ nullable: true })),
};

export const getLogBody = Type.Object(whichLogs, strict);

export const setLogBody = Type.Object({ ...whichLogs, level: text({ min: 1 }) }, strict);
