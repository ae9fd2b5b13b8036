import type { Rules } from '../http/policy.ts';

export const groupRules: Rules = {
  'group:get_all': 'projectReader',
  'group:get': 'projectReader',
  'group:create': 'projectMember',
  'group:update': 'projectMember',
  'group:delete': 'projectMember',
  'group:reset_status': 'admin',
  'group:enable_replication': 'projectMember',
  'group:disable_replication': 'projectMember',
  'group:failover_replication': 'projectMember',
  'group:list_replication_targets': 'projectMember',
  'group:group_project_attribute': 'admin',
};
