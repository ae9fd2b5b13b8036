import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sql } from '../../infra/database/port.ts';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria();
});
after(() => scoria.close());

const get = (host: string, as = 'admin') => scoria.ask('GET', `/v3/capabilities/${encodeURIComponent(host)}`, { as });

test('a back end says the same in its capabilities as in its pools', async () => {
  const { body } = await scoria.ask('GET', '/v3/scheduler-stats/get_pools?detail=true', { as: 'admin' });
  assert.ok(body.pools.length > 0);
  for (const { name, capabilities } of body.pools) {
    const host = name.split('#')[0];
    {
      const told = await get(host);
      assert.equal(told.status, 200, told.text);
      assert.deepEqual(told.body, {
        namespace: `OS::Storage::Capabilities::${host}`,
        vendor_name: capabilities.vendor_name,
        volume_backend_name: capabilities.volume_backend_name,
        pool_name: null,
        driver_version: capabilities.driver_version,
        storage_protocol: capabilities.storage_protocol,
        display_name: null,
        description: null,
        visibility: 'public',
        replication_targets: [],
        properties: told.body.properties,
      });
      assert.equal('qos' in told.body.properties, capabilities.QoS_support);
    }
  }
});

test('a host without its back end stands for its first, and the answer names it', async () => {
  const told = await get('test');
  assert.equal(told.status, 200);
  assert.deepEqual(told.body, (await get('test@one')).body);
  assert.equal(told.body.namespace, 'OS::Storage::Capabilities::test@one');
  for (const host of ['tes', 'test@', 'test@o', '@one', 'test@one#pool', 'test#pool']) {
    assert.equal((await get(host)).status, 404, host);
  }
});

test('a cluster, or the first of one that is named without its back end, answers by its own name', async () => {
  await scoria.database.all(
    sql(
      'test',
      `UPDATE services SET cluster_name = 'c1@' || split_part(host, '@', 2) WHERE "binary" = 'cinder-volume'`,
    ),
  );
  const told = await get('c1');
  assert.equal(told.body.namespace, 'OS::Storage::Capabilities::c1@one');
  assert.deepEqual(told.body, (await get('c1@one')).body);
  assert.equal((await get('test@one')).body.namespace, 'OS::Storage::Capabilities::test@one');
});

test('a back end that is not there is not found, and a member learns nothing', async () => {
  const told = await get('nowhere@one');
  assert.equal(told.body.itemNotFound.message, 'Service cinder-volume could not be found on host nowhere@one.');
  assert.equal((await get('test@one', 'member')).status, 403);
});
