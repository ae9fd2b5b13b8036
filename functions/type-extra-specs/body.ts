import * as Type from '@sinclair/typebox';
import { stringMap } from '../http/schemas.ts';

const specKey = /^[a-zA-Z0-9\-_:.]{1,255}$/;

export const mergeBody = Type.Object(
  { extra_specs: stringMap({ key: specKey, nullValues: true }) },
  { additionalProperties: false },
);

/** The bare pair: `{"key": "value"}`. */
export const pairBody = stringMap({ key: specKey, nullValues: true, minProperties: 1, maxProperties: 1 });
