import type { Rules } from '../../http/policy.ts';

export const serviceRules: Rules = {
  'identity:create_service': 'admin',
  'identity:list_services': 'admin',
  'identity:get_service': 'admin',
  'identity:update_service': 'admin',
  'identity:delete_service': 'admin',
};
