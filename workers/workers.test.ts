// What happens when things go wrong, under a clock that the test moves.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { timestamp } from '../infra/clock/port.ts';
import { type VirtualClock, virtualClock } from '../infra/clock/virtual.ts';
import { webDigests } from '../infra/digests/web.ts';
import { systemIds } from '../infra/ids/system.ts';
import { silentLog } from '../infra/log/lines.ts';
import { memorySecrets } from '../infra/secrets/memory.ts';
import { drift } from '../test/harness/invariants.ts';
import { type Scoria, startScoria } from '../test/harness/scoria.ts';
import { finish } from './finish.ts';
import { heartbeat } from './store/heartbeat.ts';
import { sweep } from './sweeper.ts';
import { claimWork } from './work/statements.ts';

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

const ports = () => ({
  database: scoria.database,
  queue: scoria.queue,
  clock,
  ids: systemIds(),
  digests: webDigests(),
  log: silentLog,
  secrets: memorySecrets(),
});

/** Lets time pass, a second at a look, until the answer is as wanted. */
const later: Scoria['until'] = (path, wanted, asked) =>
  scoria.until(
    path,
    async (told) => {
      await clock.advance(1_000);
      return wanted(told);
    },
    asked,
  );

async function operationOf(id: string) {
  const [row] = await scoria.database.all<{ id: string; attempt: number; status: string; cause: string | null }>({
    name: 'test.operation',
    text: `SELECT id::text AS id, attempt, status, cause FROM operations WHERE resource_id = '${id}' ORDER BY created_at DESC`,
  });
  assert.ok(row !== undefined);
  return row;
}

const messagesOf = async (id: string) =>
  (await scoria.ask('GET', `/v3/messages?resource_uuid=${id}`, { version: '3.5' })).body.messages.map(
    (one: { event_id: string }) => one.event_id,
  );

test('a volume whose message was lost is made all the same, when the sweeper has come by', async () => {
  const made = await quiet.ask('POST', '/v3/volumes', { body: { volume: { size: 1 } } });
  const path = `/v3/volumes/${made.body.volume.id}`;
  assert.deepEqual(await sweep(ports()), { sent: 0, ended: 0 });
  await later(path, ({ body }) => body.volume.status === 'available');
  assert.deepEqual(await drift(scoria.database), []);
});

test('work of a worker that died is taken back when its lease is over, and the dead one settles nothing', async () => {
  const made = await quiet.ask('POST', '/v3/volumes', { body: { volume: { size: 1 } } });
  const { id } = made.body.volume;
  const { id: operation } = await operationOf(id);
  const dead = await claimWork(scoria.database, { operation, attempt: 0 }, timestamp(clock));
  assert.ok(dead !== null && dead !== 'busy');
  await clock.advance(59_000);
  assert.equal((await operationOf(id)).status, 'running');
  await later(`/v3/volumes/${id}`, ({ body }) => body.volume.status === 'available');
  await finish(ports(), dead.claimed, { outcome: 'failed', cause: 'late', detail: 'unknown', isBusy: false });
  const shown = await scoria.ask('GET', `/v3/volumes/${id}`);
  assert.equal(shown.body.volume.status, 'available');
  assert.equal(await heartbeat(scoria.database, operation, dead.claimed.attempt, timestamp(clock)), 'lost');
});

test('a back end that hangs ends in an error with a user message when the deadline has passed, and never before', async () => {
  for (const one of scoria.backends) one.knobs.set('create', '*', { kind: 'hang', done: false }, 10);
  const made = await scoria.ask('POST', '/v3/volumes', { body: { volume: { size: 1 } } });
  const { id } = made.body.volume;
  await scoria.until(`/v3/volumes/${id}`, ({ body }) => body.volume['os-vol-host-attr:host'] !== null, { as: 'admin' });
  for (let second = 0; second < 3500; second += 50) {
    await clock.advance(50_000);
  }
  assert.equal((await scoria.ask('GET', `/v3/volumes/${id}`)).body.volume.status, 'creating');
  for (let round = 0; round < 20; round += 1) {
    await clock.advance(30_000);
  }
  await later(`/v3/volumes/${id}`, ({ body }) => body.volume.status === 'error');
  assert.deepEqual(await messagesOf(id), ['VOLUME_VOLUME_008_101']);
  assert.deepEqual(await drift(scoria.database), []);
});

