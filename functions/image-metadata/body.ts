import { Type } from '@sinclair/typebox';
import { badRequest } from '../http/faults.ts';
import { nothing, stringMap, text } from '../http/leaves.ts';
import { metadataKey } from '../http/metadata-body.ts';

const strict = { additionalProperties: false } as const;

/** The largest value in bytes of UTF-8. */
const maxValue = 65_535;

export const setBody = Type.Object(
  { 'os-set_image_metadata': Type.Object({ metadata: stringMap({ key: metadataKey, maxValue }) }, strict) },
  strict,
);

export const unsetBody = Type.Object(
  { 'os-unset_image_metadata': Type.Object({ key: text({ min: 1 }) }, strict) },
  strict,
);

export const showBody = Type.Object({ 'os-show_image_metadata': nothing() }, strict);

/** Refuses values of more bytes than characters allow for. */
export function checkSizes(metadata: Readonly<Record<string, string>>): void {
  const encoder = new TextEncoder();
  for (const [key, value] of Object.entries(metadata)) {
    if (encoder.encode(value).length > maxValue) {
      throw badRequest(`Invalid input for field/attribute ${key}. A value has at most ${maxValue} bytes.`);
    }
  }
}
