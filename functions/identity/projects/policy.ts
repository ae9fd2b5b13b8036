import type { Rules } from '../../http/policy.ts';

export const projectRules: Rules = {
  'identity:create_project': 'admin',
  'identity:list_projects': 'admin',
  // Whoever may read in a project may see the project and its tags.
  'identity:get_project': 'projectReader',
  'identity:list_project_tags': 'projectReader',
  'identity:get_project_tag': 'projectReader',
  'identity:update_project': 'admin',
  'identity:delete_project': 'admin',
  'identity:create_project_tag': 'admin',
  'identity:update_project_tags': 'admin',
  'identity:delete_project_tag': 'admin',
  'identity:delete_project_tags': 'admin',
};
