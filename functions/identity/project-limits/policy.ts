import type { Rules } from '../../http/policy.ts';

export const projectLimitRules: Rules = {
  'identity:get_limit_model': 'anyone',
  'identity:create_limits': 'admin',
  // The next two also let a token of the project or the domain pass, for its own.
  'identity:list_limits': 'admin',
  'identity:get_limit': 'admin',
  'identity:update_limit': 'admin',
  'identity:delete_limit': 'admin',
};
