import type { Rules } from '../http/policy.ts';

export const volumeMetadataRules: Rules = {
  'volume:get_volume_metadata': 'projectReader',
  'volume:create_volume_metadata': 'projectMember',
  'volume:update_volume_metadata': 'projectMember',
  'volume:delete_volume_metadata': 'projectMember',
};
