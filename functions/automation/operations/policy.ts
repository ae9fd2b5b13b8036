import type { Rules } from '../../http/policy.ts';

export const operationRules: Rules = {
  'scoria:operation:get_all': 'projectReader',
  'scoria:operation:get': 'projectReader',
  'scoria:operation:cancel': 'projectMember',
  'scoria:operation:explanation': 'admin',
};
