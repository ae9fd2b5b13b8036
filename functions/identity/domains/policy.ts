import type { Rules } from '../../http/policy.ts';

export const domainRules: Rules = {
  'identity:create_domain': 'admin',
  'identity:list_domains': 'admin',
  'identity:get_domain': 'admin',
  'identity:update_domain': 'admin',
  'identity:delete_domain': 'admin',
};
