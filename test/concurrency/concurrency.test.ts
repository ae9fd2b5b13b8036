// Many at once. Worth most on a real PostgreSQL (TEST_DATABASE_URL): PGlite runs one statement at a time.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { claimWork } from '../../workers/work/statements.ts';
import { type Drift, drift } from '../harness/invariants.ts';
import { projects } from '../harness/people.ts';
import { type Scoria, startScoria } from '../harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria();
});
after(() => scoria.close());

const many = <T>(count: number, one: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, i) => one(i)));
const statuses = (told: readonly { status: number }[]) => told.map((one) => one.status).sort();
const nothing: readonly Drift[] = [];

async function setLimit(resource: string, limit: number): Promise<void> {
  await scoria.ask('PUT', `/v3/os-quota-sets/${projects.own}`, {
    as: 'admin',
    body: { quota_set: { [resource]: limit } },
  });
}

async function allAvailable(): Promise<void> {
  await scoria.until('/v3/volumes/detail', ({ body }) =>
    body.volumes.every((one: { status: string }) => one.status === 'available'),
  );
}

test('of forty creates at once under a limit of ten, ten are accepted and thirty are over quota', async () => {
  const told = await many(40, (i) =>
    scoria.ask('POST', '/v3/volumes', { body: { volume: { size: 1, name: `v${i}` } } }),
  );
  assert.deepEqual(statuses(told), [...Array(10).fill(202), ...Array(30).fill(413)]);
  await allAvailable();
  assert.deepEqual(await drift(scoria.database), nothing);
});

test('of twenty deletions of one volume at once, one is accepted', async () => {
  const list = await scoria.ask('GET', '/v3/volumes');
  const path = `/v3/volumes/${list.body.volumes[0].id}`;
  const told = await many(20, () => scoria.ask('DELETE', path));
  assert.equal(told.filter((one) => one.status === 202).length, 1, JSON.stringify(statuses(told)));
  await scoria.until(path, ({ status }) => status === 404);
  assert.deepEqual(await drift(scoria.database), nothing);
});

test('a snapshot and the deletion of its volume at once: never both', async () => {
  await setLimit('volumes', 100);
  await setLimit('snapshots', 100);
  for (let round = 0; round < 10; round += 1) {
    const { id } = await scoria.makeVolume();
    const [snapshot, gone] = await Promise.all([
      scoria.ask('POST', '/v3/snapshots', { body: { snapshot: { volume_id: id } } }),
      scoria.ask('DELETE', `/v3/volumes/${id}`),
    ]);
    assert.ok(!(snapshot.status === 202 && gone.status === 202), 'both were accepted');
    assert.ok(snapshot.status === 202 || gone.status === 202, `neither was: ${snapshot.text} ${gone.text}`);
  }
  await scoria.until('/v3/snapshots', ({ body }) =>
    body.snapshots.every((one: { status: string }) => one.status === 'available'),
  );
  assert.deepEqual(await drift(scoria.database), nothing);
});

test('of ten claims of one message at once, one gets the operation', async () => {
  const quiet = await startScoria({ workers: false, shares: scoria });
  const made = await quiet.ask('POST', '/v3/volumes', { body: { volume: { size: 1 } } });
  const [row] = await scoria.database.all<{ id: string }>({
    name: 'test.operation',
    text: `SELECT id::text AS id FROM operations WHERE resource_id = '${made.body.volume.id}'`,
  });
  const message = { operation: row?.id ?? '', attempt: 0 };
  const claims = await many(10, () => claimWork(scoria.database, message, new Date().toISOString()));
  assert.equal(claims.filter((one) => one !== null && one !== 'busy').length, 1);
});

test('volumes that come, grow and go at once leave counters that equal the sums', async () => {
  await many(12, async (i) => {
    const { id } = await scoria.makeVolume({ size: 1 + (i % 3) });
    const path = `/v3/volumes/${id}`;
    await scoria.ask('POST', `${path}/action`, { body: { 'os-extend': { new_size: 5 } } });
    await scoria.until(path, ({ body }) => body.volume.status === 'available');
    if (i % 2 === 0) return;
    assert.equal((await scoria.ask('DELETE', path)).status, 202);
    await scoria.until(path, ({ status }) => status === 404);
  });
  assert.deepEqual(await drift(scoria.database), nothing);
});
