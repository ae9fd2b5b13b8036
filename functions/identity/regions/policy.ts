import type { Rules } from '../../http/policy.ts';

export const regionRules: Rules = {
  'identity:create_region': 'admin',
  'identity:list_regions': 'anyone',
  'identity:get_region': 'anyone',
  'identity:update_region': 'admin',
  'identity:delete_region': 'admin',
};
