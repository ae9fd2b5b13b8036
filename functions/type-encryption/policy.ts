import type { Rules } from '../http/policy.ts';

export const typeEncryptionRules: Rules = {
  'volume_extension:volume_type_encryption': 'admin',
  'volume_extension:volume_type_encryption:get': 'admin',
  'volume_extension:volume_type_encryption:create': 'admin',
  'volume_extension:volume_type_encryption:update': 'admin',
  'volume_extension:volume_type_encryption:delete': 'admin',
};
