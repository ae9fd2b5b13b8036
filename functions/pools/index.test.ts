import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sql } from '../../infra/database/port.ts';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria({ workers: false });
  await scoria.database.all(
    sql(
      'test',
      `INSERT INTO services (id, host, "binary", availability_zone, disabled, frozen, created_at, updated_at)
      SELECT gen_random_uuid(), x.host, 'cinder-volume', 'nova', x.disabled, x.frozen, now(), x.heard
      FROM (VALUES ('h@a', false, false, now()), ('h@b', false, false, now()), ('h@off', true, false, now()),
        ('h@cold', false, true, now()), ('h@gone', false, false, now() - interval '61 seconds')
      ) AS x (host, disabled, frozen, heard)`,
    ),
  );
  await scoria.database.all(
    sql(
      'test',
      `INSERT INTO pools (name, backend, availability_zone, total_gib, free_gib, provisioned_gib, allocated_gib,
        reserved_percentage, max_over_subscription_ratio, thin, capabilities, updated_at)
      SELECT b || '#p', b, 'nova', CASE b WHEN 'h@a' THEN 100.5 END, CASE b WHEN 'h@a' THEN 40
          WHEN 'h@b' THEN 'Infinity'::double precision END, 70, 60, 10, CASE b WHEN 'h@a' THEN 20 ELSE 1.5 END, b = 'h@a',
        jsonb_build_object('vendor_name', 'Open Source', 'volume_backend_name', split_part(b, '@', 2),
          'storage_protocol', CASE b WHEN 'h@a' THEN '["iSCSI", "iscsi"]'::jsonb ELSE '"NFS"'::jsonb END,
          'driver_version', '1.0', 'QoS_support', b = 'h@a', 'total_volumes', 4),
        '2026-01-01T00:00:00.25Z'
      FROM unnest('{h@a,h@b,h@off,h@cold,h@gone}'::text[]) AS b`,
    ),
  );
});
after(() => scoria.close());

const ask = (query = '', version = '3.71', as = 'admin') =>
  scoria.ask('GET', `/v3/scheduler-stats/get_pools${query}`, { as, version });
const names = async (query: string, version = '3.71') =>
  (await ask(query, version)).body.pools.map((one: { name: string }) => one.name);
const both = ['h@a#p', 'h@b#p'];

test('pools are names of what volumes can be placed in now', async () => {
  scoria.database.take();
  assert.deepEqual((await ask()).body, { pools: both.map((name) => ({ name })) });
  assert.deepEqual(scoria.database.take(), ['pools.list']);
  assert.deepEqual((await ask('?detail=false')).body, (await ask()).body);
});

test('detail has the statistics by their names in Cinder', async () => {
  for (const version of ['3.0', '3.71']) {
    const { pools } = (await ask('?detail=True', version)).body;
    assert.deepEqual(pools[0], {
      name: 'h@a#p',
      capabilities: {
        vendor_name: 'Open Source',
        volume_backend_name: 'a',
        storage_protocol: 'iSCSI',
        driver_version: '1.0',
        QoS_support: true,
        total_volumes: 4,
        pool_name: 'p',
        total_capacity_gb: 100.5,
        free_capacity_gb: 40,
        allocated_capacity_gb: 60,
        provisioned_capacity_gb: 70,
        reserved_percentage: 10,
        max_over_subscription_ratio: '20.0',
        thin_provisioning_support: true,
        thick_provisioning_support: false,
        timestamp: '2026-01-01T00:00:00.250000',
      },
    });
    const { capabilities } = pools[1];
    assert.deepEqual([capabilities.total_capacity_gb, capabilities.free_capacity_gb], ['unknown', 'infinite']);
    assert.deepEqual([capabilities.max_over_subscription_ratio, capabilities.storage_protocol], ['1.5', 'NFS']);
  }
  assert.equal((await ask('?detail=perhaps')).status, 400);
});

test('filters begin at 3.28 with any capability; from 3.31 only name and volume_type are known', async () => {
  assert.deepEqual(await names('?name=h@b%23p', '3.27'), both);
  assert.deepEqual(await names('?name=h@b%23p', '3.28'), ['h@b#p']);
  assert.deepEqual(await names('?name=%00'), []);
  assert.deepEqual(await names('?QoS_support=true&total_volumes=4', '3.30'), ['h@a#p']);
  assert.deepEqual(await names('?storage_protocol=NFS', '3.30'), ['h@b#p']);
  const told = await ask('?storage_protocol=NFS&detail=1', '3.31');
  assert.equal(told.body.badRequest.message, 'Invalid filters storage_protocol are found in query options.');
});

test('from 3.35 a volume type, by name or id, keeps the pools that have what it asks for', async () => {
  const extra_specs = { volume_backend_name: 'b', 'capabilities:storage_protocol': '<or> NFS <or> FC', 'x:y': 'z' };
  const made = await scoria.ask('POST', '/v3/types', {
    as: 'admin',
    body: { volume_type: { name: 'b only', extra_specs } },
  });
  assert.deepEqual(await names('?volume_type=b%20only', '3.34'), both);
  scoria.database.take();
  assert.deepEqual(await names('?volume_type=b%20only', '3.35'), ['h@b#p']);
  assert.ok(scoria.database.take().length <= 2);
  assert.deepEqual(await names(`?volume_type=${made.body.volume_type.id}`), ['h@b#p']);
  assert.deepEqual(await names('?volume_type=__DEFAULT__'), both);
  const told = await ask('?volume_type=nothing');
  assert.equal(told.body.itemNotFound.message, 'Volume type nothing could not be found.');
});

test('pools are for admins', async () => {
  const told = await ask('', '3.0', 'manager');
  assert.equal(
    told.body.forbidden.message,
    "Policy doesn't allow scheduler_extension:scheduler_stats:get_pools to be performed.",
  );
});
