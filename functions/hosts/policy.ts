import type { Rules } from '../http/policy.ts';

export const hostRules: Rules = { 'volume_extension:hosts': 'admin' };
