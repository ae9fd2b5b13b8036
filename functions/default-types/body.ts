import * as Type from '@sinclair/typebox';
import { text } from '../http/schemas.ts';

const strict = { additionalProperties: false } as const;

/** The type by its name or id. */
export const setBody = Type.Object({ default_type: Type.Object({ volume_type: text({ min: 1 }) }, strict) }, strict);
