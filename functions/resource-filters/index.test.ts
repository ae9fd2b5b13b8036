import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria({ workers: false });
});
after(() => scoria.close());

const get = async (query = '', version = '3.71') =>
  (await scoria.ask('GET', `/v3/resource_filters${query}`, { as: 'roleless', version })).body.resource_filters;

test('every list is named with the filters that a member may use in it', async () => {
  const all = await get();
  const names = all.map((one: { resource: string }) => one.resource);
  for (const name of ['volume', 'snapshot', 'message', 'volume_type', 'pool', 'transfer', 'qos_spec']) {
    assert.ok(names.includes(name), name);
  }
  const [volume] = await get('?resource=volume');
  for (const filter of ['name', 'status', 'metadata', 'group_id', 'consumes_quota']) {
    assert.ok(volume.filters.includes(filter), filter);
  }
  for (const filter of ['host', 'name~']) assert.ok(!volume.filters.includes(filter), 'those of admins are not listed');
});

test('each filter that is listed is taken, and none that is not', async () => {
  for (const [resource, path] of [
    ['volume', 'volumes'],
    ['snapshot', 'snapshots'],
    ['message', 'messages'],
  ]) {
    const [{ filters }] = await get(`?resource=${resource}`);
    for (const filter of filters) {
      const value = /_at$/.test(filter) ? 'gt:2026-01-01' : 'false';
      const told = await scoria.ask('GET', `/v3/${path}?${filter}=${value}`, { version: '3.71' });
      assert.equal(told.status, 200, `${resource} ${filter}: ${told.text}`);
    }
  }
});

test('a filter is listed from its microversion on', async () => {
  const filters = async (resource: string, version: string) => (await get(`?resource=${resource}`, version))[0].filters;
  assert.deepEqual(await filters('pool', '3.34'), ['name']);
  assert.deepEqual(await filters('pool', '3.35'), ['name', 'volume_type']);
  assert.deepEqual(await filters('volume_type', '3.51'), ['is_public']);
  assert.deepEqual(await filters('volume_type', '3.52'), ['is_public', 'extra_specs']);
});

test('a resource that is not there has no filters', async () => {
  assert.deepEqual(await get('?resource=nothing'), [{ resource: 'nothing', filters: [] }]);
});
