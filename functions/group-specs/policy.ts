import type { Rules } from '../http/policy.ts';

export const groupSpecRules: Rules = {
  'group:group_types_specs:get': 'admin',
  'group:group_types_specs:get_all': 'admin',
  'group:group_types_specs:create': 'admin',
  'group:group_types_specs:update': 'admin',
  'group:group_types_specs:delete': 'admin',
};
