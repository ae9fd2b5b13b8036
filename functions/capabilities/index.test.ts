import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
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
    for (const [host, pool] of [
      [name, name.split('#')[1]],
      [name.split('#')[0], null],
    ]) {
      const told = await get(host);
      assert.equal(told.status, 200, told.text);
      assert.deepEqual(told.body, {
        namespace: `OS::Storage::Capabilities::${host}`,
        vendor_name: capabilities.vendor_name,
        volume_backend_name: capabilities.volume_backend_name,
        pool_name: pool,
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

test('a back end that is not there is not found, and a member learns nothing', async () => {
  const told = await get('nowhere@one');
  assert.equal(told.body.itemNotFound.message, 'Service cinder-volume could not be found on host nowhere@one.');
  assert.equal((await get('test@one', 'member')).status, 403);
});
