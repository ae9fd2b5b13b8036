import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sql } from '../../infra/database/port.ts';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';

let scoria: Scoria;
let path: string;
before(async () => {
  scoria = await startScoria();
  path = `/v3/volumes/${(await scoria.makeVolume()).id}`;
});
after(() => scoria.close());

const act = (body: object, as = 'member') => scoria.ask('POST', `${path}/action`, { as, body });
const set = (metadata: object, as?: string) => act({ 'os-set_image_metadata': { metadata } }, as);
const unset = (key: string, as?: string) => act({ 'os-unset_image_metadata': { key } }, as);
const show = (as?: string) => act({ 'os-show_image_metadata': null }, as);
const shown = async () => (await scoria.ask('GET', path)).body.volume.volume_image_metadata;
const message = (told: { body: Record<string, { message: string }> }) => Object.values(told.body)[0]?.message;

test('pairs are merged, shown with the volume, and removed until none is left', async () => {
  assert.equal(await shown(), undefined);
  assert.deepEqual((await show()).body, { metadata: {} });
  scoria.database.take();
  const first = await set({ image_name: 'cirros', min_ram: '0' });
  assert.ok(scoria.database.take().filter((name) => name.startsWith('image-metadata')).length === 1);
  assert.deepEqual([first.status, first.body], [200, { metadata: { image_name: 'cirros', min_ram: '0' } }]);
  assert.deepEqual((await set({ min_ram: '64' })).body, { metadata: { image_name: 'cirros', min_ram: '64' } });
  assert.deepEqual(await shown(), { image_name: 'cirros', min_ram: '64' });
  assert.deepEqual((await show('reader')).body, { metadata: { image_name: 'cirros', min_ram: '64' } });
  const removed = await unset('min_ram');
  assert.deepEqual([removed.status, removed.text], [200, '']);
  const again = await unset('min_ram');
  assert.deepEqual([again.status, message(again)], [404, 'Metadata item was not found']);
  assert.equal((await unset('image_name')).status, 200);
  assert.equal(await shown(), undefined);
});

test('a key has 255 characters at most, and values are texts', async () => {
  for (const bad of [{ k: 'x'.repeat(65_536) }, { ['k'.repeat(256)]: 'v' }, { k: 1 }, { '': 'v' }]) {
    assert.equal((await set(bad)).status, 400);
  }
});

test('nothing changes in maintenance', async () => {
  await set({ a: '1' });
  const to = (status: string) =>
    scoria.database.all(sql('test', 'UPDATE volumes SET status = :status::text'), { status });
  await to('maintenance');
  const why = 'volume metadata is not allowed for volumes in maintenance status.';
  assert.equal(message(await set({ a: '2' })), `Invalid volume: Updating ${why}`);
  assert.equal(message(await unset('a')), `Invalid volume: Deleting ${why}`);
  await to('available');
  assert.deepEqual((await show()).body, { metadata: { a: '1' } });
});

test("a reader may look and not change, and another project's volume is not there", async () => {
  assert.equal((await set({ a: '2' }, 'reader')).status, 403);
  assert.equal((await unset('a', 'reader')).status, 403);
  for (const act of [
    () => set({ a: '2' }, 'otherMember'),
    () => unset('a', 'otherMember'),
    () => show('otherReader'),
  ]) {
    assert.equal((await act()).status, 404);
  }
});
