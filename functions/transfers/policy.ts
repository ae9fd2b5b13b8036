import type { Rules } from '../http/policy.ts';

export const transferRules: Rules = {
  'volume:get_all_transfers': 'projectReader',
  'volume:create_transfer': 'projectMember',
  'volume:get_transfer': 'projectReader',
  'volume:delete_transfer': 'projectMember',
  'volume:accept_transfer': 'projectMember',
};
