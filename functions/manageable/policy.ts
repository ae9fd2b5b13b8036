import type { Rules } from '../http/policy.ts';

export const manageableRules: Rules = {
  'volume_extension:list_manageable': 'admin',
  'snapshot_extension:list_manageable': 'admin',
};
