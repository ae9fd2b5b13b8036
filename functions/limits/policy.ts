import type { Rules } from '../http/policy.ts';

export const limitRules: Rules = { 'limits_extension:used_limits': 'projectReader' };
