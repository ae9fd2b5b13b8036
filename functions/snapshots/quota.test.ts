import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { sql } from '../../infra/database/port.ts';
import { projects } from '../../test/harness/people.ts';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';

let scoria: Scoria;
beforeEach(async () => {
  scoria = await startScoria();
});
afterEach(() => scoria.close());

const take = (volume: { id: string }) =>
  scoria.ask('POST', '/v3/snapshots', { body: { snapshot: { volume_id: volume.id } } });

const limit = (resource: string, value: number) =>
  scoria.database.all(
    sql(
      'test',
      `INSERT INTO quotas (project_id, resource, hard_limit) VALUES (:project::text, :resource::text, :value::int)
      ON CONFLICT ON CONSTRAINT quotas_once DO UPDATE SET hard_limit = EXCLUDED.hard_limit`,
    ),
    { project: projects.own, resource, value },
  );

const counted = async () => {
  const rows = await scoria.database.all<{ resource: string; in_use: number }>(
    sql('test', `SELECT resource, in_use::int AS in_use FROM quota_usages WHERE type_id = '' ORDER BY resource`),
  );
  return Object.fromEntries(rows.map((row) => [row.resource, row.in_use]));
};

test('one snapshot more than allowed is refused, and nothing of it stays', async () => {
  const volume = await scoria.makeVolume();
  await limit('snapshots', 1);
  assert.equal((await take(volume)).status, 202);
  const told = await take(volume);
  assert.equal(told.status, 413);
  assert.deepEqual(told.body, {
    overLimit: {
      code: 413,
      message: 'SnapshotLimitExceeded: Maximum number of snapshots allowed (1) exceeded',
      retryAfter: '0',
    },
  });
  assert.equal(told.headers.get('retry-after'), '0');
  assert.deepEqual(await counted(), { gigabytes: 2, snapshots: 1, volume_gigabytes: 1, volumes: 1 });
  const [row] = await scoria.database.all<{ snapshot_count: number }>(
    sql('test', 'SELECT snapshot_count FROM volumes'),
  );
  assert.equal(row?.snapshot_count, 1);
});

test('snapshots count for gigabytes', async () => {
  const volume = await scoria.makeVolume({ size: 3 });
  await limit('gigabytes', 5);
  const told = await take(volume);
  assert.equal(told.status, 413);
  assert.equal(
    told.body.overLimit.message,
    'VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed gigabytes quota. ' +
      'Requested 3G, quota is 5G and 3G has been consumed.',
  );
});

test('of many that are taken at once, as many as the quota allows get through', async () => {
  const volume = await scoria.makeVolume();
  await limit('snapshots', 3);
  const all = await Promise.all(Array.from({ length: 8 }, () => take(volume)));
  assert.deepEqual(all.map((told) => told.status).sort(), [202, 202, 202, 413, 413, 413, 413, 413]);
});

test('a deleted snapshot gives back what it counted for', async () => {
  const volume = await scoria.makeVolume({ size: 3 });
  const { id } = (await take(volume)).body.snapshot;
  const path = `/v3/snapshots/${id}`;
  await scoria.until(path, ({ body }) => body.snapshot.status === 'available');
  assert.equal((await scoria.ask('DELETE', path)).status, 202);
  await scoria.until(path, ({ status }) => status === 404);
  assert.deepEqual(await counted(), { gigabytes: 3, snapshots: 0, volume_gigabytes: 3, volumes: 1 });
  assert.equal((await scoria.ask('DELETE', `/v3/volumes/${volume.id}`)).status, 202);
});
