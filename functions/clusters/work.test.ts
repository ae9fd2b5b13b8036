// What clusters are named for: where work may go, and where it may not. `ha@one` and `ha@two` of one process, and a
// second host in each that is disabled.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sql } from '../../infra/database/port.ts';
import { drift } from '../../test/harness/invariants.ts';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria({ host: 'h2', cluster: 'ha', one: { targets: ['remote', 'other'] } });
  const other = await startScoria({ host: 'h1', cluster: 'ha', shares: scoria });
  await other.close();
  for (const backend of ['one', 'two']) {
    await ask('PUT', '/os-services/disable', { host: `h1@${backend}`, binary: 'cinder-volume' });
    const extra_specs = { volume_backend_name: backend };
    await ask('POST', '/types', { volume_type: { name: `on-${backend}`, extra_specs } });
  }
});
after(() => scoria.close());

const ask = (method: string, path: string, body?: object, version = '3.71', as = 'admin') =>
  scoria.ask(method, `/v3${path}`, { as, version, ...(body === undefined ? {} : { body }) });
const change = (action: string, name: string) => ask('PUT', `/clusters/${action}`, { name });
const volume = async (id: string, version?: string) =>
  (await ask('GET', `/volumes/${id}`, undefined, version)).body.volume;
const placeOf = (one: Record<string, unknown>) => [one['os-vol-host-attr:host'], one.cluster_name];
const migrate = (id: string, to: object, version?: string) =>
  ask('POST', `/volumes/${id}/action`, { 'os-migrate_volume': to }, version);
const until = (path: string, wanted: Parameters<Scoria['until']>[1]) =>
  scoria.until(`/v3${path}`, wanted, { as: 'admin', version: '3.71' });
const settled = async (id: string) =>
  (await until(`/volumes/${id}`, ({ body }) => ['success', 'error', null].includes(body.volume.migration_status))).body
    .volume;
const message = (told: { body: Record<string, { message: string }> }) => Object.values(told.body)[0]?.message ?? '';
const one = () => scoria.backends[0] ?? assert.fail();

test('a volume bears the cluster of the pool that it was placed in, and an admin sees it from 3.61', async () => {
  const { id } = await scoria.makeVolume({ volume_type: 'on-one' });
  assert.deepEqual(placeOf(await volume(id)), ['h2@one#pool', 'ha@one#pool']);
  assert.equal('cluster_name' in (await volume(id, '3.60')), false);
  const seen = await ask('GET', `/volumes/${id}`, undefined, '3.71', 'member');
  assert.equal('cluster_name' in seen.body.volume, false);
  const listed = await ask('GET', '/volumes?all_tenants=1&cluster_name=ha@one%23pool');
  assert.deepEqual(
    listed.body.volumes.map((found: { id: string }) => found.id),
    [id],
  );
});

