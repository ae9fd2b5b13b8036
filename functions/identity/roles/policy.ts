import type { Rules } from '../../http/policy.ts';

export const roleRules: Rules = {
  'identity:create_role': 'admin',
  'identity:list_roles': 'admin',
  'identity:get_role': 'admin',
  'identity:update_role': 'admin',
  'identity:delete_role': 'admin',
  'identity:list_role_inference_rules': 'admin',
  'identity:list_implied_roles': 'admin',
  'identity:create_implied_role': 'admin',
  'identity:get_implied_role': 'admin',
  'identity:delete_implied_role': 'admin',
};
