// Copies of images when things go wrong, under a clock that the test moves.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { timestamp } from '../../infra/clock/port.ts';
import { type VirtualClock, virtualClock } from '../../infra/clock/virtual.ts';
import { sql } from '../../infra/database/port.ts';
import { drift } from '../../test/harness/invariants.ts';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';
import { claimWork } from '../work/statements.ts';

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
  assert.deepEqual(await drift(scoria.database), []);
  assert.deepEqual(
    await scoria.database.all(
      sql(
        'test.secrets',
        `SELECT 1 AS one FROM operations
    WHERE secret IS NOT NULL AND status IN ('done', 'failed')`,
      ),
    ),
    [],
  );
  await quiet.close();
  await scoria.close();
});

const mib = 1024 * 1024;
const some = (length: number, seed = 1) => new Uint8Array(length).map((_, at) => 1 + ((at + seed) % 250));

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

const becomes = async (id: string, status: string) =>
  (await later(`/v3/volumes/${id}`, ({ body }) => body.volume.status === status, { version: '3.71' })).body.volume;

async function create(image: string, by: Scoria = scoria): Promise<string> {
  const told = await by.ask('POST', '/v3/volumes', { body: { volume: { size: 1, imageRef: image } } });
  assert.equal(told.status, 202, told.text);
  return told.body.volume.id;
}

async function upload(id: string, by: Scoria = scoria): Promise<string> {
  const body = { 'os-volume_upload_image': { image_name: 'mine' } };
  const told = await by.ask('POST', `/v3/volumes/${id}/action`, { version: '3.71', body });
  assert.equal(told.status, 202, told.text);
  return told.body['os-volume_upload_image'].image_id;
}

const read = (id: string, length: number) =>
  scoria.backends.find(({ store }) => store.objects.has(`volume-${id}`))?.store.read(id, 0, length);

const messageOf = async (id: string) => {
  const told = await scoria.ask('GET', `/v3/messages?resource_uuid=${id}`, { version: '3.5' });
  return told.body.messages[0]?.event_id;
};

interface Row {
  readonly id: string;
  readonly status: string;
  readonly attempt: number;
  readonly secret: string | null;
}

async function operationOf(resource: string, kind: string): Promise<Row> {
  const [row] = await scoria.database.all<Row>(
    sql(
      'test.operation',
      `SELECT id::text AS id, status, attempt, secret FROM operations WHERE resource_id = :id::uuid AND kind = :kind::text`,
    ),
    { id: resource, kind },
  );
  return row ?? assert.fail('no operation');
}

test('an image service that comes back in time is asked again, and the volume is made', async () => {
  const bytes = some(2 * mib);
  const id = await create(scoria.glance.keep(bytes), quiet);
  scoria.glance.knobs.isAway = true;
  await later(`/v3/volumes/${id}`, ({ body }) => body.volume.status === 'downloading');
  scoria.glance.knobs.isAway = false;
  assert.equal((await becomes(id, 'available')).bootable, 'true');
  assert.deepEqual(read(id, bytes.length), bytes);
});

test('one that stays away leaves the volume in error after its tries, with that reason', async () => {
  const id = await create(scoria.glance.keep(some(mib)), quiet);
  scoria.glance.knobs.isAway = true;
  await becomes(id, 'error');
  assert.equal(await messageOf(id), 'VOLUME_VOLUME_005_142');
});

test('a download that breaks off begins again from zero, and one that always does ends in error', async () => {
  const bytes = some(9 * mib);
  scoria.glance.knobs.cutAt = 5 * mib;
  const id = await create(scoria.glance.keep(bytes), quiet);
  await later(`/v3/volumes/${id}`, () => read(id, mib)?.at(0) === bytes[0]);
  scoria.glance.knobs.cutAt = null;
  await becomes(id, 'available');
  assert.deepEqual(read(id, bytes.length), bytes);
  scoria.glance.knobs.cutAt = 5 * mib;
  const other = await create(scoria.glance.keep(bytes));
  await becomes(other, 'error');
  assert.equal(await messageOf(other), 'VOLUME_VOLUME_005_142');
});

