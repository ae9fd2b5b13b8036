import type { Rules } from '../../http/policy.ts';

export const snapshotScheduleRules: Rules = {
  'scoria:snapshot_schedule:get_all': 'projectReader',
  'scoria:snapshot_schedule:get': 'projectReader',
  'scoria:snapshot_schedule:create': 'projectMember',
  'scoria:snapshot_schedule:update': 'projectMember',
  'scoria:snapshot_schedule:delete': 'projectMember',
  'scoria:snapshot_schedule:run': 'projectMember',
};
