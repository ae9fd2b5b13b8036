import type { Rules } from '../http/policy.ts';

export const workersCleanupRules: Rules = { 'workers:cleanup': 'admin' };