test('the copy of a worker that died in the middle is taken back and made whole', async () => {
  const { id } = await scoria.makeVolume();
  const bytes = some(6 * mib, 3);
  const image = scoria.glance.keep(bytes);
  const body = { 'os-reimage': { image_id: image } };
  assert.equal((await quiet.ask('POST', `/v3/volumes/${id}/action`, { version: '3.71', body })).status, 202);
  const { id: operation } = await operationOf(id, 'volume.reimage');
  const claimed = await claimWork(scoria.database, { operation, attempt: 0 }, timestamp(clock));
  assert.ok(claimed !== null && claimed !== 'busy');
  // The dead worker had written a part, and something else was there before.
  const { store } = scoria.backends.find((one) => one.store.objects.has(`volume-${id}`)) ?? assert.fail();
  store.write(id, 0, bytes.subarray(0, mib));
  store.write(id, 20 * mib, some(mib, 9));
  await becomes(id, 'available');
  assert.deepEqual(read(id, bytes.length), bytes);
  assert.ok(store.read(id, 20 * mib, mib).every((byte) => byte === 0));
});

test('an upload whose worker died after the last byte is done, and not sent again', async () => {
  const { id } = await scoria.makeVolume();
  const image = await upload(id, quiet);
  const kept = scoria.glance.images.get(image) ?? assert.fail();
  Object.assign(kept.record, { status: 'active', size: 1024 * mib });
  await becomes(id, 'available');
  assert.equal(kept.received, null);
  assert.equal(await messageOf(id), undefined);
});

test('an upload past its deadline is ended by the sweeper: the volume is what it was, and the image is gone', async () => {
  const { id } = await scoria.makeVolume();
  const image = await upload(id, quiet);
  assert.notEqual((await operationOf(id, 'volume.upload')).secret, null);
  // Nobody has come to it in all that time.
  const text = `UPDATE operations SET deadline = '2025-12-31T00:00:00Z' WHERE resource_id = '${id}'`;
  await scoria.database.all({ name: 'test.late', text });
  await becomes(id, 'available');
  assert.equal(await messageOf(id), 'VOLUME_VOLUME_003_101');
  assert.equal(scoria.glance.images.has(image), false);
  assert.equal((await operationOf(id, 'volume.upload')).secret, null);
});

test('a volume that is deleted by force while its image comes stops the copy', async () => {
  const held = Promise.withResolvers<void>();
  scoria.glance.knobs.hold = held.promise;
  const id = await create(scoria.glance.keep(some(mib)));
  await becomes(id, 'downloading');
  const body = { 'os-force_delete': {} };
  assert.equal((await scoria.ask('POST', `/v3/volumes/${id}/action`, { as: 'admin', body })).status, 202);
  held.resolve();
  await later(`/v3/volumes/${id}`, ({ status }) => status === 404);
});

test('a volume that is deleted before it has a place takes the token with it', async () => {
  const image = quiet.glance.keep(some(mib));
  const id = await create(image, quiet);
  const before = await operationOf(id, 'volume.create');
  assert.notEqual(before.secret, null);
  assert.doesNotMatch(before.secret ?? '', /member/);
  assert.equal((await quiet.ask('DELETE', `/v3/volumes/${id}`)).status, 202);
  assert.equal((await operationOf(id, 'volume.create')).secret, null);
});

test('a token that cannot be opened fails at once, and says that it is the token', async () => {
  const id = await create(scoria.glance.keep(some(mib)), quiet);
  await scoria.database.all(
    sql('test.spoil', `UPDATE operations SET secret = 'spoiled' WHERE resource_id = :id::uuid`),
    {
      id,
    },
  );
  await becomes(id, 'error');
  assert.equal(await messageOf(id), 'VOLUME_VOLUME_005_144');
});

test('a copy takes one claim, one settle and the statement that shows it', async () => {
  const image = scoria.glance.keep(some(mib));
  scoria.database.take();
  const id = await create(image);
  await becomes(id, 'available');
  const sent = scoria.database.take().filter((name) => /^(volume|operations\.claim|operations\.place)/.test(name));
  assert.deepEqual(
    sent.filter((name) => name !== 'volumes.show'),
    [
      'volumes.create-facts',
      'volumes.create',
      'operations.claim-to-schedule-volume.create',
      'operations.place',
      'operations.claim-volume.create',
      'volumes.downloading',
      'volume.create.done',
    ],
  );
});
