import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Asked, type Scoria, startScoria } from '../../test/harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria({ workers: false });
});
after(() => scoria.close());

const ask = (method: string, path: string, body?: object, asked: Asked = {}) =>
  scoria.ask(method, path, { as: 'admin', version: '3.11', ...(body === undefined ? {} : { body }), ...asked });

test('specs are merged, set, shown and deleted one by one', async () => {
  const made = await ask('POST', '/v3/group_types', { group_type: { name: 'a', group_specs: { a: '1' } } });
  const path = `/v3/group_types/${made.body.group_type.id}/group_specs`;
  const merged = await ask('POST', path, { group_specs: { b: '2', 'c:d': '' } });
  assert.deepEqual([merged.status, merged.body], [202, { group_specs: { b: '2', 'c:d': '' } }]);
  const set = await ask('PUT', `${path}/a`, { a: '3' });
  assert.deepEqual([set.status, set.body], [200, { a: '3' }]);
  assert.deepEqual((await ask('GET', path)).body, { group_specs: { a: '3', b: '2', 'c:d': '' } });
  assert.deepEqual((await ask('GET', `${path}/c:d`)).body, { 'c:d': '' });
  assert.equal((await ask('DELETE', `${path}/b`)).status, 202);
  assert.equal((await ask('DELETE', `${path}/b`)).status, 404);
  assert.equal((await ask('GET', `${path}/toString`)).status, 404);
  assert.equal((await ask('PUT', `${path}/a`, { b: '1' })).body.badRequest.message, 'Request body and URI mismatch');
  for (const body of [{ group_specs: null }, { group_specs: { 'a/b': '1' } }, { group_specs: { a: 1 } }]) {
    assert.equal((await ask('POST', path, body)).status, 400);
  }
});

test('a type that is not there has no specs, and only admins look at them', async () => {
  for (const id of ['99999999-9999-4999-8999-999999999999', 'name']) {
    const path = `/v3/group_types/${id}/group_specs`;
    assert.equal((await ask('GET', path)).body.itemNotFound.message, `Group type ${id} could not be found.`);
    assert.equal((await ask('POST', path, { group_specs: { a: '1' } })).status, 404);
    assert.equal((await ask('PUT', `${path}/a`, { a: '1' })).status, 404);
    assert.equal((await ask('DELETE', `${path}/a`)).status, 404);
    assert.equal((await ask('GET', path, undefined, { as: 'member' })).status, 403);
  }
});
