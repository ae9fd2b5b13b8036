import type { Rules } from '../../http/policy.ts';

export const grantRules: Rules = {
  'identity:create_grant': 'admin',
  'identity:check_grant': 'admin',
  'identity:revoke_grant': 'admin',
  'identity:list_grants': 'admin',
  'identity:create_system_grant_for_user': 'admin',
  'identity:check_system_grant_for_user': 'admin',
  'identity:revoke_system_grant_for_user': 'admin',
  'identity:list_system_grants_for_user': 'admin',
  'identity:create_system_grant_for_group': 'admin',
  'identity:check_system_grant_for_group': 'admin',
  'identity:revoke_system_grant_for_group': 'admin',
  'identity:list_system_grants_for_group': 'admin',
};