test('a disabled cluster is given no volume, by whatever way, and is given them again when it is enabled', async () => {
  const onOne = await scoria.makeVolume({ volume_type: 'on-one' });
  const pools = async () =>
    (await ask('GET', '/scheduler-stats/get_pools')).body.pools.map((pool: { name: string }) => pool.name);
  assert.deepEqual(await pools(), ['h2@one#pool', 'h2@two#pool']);
  await change('disable', 'ha@one');
  await change('disable', 'ha@two');
  assert.deepEqual(await pools(), []);
  const failed = await scoria.makeVolume({ volume_type: 'on-one' });
  assert.deepEqual([failed.status, placeOf(await volume(failed.id))], ['error', [null, null]]);
  for (const to of [{ host: 'h2@two#pool' }, { cluster: 'ha@two' }]) {
    assert.match(message(await migrate(onOne.id, to)), /^Invalid host: No available service named '(h2|ha)@two/);
  }
  one().store.plant('found', 'pool', 1, new Uint8Array(10));
  for (const where of [{ host: 'h2@one#pool' }, { cluster: 'ha@one#pool' }]) {
    const [[key, value]] = Object.entries(where) as [[string, string]];
    const managed = await ask('POST', '/manageable_volumes', { volume: { ...where, ref: { 'source-name': 'found' } } });
    const listed = await ask('GET', `/manageable_volumes?${key}=${encodeURIComponent(value)}`);
    for (const told of [managed, listed]) {
      assert.equal(told.status, 400, told.text);
      assert.match(message(told), /Service is unavailable at this time: it is disabled/);
    }
  }
  const snapshot = { volume_id: onOne.id, ref: { 'source-name': 'found' } };
  assert.match(message(await ask('POST', '/manageable_snapshots', { snapshot })), /unavailable at this time/);
  const zones = (await ask('GET', '/os-availability-zone')).body.availabilityZoneInfo;
  assert.deepEqual(zones, [{ zoneName: 'nova', zoneState: { available: false } }]);
  // What is there already goes on being served.
  assert.equal((await ask('POST', `/volumes/${onOne.id}/action`, { 'os-extend': { new_size: 2 } })).status, 202);
  await until(`/volumes/${onOne.id}`, ({ body }) => body.volume.status === 'available' && body.volume.size === 2);
  await change('enable', 'ha@one');
  await change('enable', 'ha@two');
  assert.equal((await scoria.makeVolume({ volume_type: 'on-one' })).status, 'available');
});

test('a volume is moved to a cluster from 3.16, to a host of it that takes work, and not to where it is', async () => {
  const { id } = await scoria.makeVolume();
  const [here, there] = String(placeOf(await volume(id))[0]).includes('@one') ? ['one', 'two'] : ['two', 'one'];
  assert.equal((await migrate(id, { cluster: `ha@${there}` }, '3.15')).status, 400);
  for (const [to, says] of [
    [{ cluster: 'ha@two', host: 'h2@two#pool' }, /Must specify 1 and only 1 of: cluster, host/],
    [{}, /Must specify 1 and only 1 of/],
    [{ cluster: 'ha' }, /No available service named 'ha'/],
    [{ cluster: 'ha@two#other' }, /No available service named 'ha@two#other'/],
    // A host is no cluster, and a cluster no host.
    [{ cluster: 'h2@two#pool' }, /No available service named/],
    [{ host: 'ha@two#pool' }, /No available service named/],
    [{ cluster: `ha@${here}` }, /destination host\/cluster must be different than the current one/],
    [{ cluster: `ha@${here}#pool` }, /destination host\/cluster must be different than the current one/],
  ] as const) {
    const told = await migrate(id, to, '3.16');
    assert.equal(told.status, 400, told.text);
    assert.match(message(told), says);
  }
  assert.equal((await migrate(id, { cluster: `ha@${there}#pool` }, '3.16')).status, 202);
  const moved = await settled(id);
  assert.deepEqual([moved.migration_status, ...placeOf(moved)], ['success', `h2@${there}#pool`, `ha@${there}#pool`]);
  assert.equal((await migrate(id, { cluster: `ha@${here}` })).status, 202);
  const back = await settled(id);
  assert.deepEqual([back.migration_status, ...placeOf(back)], ['success', `h2@${here}#pool`, `ha@${here}#pool`]);
  assert.deepEqual(await drift(scoria.database), []);
});

test('what is on a cluster is listed and taken over by its name: on the first of its hosts that takes work', async () => {
  one().store.plant('disk', 'pool', 3, new Uint8Array([1, 2, 3]));
  const listed = await ask('GET', '/manageable_volumes?cluster=ha@one', undefined, '3.17');
  assert.ok(listed.body['manageable-volumes'].some((item: { size: number }) => item.size === 3));
  assert.match(message(await ask('GET', '/manageable_snapshots?cluster=ha@one', undefined, '3.16')), /Host field/);
  const manage = (fields: object, version?: string) =>
    ask('POST', '/manageable_volumes', { volume: { ref: { 'source-name': 'disk' }, ...fields } }, version);
  assert.equal((await manage({ cluster: 'ha@one' }, '3.15')).status, 400);
  assert.match(message(await manage({ cluster: 'ha@three' })), /^Cluster ha@three could not be found\.$/);
  assert.match(message(await manage({ cluster: 'ha@one#other' })), /^Host 'ha@one#other' not found$/);
  const made = await manage({ cluster: 'ha@one' }, '3.16');
  assert.equal(made.status, 202, made.text);
  const { id } = made.body.volume;
  const told = await until(`/volumes/${id}`, ({ body }) => body.volume.status !== 'creating');
  assert.deepEqual(
    [told.body.volume.status, ...placeOf(told.body.volume)],
    ['available', 'h2@one#pool', 'ha@one#pool'],
  );
  assert.deepEqual(await drift(scoria.database), []);
});

test('unclaimed work of a cluster is sent again by its name', async () => {
  const { id } = await scoria.makeVolume({ volume_type: 'on-two' });
  const [row] = await scoria.database.all<{ service: string }>(
    sql(
      'test',
      `INSERT INTO operations (id, kind, resource_type, resource_id, project_id, user_id, queue, step, lease_until,
        deadline, created_at, updated_at)
      SELECT gen_random_uuid(), 'volume.extend', 'volume', '${id}', 'p', 'u', 'volume:h1@two', 'extend',
        now() + interval '1 hour', now() + interval '1 day', now(), now()
      RETURNING (SELECT s.id::text FROM services s WHERE s.host = 'h1@two') AS service`,
    ),
  );
  const clean = (cluster_name: string) => ask('POST', '/workers/cleanup', { cluster_name }, '3.24');
  assert.deepEqual((await clean('ha@one')).body, { cleaning: [], unavailable: [] });
  const named = { id: row?.service, host: 'h1@two', binary: 'cinder-volume', cluster_name: 'ha@two' };
  assert.deepEqual((await clean('ha@two')).body, { cleaning: [named], unavailable: [] });
  await scoria.database.all(sql('test', `DELETE FROM operations WHERE queue = 'volume:h1@two'`));
});

test('a cluster fails over with each of its hosts that replicates, and back', async () => {
  const failover = (body: object) => ask('PUT', '/os-services/failover', { cluster: 'ha@one', ...body }, '3.26');
  const becomes = async (status: string) =>
    (await until('/clusters/ha@one', ({ body }) => body.cluster.replication_status === status)).body.cluster;
  assert.match(message(await failover({ cluster: 'ha@two' })), /Back end h1@two has no replication targets/);
  assert.match(message(await failover({ cluster: 'ha@three' })), /Cluster ha@three could not be found/);
  assert.match(message(await failover({ backend_id: 'nowhere' })), /^Invalid Replication Target/);
  assert.equal((await failover({ backend_id: 'remote' })).status, 202);
  await becomes('failed-over');
  const services = async () =>
    (await ask('GET', '/os-services?binary=cinder-volume')).body.services
      .filter((service: { cluster: string }) => service.cluster === 'ha@one')
      .map((service: Record<string, unknown>) => [service.host, service.active_backend_id]);
  assert.deepEqual(await services(), [
    ['h1@one', null],
    ['h2@one', 'remote'],
  ]);
  assert.equal((await failover({ backend_id: 'default' })).status, 202);
  assert.equal((await becomes('enabled')).active_backend_id, null);
});

test('a failover of a cluster is work for each of its hosts that can, told apart by its host', async () => {
  const targets = `capabilities || '{"replication_targets": ["remote"]}'::jsonb`;
  for (const text of [
    `UPDATE pools SET capabilities = ${targets} WHERE backend = 'h1@one'`,
    `UPDATE services SET replication_status = 'enabled' WHERE host = 'h1@one'`,
    `DELETE FROM operations WHERE kind = 'service.failover'`,
  ]) {
    await scoria.database.all(sql('test', text));
  }
  const told = await ask('PUT', '/os-services/failover', { cluster: 'ha@one', backend_id: 'remote' }, '3.26');
  assert.equal(told.status, 202, told.text);
  const queued = await scoria.database.all<{ queue: string; host: string; target: string }>(
    sql(
      'test',
      `SELECT o.queue, o.arguments ->> 'host' AS host, o.arguments ->> 'target' AS target FROM operations o
      WHERE o.kind = 'service.failover' ORDER BY o.queue`,
    ),
  );
  assert.deepEqual(queued, [
    { queue: 'volume:h1@one', host: 'h1@one', target: 'remote' },
    { queue: 'volume:h2@one', host: 'h2@one', target: 'remote' },
  ]);
  await until('/os-services?host=h2@one', ({ body }) => body.services[0].replication_status === 'failed-over');
  // The process of the other host is not there: it waits for it, and so does the word of the cluster.
  const { cluster } = (await ask('GET', '/clusters/ha@one')).body;
  assert.deepEqual([cluster.replication_status, cluster.active_backend_id], ['failing-over', null]);
});
