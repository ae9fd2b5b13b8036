import type { Rules } from '../../http/policy.ts';

export const catalogRules: Rules = {
  'identity:get_auth_catalog': 'anyone',
  'identity:list_services': 'admin',
  'identity:get_service': 'admin',
  'identity:list_endpoints': 'admin',
  'identity:get_endpoint': 'admin',
  'identity:list_regions': 'anyone',
  'identity:get_region': 'anyone',
};
