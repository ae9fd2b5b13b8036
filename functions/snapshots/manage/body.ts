import { Type } from '@sinclair/typebox';
import { anything, stringMap, text, uuid } from '../../http/leaves.ts';
import { metadataKey } from '../../http/metadata-body.ts';
import { reference } from '../../http/reference.ts';

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
