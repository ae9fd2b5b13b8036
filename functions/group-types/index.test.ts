import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Asked, type Scoria, startScoria } from '../../test/harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria({ workers: false });
});
after(() => scoria.close());

const absent = '99999999-9999-4999-8999-999999999999';
const ask = (method: string, path: string, body?: object, asked: Asked = {}) =>
  scoria.ask(method, path, { as: 'admin', version: '3.11', ...(body === undefined ? {} : { body }), ...asked });
const create = (group_type: object, asked: Asked = {}) => ask('POST', '/v3/group_types', { group_type }, asked);

test('a group type is made, shown, changed and deleted, each in one statement', async () => {
  scoria.database.take();
  const made = await create({ name: ' gold ', description: 'd', group_specs: { k: 'v' } });
  assert.equal(made.status, 202);
  const { id } = made.body.group_type;
  const wanted = { id, name: 'gold', description: 'd', is_public: true, group_specs: { k: 'v' } };
  assert.deepEqual(made.body, { group_type: wanted });
  assert.deepEqual((await ask('GET', `/v3/group_types/${id}`)).body, { group_type: wanted });
  const changed = await ask('PUT', `/v3/group_types/${id}`, { group_type: { name: 'silver', is_public: false } });
  assert.deepEqual(
    [changed.status, changed.body],
    [200, { group_type: { ...wanted, name: 'silver', is_public: false } }],
  );
  const gone = await ask('DELETE', `/v3/group_types/${id}`);
  assert.deepEqual([gone.status, gone.text], [202, '']);
  assert.equal(scoria.database.take().length, 4);
  assert.equal((await ask('GET', `/v3/group_types/${id}`)).status, 404);
});

test('a name that is taken is a conflict, and a type that a group has is not deleted', async () => {
  const { id } = (await create({ name: 'taken' })).body.group_type;
  const twice = await create({ name: 'taken' });
  assert.deepEqual([twice.status, twice.body.conflictingRequest.message], [409, 'Group Type taken already exists.']);
  for (const group_type of [{ name: '' }, {}, { name: 'x', volume_types: [] }, { name: 'x'.repeat(256) }]) {
    assert.equal((await create(group_type)).status, 400, JSON.stringify(group_type));
  }
  assert.equal((await ask('PUT', `/v3/group_types/${id}`, { group_type: {} })).status, 400);
  assert.equal((await ask('PUT', `/v3/group_types/${absent}`, { group_type: { name: 'y' } })).status, 404);
  const group = { group_type: id, volume_types: ['__DEFAULT__'] };
  assert.equal((await ask('POST', '/v3/groups', { group }, { version: '3.13' })).status, 202);
  const told = await ask('DELETE', `/v3/group_types/${id}`);
  assert.deepEqual([told.status, told.body.badRequest.message], [400, 'Target group type is still in use.']);
});

test('private types and all specs are for admins', async () => {
  const { id } = (await create({ name: 'private', is_public: false, group_specs: { k: 'v' } })).body.group_type;
  const names = async (query: string, as: string) => {
    const told = await ask('GET', `/v3/group_types?sort=name:asc${query}`, undefined, { as });
    return told.body.group_types.map((one: { name: string }) => one.name);
  };
  assert.ok(!(await names('', 'admin')).includes('private'));
  assert.ok((await names('&is_public=None', 'admin')).includes('private'));
  assert.deepEqual(await names('&is_public=False', 'admin'), ['private']);
  assert.ok(!(await names('&is_public=None', 'member')).includes('private'));
  assert.equal((await ask('GET', '/v3/group_types?is_public=maybe')).status, 400);
  assert.equal((await ask('GET', `/v3/group_types/${id}`, undefined, { as: 'member' })).status, 404);
  const shown = await ask('GET', '/v3/group_types/default', undefined, { as: 'reader' });
  assert.deepEqual(Object.keys(shown.body.group_type), ['id', 'name', 'description', 'is_public']);
  assert.equal((await create({ name: 'mine' }, { as: 'member' })).status, 403);
});
