import type { Rules } from '../http/policy.ts';

export const qosSpecsRules: Rules = {
  'volume_extension:qos_specs_manage:get_all': 'admin',
  'volume_extension:qos_specs_manage:get': 'admin',
  'volume_extension:qos_specs_manage:create': 'admin',
  'volume_extension:qos_specs_manage:update': 'admin',
  'volume_extension:qos_specs_manage:delete': 'admin',
};
