import type { Rules } from '../http/policy.ts';

export const imageMetadataRules: Rules = {
  'volume_extension:volume_image_metadata:set': 'projectMember',
  'volume_extension:volume_image_metadata:remove': 'projectMember',
  // Shared with the volume's own metadata.
  'volume:get_volume_metadata': 'projectReader',
};
