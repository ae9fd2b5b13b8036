import * as Type from '@sinclair/typebox';
import { anything, stringMap, text, uuid } from '../../http/schemas.ts';
import { reference } from '../../manageable/reference.ts';
import { metadataKey } from '../../volume-metadata/metadata-body.ts';

const strict = { additionalProperties: false } as const;
const optional = () => Type.Optional(text({ nullable: true }));

export const manageBody = Type.Object(
  {
    snapshot: Type.Object(
      {
        volume_id: uuid(),
        ref: reference(),
        name: optional(),
        display_name: optional(),
        description: optional(),
        metadata: Type.Optional(stringMap({ key: metadataKey, nullable: true })),
      },
      strict,
    ),
  },
  strict,
);

export const unmanageBody = Type.Object({ 'os-unmanage': anything() }, strict);
