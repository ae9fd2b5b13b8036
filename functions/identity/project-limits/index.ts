// Limits of projects and of domains, where they have others than by default. The services ask for them and hold to
// them; Block Storage has its own quotas.
import { timestamp } from '../../../infra/clock/port.ts';
import { badRequest } from '../../http/faults.ts';
import { type Call, operation, type Resource } from '../../http/operation.ts';
import { couldNotFind, orConflict, sameLimit } from '../faults.ts';
import { filter, newId, param, refused } from '../keystone.ts';
import { inOrder, listAnswer } from '../listing.ts';
import { limitFilters, limitParameters } from '../registered-limits/filters.ts';
import { projectLimitCreateBody, projectLimitUpdateBody } from './body.ts';
import { projectLimitRules } from './policy.ts';
import {
  deleteProjectLimit,
  insertProjectLimits,
  listProjectLimits,
  type Owner,
  showProjectLimit,
  updateProjectLimit,
} from './store.ts';
import { projectLimitView } from './view.ts';

/** Whose limits the caller sees by a rule. */
const ownerFor = ({ policy, actor }: Call, rule: string): Owner | null =>
  policy.allows(rule, actor) ? null : { projectId: actor.projectId, domainId: actor.domainId };

const model = operation({
  name: 'limit-model-show',
  summary: 'Show the enforcement model of limits: flat',
  method: 'GET',
  path: '/limits/model',
  policy: ['identity:get_limit_model'],
  success: 200,
  handler: async () => ({
    model: { name: 'flat', description: 'Each limit stands by itself, whatever is above or below its project.' },
  }),
});

const create = operation({
  name: 'limit-create',
  summary: 'Create limits for projects or domains',
  method: 'POST',
  path: '/limits',
  policy: ['identity:create_limits'],
  body: projectLimitCreateBody,
  success: 201,
  handler: async (call) => {
    const asked = call.body.limits.map(
      ({ region_id = null, project_id = null, domain_id = null, description = null, ...one }) => {
        if ((project_id === null) === (domain_id === null)) {
          throw badRequest('A limit is of a project or of a domain: one of project_id and domain_id is needed.');
        }
        return { id: newId(call), ...one, region_id, project_id, domain_id, description };
      },
    );
    const insert = insertProjectLimits(call.ports.database, asked, timestamp(call.ports.clock));
    const noProject = () => badRequest('A project of the limits is not there.');
    const noDomain = () => badRequest('A domain of the limits is not there.');
    const hasProjects = orConflict('project_limits_project_id_fkey', noProject, insert);
    const hasDomains = orConflict('project_limits_domain_id_fkey', noDomain, hasProjects);
    const rows = await orConflict('project_limits_once', () => sameLimit('limit'), hasDomains);
    if (rows.length === 0) throw refused('a limit needs a registered limit of its service, region and resource.');
    return { limits: inOrder(asked, rows).map(projectLimitView.for(call, 'detail')) };
  },
});

const list = operation({
  name: 'limit-list',
  summary: 'List limits: all, or those of your own project or domain',
  method: 'GET',
  path: '/limits',
  policy: [],
  queryParameters: {
    ...limitParameters,
    project_id: 'Only those of this project',
    domain_id: 'Only those of this domain',
  },
  success: 200,
  handler: async (call) => {
    const filters = {
      ...limitFilters(call),
      project_id: filter(call, 'project_id'),
      domain_id: filter(call, 'domain_id'),
    };
    const rows = await listProjectLimits(call.ports.database, filters, ownerFor(call, 'identity:list_limits'));
    return listAnswer(call, 'limits', rows.map(projectLimitView.for(call, 'detail')));
  },
});

const show = operation({
  name: 'limit-show',
  summary: 'Show a limit',
  method: 'GET',
  path: '/limits/{limit_id}',
  policy: [],
  success: 200,
  handler: async (call) => {
    const id = param(call, 'limit_id');
    const row = await showProjectLimit(call.ports.database, id, ownerFor(call, 'identity:get_limit'));
    if (row === null) throw couldNotFind('limit', id);
    return { limit: projectLimitView.for(call, 'detail')(row) };
  },
});

const update = operation({
  name: 'limit-update',
  summary: 'Change a limit',
  method: 'PATCH',
  path: '/limits/{limit_id}',
  policy: ['identity:update_limit'],
  body: projectLimitUpdateBody,
  success: 200,
  handler: async (call) => {
    const id = param(call, 'limit_id');
    const row = await updateProjectLimit(call.ports.database, id, call.body.limit);
    if (row === null) throw couldNotFind('limit', id);
    return { limit: projectLimitView.for(call, 'detail')(row) };
  },
});

const remove = operation({
  name: 'limit-delete',
  summary: 'Delete a limit: the registered one applies again',
  method: 'DELETE',
  path: '/limits/{limit_id}',
  policy: ['identity:delete_limit'],
  success: 204,
  handler: async (call) => {
    const id = param(call, 'limit_id');
    if (!(await deleteProjectLimit(call.ports.database, id))) throw couldNotFind('limit', id);
  },
});

export const projectLimits: Resource = {
  name: 'project-limits',
  operations: [model, create, list, show, update, remove],
  rules: projectLimitRules,
};
