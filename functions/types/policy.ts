import type { Rules } from '../http/policy.ts';

export const typeRules: Rules = {
  'volume_extension:type_get_all': 'projectReader',
  'volume_extension:type_get': 'projectReader',
  'volume_extension:type_create': 'admin',
  'volume_extension:type_update': 'admin',
  'volume_extension:type_delete': 'admin',
  'volume_extension:access_types_extra_specs': 'projectReader',
  'volume_extension:access_types_qos_specs_id': 'admin',
  'volume_extension:volume_type_access': 'projectMember',
};
