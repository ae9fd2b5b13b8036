import type { Rules } from '../http/policy.ts';

export const typeAccessRules: Rules = {
  'volume_extension:volume_type_access:get_all_for_type': 'admin',
  'volume_extension:volume_type_access:addProjectAccess': 'admin',
  'volume_extension:volume_type_access:removeProjectAccess': 'admin',
};
