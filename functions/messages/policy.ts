import type { Rules } from '../http/policy.ts';

export const messageRules: Rules = {
  'message:get_all': 'projectReader',
  'message:get': 'projectReader',
  'message:delete': 'projectMember',
};
