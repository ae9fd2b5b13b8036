import type { Rules } from '../../http/policy.ts';

export const projectRules: Rules = {
  'identity:create_project': 'admin',
  'identity:list_projects': 'admin',
  // Whoever may read in a project may see the project.
  'identity:get_project': 'projectReader',
  'identity:update_project': 'admin',
  'identity:delete_project': 'admin',
};
