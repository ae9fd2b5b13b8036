import * as Type from '@sinclair/typebox';
import { anything, flag, stringMap, text } from '../../http/schemas.ts';
import { reference } from '../../manageable/reference.ts';
import { metadataKey } from '../../volume-metadata/metadata-body.ts';

const strict = { additionalProperties: false } as const;
const optional = () => Type.Optional(text({ nullable: true }));

export const manageBody = Type.Object(
  {
    volume: Type.Object(
      {
        host: optional(),
        cluster: Type.Optional(text({ nullable: true, since: '3.16' })),
        ref: reference(),
        name: optional(),
        description: optional(),
        volume_type: optional(),
        // The zone is that of the back end, as always with what is there already.
        availability_zone: optional(),
        bootable: Type.Optional(flag({ nullable: true })),
        metadata: Type.Optional(stringMap({ key: metadataKey, nullable: true })),
      },
      strict,
    ),
  },
  strict,
);

export const unmanageBody = Type.Object({ 'os-unmanage': anything() }, strict);
