// The six methods that every driver has.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Ability, capabilitiesOf } from '../../workers/driver.ts';
import { anyAttachment, assertFails, type Bench, blank, blankDigest, connector } from './bench.ts';

const abilities: readonly Ability[] = [
  ...(['extend', 'snapshot', 'clone', 'revert', 'manage', 'replication', 'openData', 'qos'] as const),
  ...(['growsOnHost', 'byAttachment', 'opensEncrypted'] as const),
];

export function coreTests(get: () => Bench): void {
  test('a blank volume is as large as asked for and reads as zeros', async () => {
    const bench = get();
    const volume = await bench.made();
    assert.equal(await bench.digest(volume), blankDigest);
    assert.equal((await bench.listed()).find(({ id }) => id === volume.id)?.sizeGiB, 1);
  });

  test('creating twice gives the same result and keeps the bytes written in between', async () => {
    const bench = get();
    const volume = bench.volume();
    const first = await bench.backend.create(volume, blank, bench.call());
    const written = await bench.fill({ ...volume, ...first }, 1);
    assert.deepEqual(await bench.backend.create(volume, blank, bench.call()), first);
    assert.equal(await bench.digest({ ...volume, ...first }), written);
  });

  test('creating twice at the same time makes one volume', async () => {
    const bench = get();
    const volume = bench.volume();
    const two = [0, 1].map(() => bench.backend.create(volume, blank, bench.call()));
    for (const outcome of await Promise.allSettled(two)) {
      if (outcome.status === 'rejected') await assertFails(Promise.reject(outcome.reason), 'transient', 'busy');
    }
    await bench.made(volume);
    assert.equal((await bench.listedIds()).filter((id) => id === volume.id).length, 1);
  });

  test('creating with the same id and another size is a conflict and changes nothing', async () => {
    const bench = get();
    const volume = await bench.made(bench.volume(2));
    const written = await bench.fill(volume, 2);
    for (const sizeGiB of [1, 3]) {
      await assertFails(bench.backend.create({ ...volume, sizeGiB }, blank, bench.call()), 'conflict');
    }
    assert.equal(await bench.digest(volume), written);
    assert.equal((await bench.listed()).find(({ id }) => id === volume.id)?.sizeGiB, 2);
  });

  test('volumes do not see each other', async () => {
    const bench = get();
    const [one, two] = [await bench.made(), await bench.made()];
    const written = await bench.fill(one, 3);
    assert.equal(await bench.digest(two), blankDigest);
    assert.equal(await bench.digest(one), written);
  });

  test('removing removes, and removing again or what never was succeeds', async () => {
    const bench = get();
    const volume = await bench.made();
    await bench.backend.remove(volume, bench.call());
    assert.ok(!(await bench.listedIds()).includes(volume.id));
    await bench.backend.remove(volume, bench.call());
    await bench.backend.remove(bench.volume(), bench.call());
  });

  test('an id that was removed can be made again and reads as zeros', async () => {
    const bench = get();
    const volume = await bench.made();
    await bench.fill(volume, 4);
    await bench.backend.remove(volume, bench.call());
    assert.equal(await bench.digest(await bench.made(bench.volume(1, volume.id))), blankDigest);
  });

  test('volumes and their bytes are there after a restart, and the same calls give the same results', async () => {
    const bench = get();
    const volume = bench.volume();
    const first = await bench.backend.create(volume, blank, bench.call());
    const written = await bench.fill({ ...volume, ...first }, 5);
    await bench.reopen();
    assert.equal(await bench.digest({ ...volume, ...first }), written);
    assert.deepEqual(await bench.backend.create(volume, blank, bench.call()), first);
    await assertFails(bench.backend.create({ ...volume, sizeGiB: 2 }, blank, bench.call()), 'conflict');
  });

  test('the capabilities are those of the methods that are present', () => {
    const { backend } = get();
    const capabilities = capabilitiesOf(backend);
    assert.equal(capabilities.snapshot_support, backend.snapshot !== undefined);
    assert.equal(capabilities.clone_support, backend.clone === true);
    assert.equal(capabilities.online_extend_support, typeof backend.extend === 'function');
    assert.equal(capabilities.revert_support, typeof backend.revert === 'function');
    assert.equal(capabilities.QoS_support, typeof backend.qos === 'function');
    if (backend.revert !== undefined) assert.ok(backend.snapshot, 'revert without snapshots means nothing');
  });

  test('the driver offers every optional part that its open back end has', () => {
    const { backend, subject } = get();
    for (const part of abilities) {
      if (backend[part] !== undefined) assert.ok(subject.driver.offers.includes(part), `offers names ${part}`);
    }
  });

  connectionTests(get);
}

function connectionTests(get: () => Bench): void {
  test('connecting twice gives the same answer', async () => {
    const bench = get();
    const volume = await bench.made();
    const how = { mode: 'rw', attachmentId: bench.id() } as const;
    const first = await bench.backend.connect(volume, connector, how, bench.call());
    assert.equal(typeof first.driver_volume_type, 'string');
    assert.deepEqual(await bench.backend.connect(volume, connector, how, bench.call()), first);
    assert.deepEqual(JSON.parse(JSON.stringify(first)), first, 'the answer is plain JSON');
  });

  test('disconnecting twice, from all hosts, or a volume that is gone succeeds', async () => {
    const bench = get();
    const volume = await bench.made();
    await bench.connect(volume);
    await bench.backend.disconnect(volume, connector, anyAttachment, bench.call());
    await bench.backend.disconnect(volume, connector, anyAttachment, bench.call());
    await bench.connect(volume);
    await bench.backend.disconnect(volume, null, anyAttachment, bench.call());
    await bench.backend.disconnect(volume, null, anyAttachment, bench.call());
    await bench.backend.remove(volume, bench.call());
    await bench.backend.disconnect(volume, connector, anyAttachment, bench.call());
    await bench.backend.disconnect(bench.volume(), null, anyAttachment, bench.call());
  });

  test('connecting a volume that is not there says gone', async () => {
    const bench = get();
    await assertFails(bench.connect(bench.volume()), 'gone');
  });
}
