// Projects: what volumes belong to.
import { operation, type Resource } from '../../http/operation.ts';
import { couldNotFind } from '../faults.ts';
import { isAsked, param } from '../keystone.ts';
import { listAnswer } from '../listing.ts';
import { projectCreateBody, projectUpdateBody } from './body.ts';
import { changeProject, makeProject, removeProject } from './changes.ts';
import { projectFilters, projectParameters } from './filters.ts';
import { asksHierarchy, hierarchyOf, hierarchyParameters } from './hierarchy.ts';
import { projectRules } from './policy.ts';
import { listActingProjects, listProjects, showProject } from './store.ts';
import { tags } from './tags.ts';
import { projectView } from './view.ts';

const create = operation({
  name: 'project-create',
  summary: 'Create a project',
  method: 'POST',
  path: '/projects',
  policy: ['identity:create_project'],
  body: projectCreateBody,
  success: 201,
  handler: async (call) => ({ project: projectView.for(call, 'detail')(await makeProject(call)) }),
});

const list = operation({
  name: 'project-list',
  summary: 'List projects',
  method: 'GET',
  path: '/projects',
  policy: ['identity:list_projects'],
  queryParameters: { ...projectParameters, is_domain: 'The domains, as the projects that they act as' },
  success: 200,
  handler: async (call) => {
    const find = isAsked(call, 'is_domain') ? listActingProjects : listProjects;
    const rows = await find(call.ports.database, projectFilters(call));
    return listAnswer(call, 'projects', rows.map(projectView.for(call, 'detail')));
  },
});

const show = operation({
  name: 'project-show',
  summary: 'Show a project',
  method: 'GET',
  path: '/projects/{project_id}',
  policy: [],
  queryParameters: hierarchyParameters,
  success: 200,
  handler: async (call) => {
    const id = param(call, 'project_id');
    call.policy.require('identity:get_project', call.actor, id);
    if (asksHierarchy(call)) return { project: await hierarchyOf(call, id) };
    const row = await showProject(call.ports.database, id);
    if (row === null) throw couldNotFind('project', id);
    return { project: projectView.for(call, 'detail')(row) };
  },
});

const update = operation({
  name: 'project-update',
  summary: 'Change a project',
  method: 'PATCH',
  path: '/projects/{project_id}',
  policy: ['identity:update_project'],
  body: projectUpdateBody,
  success: 200,
  handler: async (call) => ({
    project: projectView.for(call, 'detail')(await changeProject(call, param(call, 'project_id'))),
  }),
});

const remove = operation({
  name: 'project-delete',
  summary: 'Delete a project',
  method: 'DELETE',
  path: '/projects/{project_id}',
  policy: ['identity:delete_project'],
  success: 204,
  handler: (call) => removeProject(call, param(call, 'project_id')),
});

export const projects: Resource = {
  name: 'projects',
  operations: [create, list, show, update, remove, ...tags],
  rules: projectRules,
};
