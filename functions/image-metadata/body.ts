import * as Type from '@sinclair/typebox';
import { nothing, stringMap, text } from '../http/schemas.ts';
import { metadataKey } from '../volume-metadata/metadata-body.ts';

const strict = { additionalProperties: false } as const;

/** The longest value, as Cinder's schema has it; the whole map is bounded where it is written. */
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
