import type { Rules } from '../http/policy.ts';

export const snapshotRules: Rules = {
  'volume:get_all_snapshots': 'projectReader',
  'volume:create_snapshot': 'projectMember',
  'volume:get_snapshot': 'projectReader',
  'volume:update_snapshot': 'projectMember',
  'volume:delete_snapshot': 'projectMember',
  'volume_extension:extended_snapshot_attributes': 'projectReader',
  'snapshot_extension:snapshot_actions:update_snapshot_status': 'projectMember',
  'volume_extension:snapshot_admin_actions:reset_status': 'admin',
  'volume_extension:snapshot_admin_actions:force_delete': 'admin',
  'snapshot_extension:snapshot_manage': 'admin',
  'snapshot_extension:snapshot_unmanage': 'admin',
};
