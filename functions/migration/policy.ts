import type { Rules } from '../http/policy.ts';

export const migrationRules: Rules = {
  'volume_extension:volume_admin_actions:migrate_volume': 'admin',
  'volume_extension:volume_admin_actions:migrate_volume_completion': 'admin',
};
