import type { Rules } from '../http/policy.ts';

export const clusterRules: Rules = { 'clusters:get_all': 'admin', 'clusters:get': 'admin', 'clusters:update': 'admin' };