test('a volume that no pool can take is an error that says so, with every pool and the filter that dropped it', async () => {
  const made = await scoria.ask('POST', '/v3/types', {
    as: 'admin',
    body: { volume_type: { name: 'gold', extra_specs: { tier: 'gold' } } },
  });
  assert.equal(made.status, 200, made.text);
  const volume = await scoria.makeVolume({ volume_type: 'gold' });
  assert.equal(volume.status, 'error');
  assert.deepEqual(await messagesOf(volume.id), ['VOLUME_VOLUME_001_003']);
  const [row] = await scoria.database.all<{ explanation: string }>({
    name: 'test.explanation',
    text: `SELECT explanation::text AS explanation FROM operations WHERE resource_id = '${volume.id}'`,
  });
  assert.deepEqual(JSON.parse(row?.explanation ?? '{}').dropped, [
    { pool: 'test@one#pool', filter: 'Capabilities', reason: 'it has no capability tier' },
    { pool: 'test@two#pool', filter: 'Capabilities', reason: 'it has no capability tier' },
  ]);
  assert.equal((await scoria.ask('DELETE', `/v3/volumes/${volume.id}`)).status, 202);
  assert.equal((await scoria.ask('GET', `/v3/volumes/${volume.id}`)).status, 404);
});

test('a forced deletion waits for the creation that is under way, and leaves nothing on the back end', async () => {
  for (const one of scoria.backends) one.knobs.set('create', '*', { kind: 'hang', done: true }, 1);
  const made = await scoria.ask('POST', '/v3/volumes', { body: { volume: { size: 1 } } });
  const { id } = made.body.volume;
  const path = `/v3/volumes/${id}`;
  await scoria.until(path, ({ body }) => body.volume['os-vol-host-attr:host'] !== null, { as: 'admin' });
  assert.equal(
    (await scoria.ask('POST', `${path}/action`, { as: 'admin', body: { 'os-force_delete': {} } })).status,
    202,
  );
  await clock.advance(2_000);
  assert.equal((await scoria.ask('GET', path)).body.volume.status, 'deleting');
  await later(path, ({ status }) => status === 404);
  assert.ok(clock.now() < Date.UTC(2026, 0, 1) + 60_000, 'it waited longer than a lease');
  assert.equal(
    scoria.backends.reduce((sum, one) => sum + one.store.objects.size, 0),
    0,
  );
  assert.deepEqual(await drift(scoria.database), []);
});

test('a deletion that finds the back end busy goes back to available, and says that it was busy', async () => {
  const { id } = await scoria.makeVolume();
  for (const one of scoria.backends) one.knobs.set('remove', id, { kind: 'fail-before', failure: 'busy' });
  await scoria.ask('DELETE', `/v3/volumes/${id}`);
  const shown = await scoria.until(`/v3/volumes/${id}`, ({ body }) => body.volume.status !== 'deleting');
  assert.equal(shown.body.volume.status, 'available');
  assert.deepEqual(await messagesOf(id), ['VOLUME_VOLUME_101_102']);
});

test('a cascade takes the snapshots with the volume, from the back end and from the counters', async () => {
  const { id } = await scoria.makeVolume();
  for (const name of ['a', 'b']) {
    assert.equal(
      (await scoria.ask('POST', '/v3/snapshots', { body: { snapshot: { volume_id: id, name } } })).status,
      202,
    );
  }
  await scoria.until('/v3/snapshots', ({ body }) =>
    body.snapshots.every((one: { status: string }) => one.status === 'available'),
  );
  assert.equal((await scoria.ask('DELETE', `/v3/volumes/${id}`)).status, 400);
  assert.equal((await scoria.ask('DELETE', `/v3/volumes/${id}?cascade=true`)).status, 202);
  await scoria.until(`/v3/volumes/${id}`, ({ status }) => status === 404);
  assert.equal(
    scoria.backends.reduce((sum, one) => sum + one.store.objects.size, 0),
    0,
  );
  assert.deepEqual(await drift(scoria.database), []);
});
