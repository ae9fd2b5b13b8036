import type { Rules } from '../../http/policy.ts';

export const scopeRules: Rules = {
  'identity:get_auth_projects': 'anyone',
  'identity:get_auth_domains': 'anyone',
  'identity:get_auth_system': 'anyone',
};
