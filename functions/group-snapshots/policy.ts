import type { Rules } from '../http/policy.ts';

export const groupSnapshotRules: Rules = {
  'group:get_all_group_snapshots': 'projectReader',
  'group:get_group_snapshot': 'projectReader',
  'group:create_group_snapshot': 'projectMember',
  // Declared in Cinder, where no operation asks it either; files that name it are read without a warning.
  'group:update_group_snapshot': 'projectMember',
  'group:delete_group_snapshot': 'projectMember',
  'group:reset_group_snapshot_status': 'admin',
  'group:group_snapshot_project_attribute': 'admin',
};
