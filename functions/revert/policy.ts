import type { Rules } from '../http/policy.ts';

export const revertRules: Rules = { 'volume:revert_to_snapshot': 'projectMember' };
