import type { Rules } from '../http/policy.ts';

export const backupRules: Rules = {
  'backup:get_all': 'projectReader',
  'backup:create': 'projectMember',
  'backup:get': 'projectReader',
  'backup:update': 'projectMember',
  'backup:delete': 'projectMember',
  'backup:restore': 'projectMember',
  'backup:export-import': 'admin',
  'backup:backup-import': 'admin',
  'backup:backup_project_attribute': 'admin',
  'volume_extension:backup_admin_actions:reset_status': 'admin',
  'volume_extension:backup_admin_actions:force_delete': 'admin',
};
