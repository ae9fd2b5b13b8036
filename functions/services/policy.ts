import type { Rules } from '../http/policy.ts';

export const serviceRules: Rules = {
  'volume_extension:services:index': 'admin',
  'volume_extension:services:update': 'admin',
  'volume:freeze_host': 'admin',
  'volume:thaw_host': 'admin',
  'volume:failover_host': 'admin',
};
