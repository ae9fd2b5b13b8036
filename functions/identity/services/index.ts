// Services of the catalog: those that Scoria serves itself, and those that an operator adds.
import { timestamp } from '../../../infra/clock/port.ts';
import { operation, type Resource } from '../../http/operation.ts';
import { builtInServices, requireOthersService } from '../catalog/built-in.ts';
import { couldNotFind } from '../faults.ts';
import { filter, keystoneOf, newId, param, refused } from '../keystone.ts';
import { listAnswer } from '../listing.ts';
import { serviceCreateBody, serviceUpdateBody } from './body.ts';
import { serviceRules } from './policy.ts';
import { deleteService, insertService, listServices, mostServices, showService, updateService } from './store.ts';
import { serviceView } from './view.ts';

const create = operation({
  name: 'service-create',
  summary: 'Add a service to the catalog',
  method: 'POST',
  path: '/services',
  policy: ['identity:create_service'],
  body: serviceCreateBody,
  success: 201,
  handler: async (call) => {
    keystoneOf(call);
    const { type, name, description, enabled = true } = call.body.service;
    const row = { id: newId(call), type, name: name ?? '', description: description ?? '', enabled };
    const made = await insertService(call.ports.database, row, timestamp(call.ports.clock));
    if (made === null) throw refused(`a catalog has at most ${mostServices} services beside Scoria's own.`);
    return { service: serviceView.for(call, 'detail')(made) };
  },
});

const list = operation({
  name: 'service-list',
  summary: 'List the services of the catalog',
  method: 'GET',
  path: '/services',
  policy: ['identity:list_services'],
  queryParameters: { type: 'Only services of this type', name: 'Only services with this name' },
  success: 200,
  handler: async (call) => {
    keystoneOf(call);
    const filters = { type: filter(call, 'type'), name: filter(call, 'name') };
    const own = builtInServices.filter(
      (one) => [null, one.type].includes(filters.type) && [null, one.name].includes(filters.name),
    );
    const rows = [...own, ...(await listServices(call.ports.database, filters))];
    return listAnswer(call, 'services', rows.map(serviceView.for(call, 'detail')));
  },
});

const show = operation({
  name: 'service-show',
  summary: 'Show a service of the catalog',
  method: 'GET',
  path: '/services/{service_id}',
  policy: ['identity:get_service'],
  success: 200,
  handler: async (call) => {
    keystoneOf(call);
    const id = param(call, 'service_id');
    const row = builtInServices.find((one) => one.id === id) ?? (await showService(call.ports.database, id));
    if (row === null) throw couldNotFind('service', id);
    return { service: serviceView.for(call, 'detail')(row) };
  },
});

const update = operation({
  name: 'service-update',
  summary: 'Change a service of the catalog',
  method: 'PATCH',
  path: '/services/{service_id}',
  policy: ['identity:update_service'],
  body: serviceUpdateBody,
  success: 200,
  handler: async (call) => {
    keystoneOf(call);
    const id = param(call, 'service_id');
    requireOthersService(id);
    const row = await updateService(call.ports.database, id, call.body.service);
    if (row === null) throw couldNotFind('service', id);
    return { service: serviceView.for(call, 'detail')(row) };
  },
});

const remove = operation({
  name: 'service-delete',
  summary: 'Delete a service of the catalog with its endpoints',
  method: 'DELETE',
  path: '/services/{service_id}',
  policy: ['identity:delete_service'],
  success: 204,
  handler: async (call) => {
    keystoneOf(call);
    const id = param(call, 'service_id');
    requireOthersService(id);
    if (!(await deleteService(call.ports.database, id))) throw couldNotFind('service', id);
  },
});

export const services: Resource = {
  name: 'services',
  operations: [create, list, show, update, remove],
  rules: serviceRules,
};
