import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sql } from '../../infra/database/port.ts';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria({ workers: false });
});
after(() => scoria.close());

test('zones are those of volume services, available while one of a zone is enabled', async () => {
  const none = await scoria.ask('GET', '/v3/os-availability-zone', { as: 'roleless' });
  assert.deepEqual(none.body, { availabilityZoneInfo: [] });
  await scoria.database.all(
    sql(
      'test',
      `INSERT INTO services (id, host, "binary", availability_zone, disabled, created_at, updated_at)
      SELECT gen_random_uuid(), x.host, x.kind, x.zone, x.disabled, now(), now()
      FROM (VALUES ('a@1', 'cinder-volume', 'east', true), ('a@2', 'cinder-volume', 'east', false),
        ('b@1', 'cinder-volume', 'west', true), ('s', 'cinder-scheduler', 'north', false)
      ) AS x (host, kind, zone, disabled)`,
    ),
  );
  scoria.database.take();
  const told = await scoria.ask('GET', '/v3/os-availability-zone', { as: 'roleless' });
  assert.deepEqual(scoria.database.take(), ['availability-zones.list']);
  assert.deepEqual(told.body, {
    availabilityZoneInfo: [
      { zoneName: 'east', zoneState: { available: true } },
      { zoneName: 'west', zoneState: { available: false } },
    ],
  });
  assert.equal((await scoria.ask('GET', '/v3/os-availability-zone/detail')).status, 404);
});
