import type { Rules } from '../http/policy.ts';

export const retypeRules: Rules = {
  'volume:retype': 'projectMember',
  'volume:multiattach': 'projectMember',
};
