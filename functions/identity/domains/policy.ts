import type { Rules } from '../../http/policy.ts';

export const domainRules: Rules = {
  'identity:create_domain': 'admin',
  'identity:list_domains': 'admin',
  // Whose token is for the domain or for one of its projects passes too.
  'identity:get_domain': 'admin',
  'identity:update_domain': 'admin',
  'identity:delete_domain': 'admin',
};
