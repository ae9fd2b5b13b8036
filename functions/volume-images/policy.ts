import type { Rules } from '../http/policy.ts';

export const volumeImageRules: Rules = {
  'volume_extension:volume_actions:upload_image': 'projectMember',
  'volume_extension:volume_actions:upload_public': 'admin',
  'volume:reimage': 'projectMember',
  'volume:reimage_reserved': 'projectMember',
};
