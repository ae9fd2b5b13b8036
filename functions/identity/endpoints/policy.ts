import type { Rules } from '../../http/policy.ts';

export const endpointRules: Rules = {
  'identity:create_endpoint': 'admin',
  'identity:list_endpoints': 'admin',
  'identity:get_endpoint': 'admin',
  'identity:update_endpoint': 'admin',
  'identity:delete_endpoint': 'admin',
};
