import type { Rules } from '../http/policy.ts';

export const poolRules: Rules = { 'scheduler_extension:scheduler_stats:get_pools': 'admin' };
