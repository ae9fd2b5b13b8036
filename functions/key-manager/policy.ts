import type { Rules } from '../http/policy.ts';

/** As Barbican has them: whoever may read a project's secrets sees them, whoever may use them opens them. */
export const keyManagerRules: Rules = {
  'secret:get': 'projectReader',
  'secret:decrypt': 'projectMember',
  'secret:delete': 'projectMember',
};
