// The image-volume cache, with back ends in memory that can clone.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { type VirtualClock, virtualClock } from '../../infra/clock/virtual.ts';
import { sql } from '../../infra/database/port.ts';
import { drift } from '../../test/harness/invariants.ts';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';

let clock: VirtualClock;
let scoria: Scoria;
beforeEach(async () => {
  clock = virtualClock();
  // One back end, so that the second volume of an image comes where the first was.
  scoria = await startScoria({ clock, imageCache: { mostCount: 2, mostGiB: 5 }, backendCount: 1 });
});
afterEach(async () => {
  assert.deepEqual(await drift(scoria.database), []);
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

async function create(image: string, size = 1) {
  const made = await scoria.ask('POST', '/v3/volumes', { body: { volume: { size, imageRef: image } } });
  assert.equal(made.status, 202, made.text);
  const told = await later(
    `/v3/volumes/${made.body.volume.id}`,
    ({ body }) => !['creating', 'downloading'].includes(body.volume.status),
    { version: '3.71' },
  );
  return told.body.volume;
}

const read = (id: string, length: number) => scoria.backends[0]?.store.read(id, 0, length);

interface Cached {
  readonly id: string;
  readonly image_id: string;
  readonly status: string;
  readonly size_gib: number;
}

const cached = () =>
  scoria.database.all<Cached>(
    sql(
      'test.cached',
      `SELECT v.id::text AS id, c.image_id, v.status, v.size_gib FROM image_cache c JOIN volumes v ON v.id = c.volume_id
        ORDER BY c.last_used_at`,
    ),
  );

test('an image is downloaded once: later volumes of any size are clones with the same bytes', async () => {
  const bytes = some(5 * mib);
  const image = scoria.glance.keep(bytes, { name: 'base' });
  const first = await create(image, 3);
  assert.equal(first.status, 'available');
  assert.equal(scoria.glance.counts.downloads, 1);
  for (const size of [1, 2]) {
    const next = await create(image, size);
    assert.equal(next.status, 'available');
    assert.equal(next.size, size);
    assert.equal(next.bootable, 'true');
    assert.equal(next.source_volid, null);
    assert.equal(next.volume_image_metadata.image_name, 'base');
    assert.deepEqual(read(next.id, bytes.length), bytes);
  }
  assert.equal(scoria.glance.counts.downloads, 1);
});

test("the cache's volumes are nobody's: hidden from tenants, and counted for no project", async () => {
  await create(scoria.glance.keep(some(mib)));
  const [row] = await cached();
  assert.equal(row?.size_gib, 1);
  assert.equal((await scoria.ask('GET', `/v3/volumes/${row?.id}`)).status, 404);
  const listed = await scoria.ask('GET', '/v3/volumes?all_tenants=1');
  assert.equal(listed.body.volumes.length, 1);
  const summary = await scoria.ask('GET', '/v3/volumes/summary', { version: '3.12' });
  assert.equal(summary.body['volume-summary'].total_count, 1);
});

test('the image that was used longest ago makes room for a new one', async () => {
  const [one, two, three] = [1, 2, 3].map((seed) => scoria.glance.keep(some(mib, seed)));
  await create(one ?? '');
  await create(two ?? '');
  await create(one ?? '');
  const volume = await create(three ?? '');
  assert.deepEqual(read(volume.id, mib), some(mib, 3));
  const kept = await cached();
  assert.deepEqual(
    kept.filter(({ status }) => status === 'available').map(({ image_id }) => image_id),
    [one, three],
  );
  for (let turns = 0; (await cached()).some(({ image_id }) => image_id === two); turns += 1) {
    assert.ok(turns < 1_000, 'it is never removed');
    await clock.advance(1_000);
  }
});

test('an image that the cache has no room for is copied without it', async () => {
  const image = scoria.glance.keep(some(mib), { virtual_size: 6 * 1024 * mib });
  const volume = await create(image, 6);
  assert.equal(volume.status, 'available');
  assert.deepEqual(await cached(), []);
});

test('an image that turns out to be damaged leaves no volume in the cache, and the next try is a new one', async () => {
  const bytes = some(mib);
  const image = scoria.glance.keep(bytes);
  const kept = scoria.glance.images.get(image) ?? assert.fail();
  kept.bytes = some(mib, 9);
  const failed = await create(image);
  assert.equal(failed.status, 'error');
  kept.bytes = bytes;
  await later('/v3/volumes', () => scoria.backends[0]?.store.objects.size === 1);
  for (let turns = 0; (await cached()).length > 0; turns += 1) {
    assert.ok(turns < 1_000, 'it is never removed');
    await clock.advance(1_000);
  }
  assert.deepEqual(read((await create(image)).id, mib), bytes);
  assert.equal((await cached()).length, 1);
});

test('an image of other bytes under the same id is not taken for the one in the cache', async () => {
  const image = scoria.glance.keep(some(mib));
  await create(image);
  const other = some(mib, 4);
  scoria.glance.keep(other, { id: image });
  assert.deepEqual(read((await create(image)).id, mib), other);
});
