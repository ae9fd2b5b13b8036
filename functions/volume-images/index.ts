// Copies between a volume that is there and an image: into a new image, and from an image over the volume.

import * as is from '../http/answer-types.ts';
import { operation, type Resource } from '../http/operation.ts';
import { onVolume } from '../volumes/store.ts';
import { reimageBody, uploadBody } from './body.ts';
import { volumeImageRules } from './policy.ts';
import { isOfReserved, reimage } from './reimage.ts';
import { isPublic, uploadToImage, uploadType } from './upload.ts';

const action = { method: 'POST', path: '/volumes/{volume_id}/action', success: 202, target: onVolume } as const;

export const volumeImages: Resource = {
  name: 'volume-images',
  rules: volumeImageRules,
  operations: [
    operation({
      name: 'volume-upload-image',
      summary: 'Upload a volume to an image',
      ...action,
      action: 'os-volume_upload_image',
      policy: ['volume_extension:volume_actions:upload_image'],
      furtherPolicy: { 'volume_extension:volume_actions:upload_public': isPublic },
      body: uploadBody,
      answers: is.object({ 'os-volume_upload_image': uploadType }),
      handler: uploadToImage,
    }),
    operation({
      name: 'volume-reimage',
      summary: 'Reimage a volume',
      ...action,
      action: 'os-reimage',
      since: '3.68',
      policy: ['volume:reimage'],
      furtherPolicy: { 'volume:reimage_reserved': isOfReserved },
      body: reimageBody,
      handler: reimage,
    }),
  ],
};
