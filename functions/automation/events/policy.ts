import type { Rules } from '../../http/policy.ts';

export const eventRules: Rules = { 'scoria:event:get_all': 'projectReader' };
