// Projects: what volumes belong to.
import { timestamp } from '../../../infra/clock/port.ts';
import { subject } from '../../../infra/identity/port.ts';
import { defaultDomainId } from '../../../schema/identity.ts';
import { operation, type Resource } from '../../http/operation.ts';
import { couldNotFind, orConflict, sameProject } from '../faults.ts';
import { enabledFilter, filter, newId, param, refused } from '../keystone.ts';
import { listAnswer } from '../listing.ts';
import { revokingNow } from '../revoking.ts';
import { projectCreateBody, projectUpdateBody } from './body.ts';
import { projectRules } from './policy.ts';
import { deleteProject, insertProject, listProjects, showProject, updateProject } from './store.ts';
import { projectView } from './view.ts';

const create = operation({
  name: 'project-create',
  summary: 'Create a project',
  method: 'POST',
  path: '/projects',
  policy: ['identity:create_project'],
  body: projectCreateBody,
  success: 201,
  handler: async (call) => {
    const { name, domain_id = call.actor.domainId ?? defaultDomainId, description, enabled = true } = call.body.project;
    const tags = JSON.stringify([...new Set(call.body.project.tags)]);
    // A domain is the parent of those that stand in no project.
    const parent_id = call.body.project.parent_id === domain_id ? null : (call.body.project.parent_id ?? null);
    const row = { id: newId(call), domain_id, parent_id, name, description: description ?? '', enabled, tags };
    const insert = insertProject(call.ports.database, row, timestamp(call.ports.clock));
    const made = await orConflict('projects_name', () => sameProject(name), insert);
    if (made === null) throw couldNotFind(parent_id === null ? 'domain' : 'project', parent_id ?? domain_id);
    return { project: projectView.for(call, 'detail')(made) };
  },
});

const list = operation({
  name: 'project-list',
  summary: 'List projects',
  method: 'GET',
  path: '/projects',
  policy: ['identity:list_projects'],
  queryParameters: {
    name: 'Only projects of that name',
    domain_id: 'Only projects of that domain',
    parent_id: 'Only projects below that one',
    enabled: 'Only those that are, or are not, enabled',
  },
  success: 200,
  handler: async (call) => {
    const filters = {
      name: filter(call, 'name'),
      domain_id: filter(call, 'domain_id'),
      parent_id: filter(call, 'parent_id'),
      enabled: enabledFilter(call),
    };
    const rows = await listProjects(call.ports.database, filters);
    return listAnswer(call, 'projects', rows.map(projectView.for(call, 'detail')));
  },
});

const show = operation({
  name: 'project-show',
  summary: 'Show a project',
  method: 'GET',
  path: '/projects/{project_id}',
  policy: [],
  success: 200,
  handler: async (call) => {
    const id = param(call, 'project_id');
    call.policy.require('identity:get_project', call.actor, id);
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
  handler: async (call) => {
    const id = param(call, 'project_id');
    const patch = call.body.project;
    const revoked = revokingNow(call);
    const change = updateProject(call.ports.database, id, patch, revoked);
    const row = await orConflict('projects_name', () => sameProject(patch.name ?? ''), change);
    if (row === null) throw couldNotFind('project', id);
    if (!row.enabled) revoked.done([subject.project(id)]);
    return { project: projectView.for(call, 'detail')(row) };
  },
});

const remove = operation({
  name: 'project-delete',
  summary: 'Delete a project',
  method: 'DELETE',
  path: '/projects/{project_id}',
  policy: ['identity:delete_project'],
  success: 204,
  handler: async (call) => {
    const id = param(call, 'project_id');
    const revoked = revokingNow(call);
    const gone = deleteProject(call.ports.database, id, revoked);
    const hasChildren = () => refused(`cannot delete the project ${id} since it is not a leaf in the hierarchy.`);
    if (!(await orConflict('projects_parent_id_fkey', hasChildren, gone))) throw couldNotFind('project', id);
    revoked.done([subject.project(id)]);
  },
});

export const projects: Resource = {
  name: 'projects',
  operations: [create, list, show, update, remove],
  rules: projectRules,
};
