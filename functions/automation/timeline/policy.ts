import type { Rules } from '../../http/policy.ts';

export const timelineRules: Rules = {
  'scoria:timeline:get': 'projectReader',
};
