import type { Rules } from '../../http/policy.ts';

export const userRules: Rules = {
  'identity:create_user': 'admin',
  'identity:list_users': 'admin',
  // The next two also let the user itself pass: requireSelfOr().
  'identity:get_user': 'admin',
  'identity:list_user_projects': 'admin',
  'identity:update_user': 'admin',
  'identity:delete_user': 'admin',
};
