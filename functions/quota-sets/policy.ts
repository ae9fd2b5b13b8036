import type { Rules } from '../http/policy.ts';

export const quotaRules: Rules = {
  'volume_extension:quotas:show': 'projectReader',
  'volume_extension:quotas:update': 'admin',
  'volume_extension:quotas:delete': 'admin',
};
