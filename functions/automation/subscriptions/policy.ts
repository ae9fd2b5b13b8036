import type { Rules } from '../../http/policy.ts';

export const subscriptionRules: Rules = {
  'scoria:subscription:get_all': 'projectReader',
  'scoria:subscription:get': 'projectReader',
  'scoria:subscription:create': 'projectMember',
  // Told of every project's events.
  'scoria:subscription:create:all_projects': 'admin',
  'scoria:subscription:update': 'projectMember',
  'scoria:subscription:delete': 'projectMember',
  'scoria:subscription:rotate_secret': 'projectMember',
  'scoria:subscription:test': 'projectMember',
  'scoria:subscription:redeliver': 'projectMember',
  'scoria:subscription:get_deliveries': 'projectReader',
};
