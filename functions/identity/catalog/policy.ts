import type { Rules } from '../../http/policy.ts';

export const catalogRules: Rules = { 'identity:get_auth_catalog': 'anyone' };
