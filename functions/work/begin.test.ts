import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Scoria, startScoria, type Told } from '../../test/harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria();
});
after(() => scoria.close());

const version = '3.71';
const post = (path: string, body: object, more: object = {}) => scoria.ask('POST', `/v3${path}`, { body, ...more });

async function operationOf(told: Told) {
  assert.equal(told.status, 202, told.text);
  assert.match(told.headers.get('retry-after') ?? '', /^[1-9]\d?$/);
  const id = told.headers.get('scoria-operation') ?? '';
  const found = await scoria.ask('GET', `/scoria/v1/operations/${id}`, { headers: { Prefer: 'wait=20' } });
  assert.equal(found.status, 200, `${id}: ${found.text}`);
  return found.body.operation;
}

test('an answer with 202 names the operation that goes on, which is about what was asked for', async () => {
  const made = await post('/volumes', { volume: { size: 1 } });
  const { id } = made.body.volume;
  const create = await operationOf(made);
  assert.deepEqual([create.kind, create.resource_id, create.status], ['volume.create', id, 'done']);
  assert.equal(create.request_id, made.headers.get('x-openstack-request-id'));
  const snapshot = await post('/snapshots', { snapshot: { volume_id: id } });
  assert.equal((await operationOf(snapshot)).kind, 'snapshot.create');
  const extend = await post(`/volumes/${id}/action`, { 'os-extend': { new_size: 2 } });
  assert.equal((await operationOf(extend)).kind, 'volume.extend');
  const gone = await scoria.ask('DELETE', `/v3/snapshots/${snapshot.body.snapshot.id}`);
  assert.equal((await operationOf(gone)).kind, 'snapshot.delete');
});

test('a request that begins several names them all', async () => {
  const { id: type } = (await post('/group_types', { group_type: { name: 'many' } }, { as: 'admin', version })).body
    .group_type;
  const { id: volume_type } = (await post('/types', { volume_type: { name: 'many' } }, { as: 'admin' })).body
    .volume_type;
  const group = { group_type: type, volume_types: [volume_type] };
  const { id: group_id } = (await post('/groups', { group }, { version })).body.group;
  for (const name of ['a', 'b']) await scoria.makeVolume({ name, volume_type, group_id }, { version });
  const { id } = (await post('/group_snapshots', { group_snapshot: { group_id } }, { version })).body.group_snapshot;
  await scoria.ask('GET', `/v3/group_snapshots/${id}`, { version, headers: { Prefer: 'wait=20' } });
  const body = { 'create-from-src': { group_snapshot_id: id } };
  const copied = await post('/groups/action', body, { version });
  assert.equal(copied.status, 202, copied.text);
  assert.equal((copied.headers.get('scoria-operation') ?? '').split(', ').length, 2);
});

test('what is done at once, is refused or is waited for names none', async () => {
  const { id } = await scoria.makeVolume();
  const refused = await post(`/volumes/${id}/action`, { 'os-extend': { new_size: 1 } });
  assert.equal(refused.status, 400);
  const shown = await scoria.ask('GET', `/v3/volumes/${id}`);
  const reset = await post(`/volumes/${id}/action`, { 'os-reset_status': { status: 'error' } }, { as: 'admin' });
  assert.equal(reset.status, 202);
  for (const told of [refused, shown, reset]) assert.equal(told.headers.get('scoria-operation'), null);
});
