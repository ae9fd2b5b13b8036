import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sql } from '../../infra/database/port.ts';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria();
});
after(() => scoria.close());

const put = (action: string, body: object, version = '3.71') =>
  scoria.ask('PUT', `/v3/os-services/${action}`, { as: 'admin', version, body });
const message = (told: { body: Record<string, { message: string }> }) => Object.values(told.body)[0]?.message;

test('a back end without replication targets is not failed over, and says so at once', async () => {
  for (const action of ['failover_host', 'failover']) {
    for (const [body, says] of [
      [{ host: 'test@one' }, /^Invalid Replication Target: Back end test@one has no replication targets\.$/],
      [{ host: 'test@one', backend_id: 'second' }, /no replication targets/],
      [{ host: 'nowhere@one' }, /Service cinder-volume could not be found on host nowhere@one\.$/],
      [{ host: 'test' }, /could not be found/],
      [{ cluster: 'one' }, /Cluster one could not be found/],
      [{ host: 'test@one', cluster: 'one' }, /One and only one of cluster and host must be set/],
      [{}, /Host field is missing/],
      [{ host: 'test@one', more: 1 }, /was unexpected/],
    ] as const) {
      const told = await put(action, body);
      assert.equal(told.status, 400, told.text);
      assert.match(message(told) ?? '', says);
    }
  }
  assert.match(message(await put('failover_host', { cluster: 'one' }, '3.25')) ?? '', /unexpected/);
  assert.equal((await put('failover', { host: 'test@one' }, '3.25')).status, 404);
});

const addBackend = sql(
  'test.backend',
  `WITH s AS (
  INSERT INTO services (id, host, "binary", availability_zone, replication_status, cluster_name, created_at, updated_at)
  VALUES (gen_random_uuid(), :host::text, 'cinder-volume', 'nova', 'enabled', :cluster::text, now(), now())
)
INSERT INTO pools (name, backend, availability_zone, capabilities, updated_at)
VALUES (:host::text || '#pool', :host::text, 'nova', '{"replication_targets": ["remote"]}', now())`,
);
const states = sql(
  'test.states',
  `SELECT s.host, s.replication_status, (SELECT count(*) FROM operations o WHERE o.queue = 'volume:' || s.host)::int AS queued
FROM services s WHERE starts_with(s.host, 'r') ORDER BY s.host`,
);

test('a host or cluster without its back end is failed over where it has one, and refused where it has several', async () => {
  const { database } = scoria;
  for (const [host, cluster] of [
    ['r1@lvm', null],
    ['r2@lvm', 'c2@lvm'],
    ['r3@lvm', null],
    ['r3@ssd', null],
  ] as const) {
    await database.all(addBackend, { host, cluster });
  }
  const several = await put('failover_host', { host: 'r3', backend_id: 'remote' });
  assert.deepEqual([several.status, (message(several) ?? '').includes('r3')], [400, true], several.text);
  assert.equal((await put('failover_host', { host: 'r1@', backend_id: 'remote' })).status, 400);
  assert.equal((await put('failover_host', { host: 'r1', backend_id: 'remote' }, '3.0')).status, 202);
  assert.equal((await put('failover', { cluster: 'c2', backend_id: 'remote' }, '3.26')).status, 202);
  assert.deepEqual(await database.all(states), [
    { host: 'r1@lvm', replication_status: 'failing-over', queued: 1 },
    { host: 'r2@lvm', replication_status: 'failing-over', queued: 1 },
    { host: 'r3@lvm', replication_status: 'enabled', queued: 0 },
    { host: 'r3@ssd', replication_status: 'enabled', queued: 0 },
  ]);
});
