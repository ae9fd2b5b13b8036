import * as Type from '@sinclair/typebox';
import { flag, text, uuid, word } from '../http/schemas.ts';

const strict = { additionalProperties: false } as const;

export const uploadBody = Type.Object(
  {
    'os-volume_upload_image': Type.Object(
      {
        image_name: text({ min: 1 }),
        force: Type.Optional(flag()),
        disk_format: Type.Optional(word(['raw', 'vmdk', 'vdi', 'qcow2', 'vhd', 'vhdx', 'ploop'])),
        container_format: Type.Optional(text({ min: 1 })),
        visibility: Type.Optional(word(['community', 'public', 'private', 'shared'], { since: '3.1' })),
        protected: Type.Optional(flag({ since: '3.1' })),
      },
      strict,
    ),
  },
  strict,
);

export const reimageBody = Type.Object(
  { 'os-reimage': Type.Object({ image_id: uuid(), reimage_reserved: Type.Optional(flag()) }, strict) },
  strict,
);
