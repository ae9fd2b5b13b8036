import type { Rules } from '../../http/policy.ts';

export const registeredLimitRules: Rules = {
  'identity:create_registered_limits': 'admin',
  'identity:list_registered_limits': 'anyone',
  'identity:get_registered_limit': 'anyone',
  'identity:update_registered_limit': 'admin',
  'identity:delete_registered_limit': 'admin',
};
