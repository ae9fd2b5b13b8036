// Work on groups when things go wrong, under a clock that the test moves.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { timestamp } from '../infra/clock/port.ts';
import { type VirtualClock, virtualClock } from '../infra/clock/virtual.ts';
import { sql } from '../infra/database/port.ts';
import { drift } from '../test/harness/invariants.ts';
import { type Scoria, startScoria } from '../test/harness/scoria.ts';
import { place } from './store/place.ts';
import type { VolumeJson } from './work/fragments.ts';
import { claimWork, needsOf } from './work/statements.ts';

let clock: VirtualClock;
let scoria: Scoria;
let quiet: Scoria;
beforeEach(async () => {
  clock = virtualClock();
  scoria = await startScoria({ clock });
  // The same database without workers: what it begins waits for a message that nobody here will get.
  quiet = await startScoria({ clock, workers: false, shares: scoria });
});
afterEach(async () => {
  await quiet.close();
  await scoria.close();
});

const version = '3.71';
const run = <Row>(text: string) => scoria.database.all<Row>(sql('test', text));

/** Lets time pass, a second at a look, until the answer is as wanted. */
const later: Scoria['until'] = (path, wanted) =>
  scoria.until(
    path,
    async (told) => {
      await clock.advance(1_000);
      return wanted(told);
    },
    { version },
  );

async function makeGroup() {
  const group = { group_type: '__DEFAULT__', volume_types: ['__DEFAULT__'] };
  const { id } = (await scoria.ask('POST', '/v3/groups', { version, body: { group } })).body.group;
  return { id, path: `/v3/groups/${id}` };
}

test('a deletion of a group whose worker died goes on, and takes what was left', async () => {
  const { id, path } = await makeGroup();
  for (let n = 0; n < 3; n += 1) {
    await scoria.makeVolume({ volume_type: '__DEFAULT__', group_id: id }, { version });
  }
  const told = await quiet.ask('POST', `${path}/action`, { version, body: { delete: { 'delete-volumes': true } } });
  assert.equal(told.status, 202, told.text);
  const [work] = await run<{ id: string }>(`SELECT id::text AS id FROM operations WHERE kind = 'group.delete'`);
  const dead = await claimWork(scoria.database, { operation: work?.id ?? '', attempt: 0 }, timestamp(clock));
  assert.ok(dead !== null && dead !== 'busy');
  const { volumes } = needsOf(dead) as { volumes: VolumeJson[] };
  assert.equal(volumes.length, 3);
  // It had come as far as one volume.
  for (const one of scoria.backends) one.store.objects.delete(`volume-${volumes[0]?.id}`);
  await later(path, ({ status }) => status === 404);
  assert.equal(
    scoria.backends.reduce((sum, one) => sum + one.store.objects.size, 0),
    0,
  );
  assert.deepEqual(await drift(scoria.database), []);
});

test('a volume that was decided for another back end than its group is not placed there', async () => {
  const { id } = await makeGroup();
  const body = { volume: { size: 1, volume_type: '__DEFAULT__', group_id: id } };
  const made = await quiet.ask('POST', '/v3/volumes', { version, body });
  const [work] = await run<{ id: string }>(`SELECT id::text AS id FROM operations WHERE kind = 'volume.create'`);
  const claimed = await claimWork(scoria.database, { operation: work?.id ?? '', attempt: 0 }, timestamp(clock));
  assert.ok(claimed !== null && claimed !== 'busy');
  await run(`UPDATE groups SET backend = 'test@two'`);
  const chosen = { pool: 'test@one#pool', queue: 'volume:test@one', ceilingGiB: 1000, sizeGiB: 1 };
  const explanation = { chosen: chosen.pool, considered: 1, weights: {}, weighed: {}, dropped: [] };
  assert.equal(await place(scoria.database, claimed.claimed, chosen, explanation, timestamp(clock)), 'group');
  await later(`/v3/volumes/${made.body.volume.id}`, (told) => told.body.volume.status === 'available');
  const [row] = await run<{ host: string }>('SELECT host FROM volumes');
  assert.equal(row?.host, 'test@two#pool');
  assert.deepEqual(await drift(scoria.database), []);
});
