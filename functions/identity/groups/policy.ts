import type { Rules } from '../../http/policy.ts';

export const groupRules: Rules = {
  'identity:create_group': 'admin',
  'identity:list_groups': 'admin',
  'identity:get_group': 'admin',
  'identity:update_group': 'admin',
  'identity:delete_group': 'admin',
  'identity:list_users_in_group': 'admin',
  'identity:add_user_to_group': 'admin',
  'identity:check_user_in_group': 'admin',
  'identity:remove_user_from_group': 'admin',
  // Also lets the user itself pass: requireSelfOr().
  'identity:list_groups_for_user': 'admin',
};
