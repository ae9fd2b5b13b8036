import type { Rules } from '../http/policy.ts';

export const quotaClassRules: Rules = {
  'volume_extension:quota_classes:get': 'admin',
  'volume_extension:quota_classes:update': 'admin',
};
