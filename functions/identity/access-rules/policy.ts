import type { Rules } from '../../http/policy.ts';

// All of them also let the user itself pass: requireSelfOr().
export const accessRuleRules: Rules = {
  'identity:list_access_rules': 'admin',
  'identity:get_access_rule': 'admin',
  'identity:delete_access_rule': 'admin',
};
