import type { Rules } from '../http/policy.ts';

export const groupTypeRules: Rules = {
  'group:group_types:create': 'admin',
  'group:group_types:update': 'admin',
  'group:group_types:delete': 'admin',
  'group:access_group_types_specs': 'admin',
};
