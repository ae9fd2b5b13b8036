// The bodies of metadata resources: a whole map, or one pair of it.
import * as Type from '@sinclair/typebox';
import { stringMap } from '../http/schemas.ts';

/** Keys of a volume's metadata, and of a snapshot's when it is made: 1 to 255 letters, digits and a few signs. */
export const metadataKey = /^[a-zA-Z0-9\-_:. /]{1,255}$/;

/** Keys that the metadata of a snapshot takes afterwards: the same without the slash. */
export const plainMetadataKey = /^[a-zA-Z0-9\-_:. ]{1,255}$/;

const strict = { additionalProperties: false } as const;

/** `{"metadata": {…}}` */
export const metadataBody = (key: RegExp) => Type.Object({ metadata: stringMap({ key }) }, strict);

/** `{"meta": {"key": "value"}}`: exactly one pair. */
export const metaBody = (key: RegExp) =>
  Type.Object({ meta: stringMap({ key, minProperties: 1, maxProperties: 1 }) }, strict);
