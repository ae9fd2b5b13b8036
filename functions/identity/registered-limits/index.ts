// Registered limits: how much of a service's resource a project has by default. The services ask for them.
import { timestamp } from '../../../infra/clock/port.ts';
import { badRequest } from '../../http/faults.ts';
import { type Call, operation, type Resource } from '../../http/operation.ts';
import { builtInServices } from '../catalog/built-in.ts';
import { couldNotFind, orConflict, sameLimit } from '../faults.ts';
import { newId, param, refused } from '../keystone.ts';
import { inOrder, listAnswer } from '../listing.ts';
import { registeredLimitCreateBody, registeredLimitUpdateBody } from './body.ts';
import { limitFilters, limitParameters } from './filters.ts';
import { registeredLimitRules } from './policy.ts';
import {
  type BuiltIn,
  deleteRegisteredLimit,
  insertRegisteredLimits,
  listRegisteredLimits,
  showRegisteredLimit,
  updateRegisteredLimit,
} from './store.ts';
import { registeredLimitView } from './view.ts';

const ownOf = ({ settings }: Pick<Call, 'settings'>): BuiltIn => ({
  own_services: JSON.stringify(builtInServices.map(({ id }) => id)),
  own_region: settings.region,
});

const misplaced = () => badRequest('A registered limit is of a service and a region that there are.');
const isUsed = (id: string) => refused(`limits of projects follow the registered limit ${id}.`);

const create = operation({
  name: 'registered-limit-create',
  summary: 'Register limits of resources',
  method: 'POST',
  path: '/registered_limits',
  policy: ['identity:create_registered_limits'],
  body: registeredLimitCreateBody,
  success: 201,
  handler: async (call) => {
    const asked = call.body.registered_limits.map(({ region_id = null, description = null, ...one }) => ({
      id: newId(call),
      ...one,
      region_id,
      description,
    }));
    const insert = insertRegisteredLimits(call.ports.database, asked, ownOf(call), timestamp(call.ports.clock));
    const rows = await orConflict('registered_limits_once', () => sameLimit('registered_limit'), insert);
    if (rows.length === 0) throw misplaced();
    return { registered_limits: inOrder(asked, rows).map(registeredLimitView.for(call, 'detail')) };
  },
});

const list = operation({
  name: 'registered-limit-list',
  summary: 'List registered limits',
  method: 'GET',
  path: '/registered_limits',
  policy: ['identity:list_registered_limits'],
  queryParameters: limitParameters,
  success: 200,
  handler: async (call) => {
    const rows = await listRegisteredLimits(call.ports.database, limitFilters(call));
    return listAnswer(call, 'registered_limits', rows.map(registeredLimitView.for(call, 'detail')));
  },
});

const show = operation({
  name: 'registered-limit-show',
  summary: 'Show a registered limit',
  method: 'GET',
  path: '/registered_limits/{registered_limit_id}',
  policy: ['identity:get_registered_limit'],
  success: 200,
  handler: async (call) => {
    const id = param(call, 'registered_limit_id');
    const row = await showRegisteredLimit(call.ports.database, id);
    if (row === null) throw couldNotFind('registered limit', id);
    return { registered_limit: registeredLimitView.for(call, 'detail')(row) };
  },
});

const update = operation({
  name: 'registered-limit-update',
  summary: 'Change a registered limit',
  method: 'PATCH',
  path: '/registered_limits/{registered_limit_id}',
  policy: ['identity:update_registered_limit'],
  body: registeredLimitUpdateBody,
  success: 200,
  handler: async (call) => {
    const id = param(call, 'registered_limit_id');
    const change = updateRegisteredLimit(call.ports.database, id, call.body.registered_limit, ownOf(call));
    const row = await orConflict('registered_limits_once', () => sameLimit('registered_limit'), change);
    if (row === 'absent') throw couldNotFind('registered limit', id);
    if (row === 'used') throw isUsed(id);
    if (row === 'misplaced') throw misplaced();
    return { registered_limit: registeredLimitView.for(call, 'detail')(row) };
  },
});

const remove = operation({
  name: 'registered-limit-delete',
  summary: 'Delete a registered limit',
  method: 'DELETE',
  path: '/registered_limits/{registered_limit_id}',
  policy: ['identity:delete_registered_limit'],
  success: 204,
  handler: async (call) => {
    const id = param(call, 'registered_limit_id');
    const found = await deleteRegisteredLimit(call.ports.database, id);
    if (found === 'absent') throw couldNotFind('registered limit', id);
    if (found === 'used') throw isUsed(id);
  },
});

export const registeredLimits: Resource = {
  name: 'registered-limits',
  operations: [create, list, show, update, remove],
  rules: registeredLimitRules,
};
