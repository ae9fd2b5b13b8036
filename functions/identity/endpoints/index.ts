// Endpoints of the catalog: where a service is.
import { timestamp } from '../../../infra/clock/port.ts';
import type { EndpointRow } from '../../../schema/identity.ts';
import { badRequest } from '../../http/faults.ts';
import { type Call, operation, type Resource } from '../../http/operation.ts';
import { builtInEndpoints, placeOf, requireOthersEndpoint, requireOthersService } from '../catalog/built-in.ts';
import { isTemplate } from '../catalog/view.ts';
import { couldNotFind } from '../faults.ts';
import { filter, keystoneOf, newId, param, refused } from '../keystone.ts';
import { listAnswer } from '../listing.ts';
import { endpointCreateBody, endpointUpdateBody } from './body.ts';
import { endpointRules } from './policy.ts';
import {
  deleteEndpoint,
  insertEndpoint,
  listEndpoints,
  mostEndpoints,
  type RegionAsked,
  showEndpoint,
  updateEndpoint,
} from './store.ts';
import { endpointView } from './view.ts';

interface Asked {
  readonly region_id?: string | null;
  readonly region?: string | null;
}

/** `region_id` must be there; `region`, the older word, is made when it is not. */
function regionAsked(call: Call<unknown>, { region_id, region }: Asked): RegionAsked {
  const makes_region = region_id == null && region != null;
  return { region_id: region_id ?? region ?? null, own_region: placeOf(call).region, makes_region };
}

function requireUrl(url: string): void {
  if (!/^[a-zA-Z0-9+.-]+:./.test(url) || !isTemplate(url)) {
    throw badRequest(`The URL ${url} of the endpoint is malformed, or names what no token has.`);
  }
}

function requireFound(has: { has_service: boolean; has_region: boolean }, region: RegionAsked): void {
  if (!has.has_service) throw badRequest('The service of the endpoint does not exist.');
  if (!has.has_region) throw badRequest(`The region ${region.region_id} of the endpoint does not exist.`);
}

const create = operation({
  name: 'endpoint-create',
  summary: 'Add an endpoint to a service of the catalog',
  method: 'POST',
  path: '/endpoints',
  policy: ['identity:create_endpoint'],
  body: endpointCreateBody,
  success: 201,
  handler: async (call) => {
    keystoneOf(call);
    const { service_id, interface: name, url, enabled = true, ...asked } = call.body.endpoint;
    requireUrl(url);
    requireOthersService(service_id);
    const region = regionAsked(call, asked);
    const row: EndpointRow = {
      id: newId(call),
      service_id,
      interface: name,
      region_id: region.region_id,
      url,
      name: asked.name ?? null,
      description: asked.description ?? null,
      enabled,
    };
    const found = await insertEndpoint(call.ports.database, row, region, timestamp(call.ports.clock));
    requireFound(found, region);
    if (!found.has_room) throw refused(`a catalog has at most ${mostEndpoints} endpoints beside Scoria's own.`);
    return { endpoint: endpointView.for(call, 'detail')(row) };
  },
});

const list = operation({
  name: 'endpoint-list',
  summary: 'List the endpoints of the catalog',
  method: 'GET',
  path: '/endpoints',
  policy: ['identity:list_endpoints'],
  queryParameters: {
    interface: 'Only those of this interface',
    service_id: 'Only those of this service',
    region_id: 'Only those of this region',
  },
  success: 200,
  handler: async (call) => {
    keystoneOf(call);
    const filters = {
      interface: filter(call, 'interface'),
      service_id: filter(call, 'service_id'),
      region_id: filter(call, 'region_id'),
    };
    const fits = (asked: string | null, value: string | null) => asked === null || asked === value;
    const own = builtInEndpoints(placeOf(call)).filter(
      (one) =>
        fits(filters.interface, one.interface) &&
        fits(filters.service_id, one.service_id) &&
        fits(filters.region_id, one.region_id),
    );
    const rows = [...own, ...(await listEndpoints(call.ports.database, filters))];
    return listAnswer(call, 'endpoints', rows.map(endpointView.for(call, 'detail')));
  },
});

const show = operation({
  name: 'endpoint-show',
  summary: 'Show an endpoint of the catalog',
  method: 'GET',
  path: '/endpoints/{endpoint_id}',
  policy: ['identity:get_endpoint'],
  success: 200,
  handler: async (call) => {
    keystoneOf(call);
    const id = param(call, 'endpoint_id');
    const own = builtInEndpoints(placeOf(call)).find((one) => one.id === id);
    const row = own ?? (await showEndpoint(call.ports.database, id));
    if (row === null) throw couldNotFind('endpoint', id);
    return { endpoint: endpointView.for(call, 'detail')(row) };
  },
});

const update = operation({
  name: 'endpoint-update',
  summary: 'Change an endpoint of the catalog',
  method: 'PATCH',
  path: '/endpoints/{endpoint_id}',
  policy: ['identity:update_endpoint'],
  body: endpointUpdateBody,
  success: 200,
  handler: async (call) => {
    keystoneOf(call);
    const id = param(call, 'endpoint_id');
    const patch = call.body.endpoint;
    requireOthersEndpoint(placeOf(call), id);
    if (patch.service_id !== undefined) requireOthersService(patch.service_id);
    if (patch.url !== undefined) requireUrl(patch.url);
    const region = regionAsked(call, patch);
    const row = await updateEndpoint(call.ports.database, id, patch, region, timestamp(call.ports.clock));
    if (row === null) throw couldNotFind('endpoint', id);
    requireFound(row, region);
    return { endpoint: endpointView.for(call, 'detail')(row) };
  },
});

const remove = operation({
  name: 'endpoint-delete',
  summary: 'Delete an endpoint of the catalog',
  method: 'DELETE',
  path: '/endpoints/{endpoint_id}',
  policy: ['identity:delete_endpoint'],
  success: 204,
  handler: async (call) => {
    keystoneOf(call);
    const id = param(call, 'endpoint_id');
    requireOthersEndpoint(placeOf(call), id);
    if (!(await deleteEndpoint(call.ports.database, id))) throw couldNotFind('endpoint', id);
  },
});

export const endpoints: Resource = {
  name: 'endpoints',
  operations: [create, list, show, update, remove],
  rules: endpointRules,
};
