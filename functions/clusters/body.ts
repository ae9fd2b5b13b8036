import * as Type from '@sinclair/typebox';
import { text } from '../http/schemas.ts';

const strict = { additionalProperties: false } as const;
const which = { name: text({ min: 1 }), binary: Type.Optional(text({ nullable: true })) };

export const enableBody = Type.Object(which, strict);
export const disableBody = Type.Object({ ...which, disabled_reason: Type.Optional(text({ nullable: true })) }, strict);
