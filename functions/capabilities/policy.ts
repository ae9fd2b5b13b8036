import type { Rules } from '../http/policy.ts';

export const capabilityRules: Rules = { 'volume_extension:capabilities': 'admin' };
