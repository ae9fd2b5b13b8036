// Regions of the catalog: the one of the settings, and those that an operator adds.
import type { Static } from '@sinclair/typebox';
import { timestamp } from '../../../infra/clock/port.ts';
import { badRequest } from '../../http/faults.ts';
import { type Call, operation, type Resource } from '../../http/operation.ts';
import { builtInRegion, placeOf, requireOthersRegion } from '../catalog/built-in.ts';
import { couldNotFind, orConflict, sameRegion } from '../faults.ts';
import { filter, keystoneOf, newId, param, refused } from '../keystone.ts';
import { listAnswer } from '../listing.ts';
import { regionCreateBody, regionUpdateBody } from './body.ts';
import { regionRules } from './policy.ts';
import { deleteRegion, insertRegion, listRegions, showRegion, updateRegion } from './store.ts';
import { regionView } from './view.ts';

/** No region is null and the empty text alike: clients send either. */
const parentOf = (asked: { readonly parent_region_id?: string | null }) => asked.parent_region_id || null;

async function add(call: Call<Static<typeof regionCreateBody>>, id: string) {
  keystoneOf(call);
  const { region } = placeOf(call);
  if (id === region) throw sameRegion(id);
  const asked = call.body.region;
  const row = { id, parent_region_id: parentOf(asked), description: asked.description ?? '' };
  const insert = insertRegion(call.ports.database, row, region, timestamp(call.ports.clock));
  const made = await orConflict('catalog_regions_pkey', () => sameRegion(id), insert);
  if (made === null) throw couldNotFind('region', row.parent_region_id ?? '');
  return { region: regionView.for(call, 'detail')(made) };
}

const create = operation({
  name: 'region-create',
  summary: 'Add a region to the catalog',
  method: 'POST',
  path: '/regions',
  policy: ['identity:create_region'],
  body: regionCreateBody,
  success: 201,
  handler: (call) => add(call, call.body.region.id || newId(call)),
});

const createNamed = operation({
  name: 'region-create-named',
  summary: 'Add a region with the id in the path',
  method: 'PUT',
  path: '/regions/{region_id}',
  policy: ['identity:create_region'],
  body: regionCreateBody,
  success: 201,
  handler: (call) => {
    const id = param(call, 'region_id');
    const { id: other = id } = call.body.region;
    if (other !== id) throw badRequest(`Conflicting region IDs specified: "${id}" != "${other}"`);
    return add(call, id);
  },
});

const list = operation({
  name: 'region-list',
  summary: 'List the regions of the catalog',
  method: 'GET',
  path: '/regions',
  policy: ['identity:list_regions'],
  queryParameters: { parent_region_id: 'Only those directly below this one' },
  success: 200,
  handler: async (call) => {
    keystoneOf(call);
    const parent_region_id = filter(call, 'parent_region_id');
    const own = parent_region_id === null ? [builtInRegion(placeOf(call))] : [];
    const rows = await listRegions(call.ports.database, { parent_region_id });
    // A region may have been added before the settings named it.
    const others = rows.filter((row) => row.id !== own[0]?.id);
    return listAnswer(call, 'regions', [...own, ...others].map(regionView.for(call, 'detail')));
  },
});

const show = operation({
  name: 'region-show',
  summary: 'Show a region of the catalog',
  method: 'GET',
  path: '/regions/{region_id}',
  policy: ['identity:get_region'],
  success: 200,
  handler: async (call) => {
    keystoneOf(call);
    const id = param(call, 'region_id');
    const own = builtInRegion(placeOf(call));
    const row = own.id === id ? own : await showRegion(call.ports.database, id);
    if (row === null) throw couldNotFind('region', id);
    return { region: regionView.for(call, 'detail')(row) };
  },
});

const update = operation({
  name: 'region-update',
  summary: 'Change a region of the catalog',
  method: 'PATCH',
  path: '/regions/{region_id}',
  policy: ['identity:update_region'],
  body: regionUpdateBody,
  success: 200,
  handler: async (call) => {
    keystoneOf(call);
    const id = param(call, 'region_id');
    const place = placeOf(call);
    requireOthersRegion(place, id);
    const asked = call.body.region;
    const patch = 'parent_region_id' in asked ? { ...asked, parent_region_id: parentOf(asked) } : asked;
    const row = await updateRegion(call.ports.database, id, patch, place.region);
    if (row === null) throw couldNotFind('region', id);
    if (!row.has_parent) throw couldNotFind('region', parentOf(asked) ?? '');
    if (row.is_circle) {
      throw badRequest(`The specified parent region ${parentOf(asked)} would create a circular region hierarchy.`);
    }
    return { region: regionView.for(call, 'detail')(row) };
  },
});

const remove = operation({
  name: 'region-delete',
  summary: 'Delete a region and those below it',
  method: 'DELETE',
  path: '/regions/{region_id}',
  policy: ['identity:delete_region'],
  success: 204,
  handler: async (call) => {
    keystoneOf(call);
    const id = param(call, 'region_id');
    requireOthersRegion(placeOf(call), id);
    const found = await deleteRegion(call.ports.database, id);
    if (found === 'absent') throw couldNotFind('region', id);
    if (found === 'used') throw refused(`the region ${id}, or one below it, has endpoints.`);
  },
});

export const regions: Resource = {
  name: 'regions',
  operations: [create, createNamed, list, show, update, remove],
  rules: regionRules,
};
