import type { Rules } from '../http/policy.ts';

export const defaultTypeRules: Rules = {
  'volume_extension:default_set_or_update': 'admin',
  'volume_extension:default_get': 'admin',
  'volume_extension:default_get_all': 'admin',
  'volume_extension:default_unset': 'admin',
};
