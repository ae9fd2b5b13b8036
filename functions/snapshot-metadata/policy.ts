import type { Rules } from '../http/policy.ts';

export const snapshotMetadataRules: Rules = {
  'volume:get_snapshot_metadata': 'projectReader',
  'volume:update_snapshot_metadata': 'projectMember',
  'volume:delete_snapshot_metadata': 'projectMember',
};
