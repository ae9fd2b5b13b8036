// Copies and growth, by the bytes that a host reads.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Source } from '../../workers/driver.ts';
import { assertFails, type Bench, blank, blankDigest, patternDigest } from './bench.ts';
import { GIB, MIB, sha256 } from './pattern.ts';

const zeros = (length: number) => sha256(new Uint8Array(length));

/** Skips, and says so, where the driver lacks what the test is about. */
export function lacks(
  t: TestContext,
  bench: Bench,
  ...needs: readonly ('extend' | 'snapshot' | 'clone' | 'revert' | 'manage' | 'openData' | 'qos' | 'opensEncrypted')[]
): boolean {
  const missing = needs.filter((need) => bench.backend[need] === undefined);
  if (missing.length > 0) t.skip(`the driver has no ${missing.join(' and no ')}`);
  return missing.length > 0;
}

export function dataTests(get: () => Bench): void {
  test('limits may be set twice, and say gone of a volume that is not there', async (t) => {
    const bench = get();
    if (lacks(t, bench, 'qos') || bench.backend.qos === undefined) return;
    const volume = await bench.made();
    for (let time = 0; time < 2; time += 1) {
      await bench.backend.qos({ ...volume, qos: { total_iops_sec: '500' } }, bench.call());
    }
    await assertFails(bench.backend.qos(bench.volume(), bench.call()), 'gone');
  });

  extendTests(get);
  cloneTests(get);
  snapshotTests(get);
  revertTests(get);
}

function extendTests(get: () => Bench): void {
  test('extending keeps the old bytes, reads zeros beyond them, and asking twice changes nothing', async (t) => {
    const bench = get();
    if (lacks(t, bench, 'extend')) return;
    const volume = await bench.made();
    const written = await bench.fill(volume, 10);
    await bench.backend.extend?.(volume, 3, bench.call());
    await bench.backend.extend?.(volume, 3, bench.call());
    const grown = { ...volume, sizeGiB: 3 };
    await bench.backend.extend?.(grown, 3, bench.call());
    assert.equal(await bench.digest(grown), written);
    assert.equal(sha256(await bench.read(grown, GIB, MIB)), zeros(MIB));
    assert.equal(sha256(await bench.read(grown, 3 * GIB - MIB, MIB)), zeros(MIB));
    assert.equal((await bench.listed()).find(({ id }) => id === volume.id)?.sizeGiB, 3);
  });

  test('a volume is never made smaller', async (t) => {
    const bench = get();
    if (lacks(t, bench, 'extend')) return;
    const volume = await bench.made(bench.volume(2));
    const written = await bench.fill(volume, 11);
    await assertFails(bench.backend.extend?.(volume, 1, bench.call()) ?? Promise.resolve(), 'conflict', 'fatal');
    assert.equal(await bench.digest(volume), written);
    assert.equal((await bench.listed()).find(({ id }) => id === volume.id)?.sizeGiB, 2);
  });

  test('extending a volume that is not there says gone', async (t) => {
    const bench = get();
    if (lacks(t, bench, 'extend')) return;
    await assertFails(bench.backend.extend?.(bench.volume(), 2, bench.call()) ?? Promise.resolve(), 'gone');
  });
}

function cloneTests(get: () => Bench): void {
  test('a clone has the bytes of its source, grown with zeros, and neither sees the other afterwards', async (t) => {
    const bench = get();
    if (lacks(t, bench, 'clone')) return;
    const volume = await bench.made();
    const first = await bench.fill(volume, 20);
    const source: Source = { kind: 'volume', volume };
    const clone = await bench.made(bench.volume(2), source);
    assert.equal(await bench.digest(clone), first);
    assert.equal(sha256(await bench.read(clone, 2 * GIB - MIB, MIB)), zeros(MIB));
    const second = await bench.fill(volume, 21);
    assert.equal(await bench.digest(clone), first);
    const third = await bench.fill(clone, 22);
    assert.equal(await bench.digest(volume), second);
    assert.deepEqual(await bench.backend.create(clone, source, bench.call()), { location: clone.location });
    assert.equal(await bench.digest(clone), third, 'creating again does not copy again');
  });

  test('creating with the same id and another source is a conflict', async (t) => {
    const bench = get();
    if (lacks(t, bench, 'clone')) return;
    const [one, two] = [await bench.made(), await bench.made()];
    const clone = await bench.made(bench.volume(), { kind: 'volume', volume: one });
    await assertFails(bench.backend.create(clone, { kind: 'volume', volume: two }, bench.call()), 'conflict');
    await assertFails(bench.backend.create(clone, blank, bench.call()), 'conflict');
    await assertFails(bench.backend.create(two, { kind: 'volume', volume: one }, bench.call()), 'conflict');
    await bench.reopen();
    await assertFails(bench.backend.create(clone, { kind: 'volume', volume: two }, bench.call()), 'conflict');
    await bench.made(clone, { kind: 'volume', volume: one });
  });

  test('cloning what is not there says gone and leaves nothing', async (t) => {
    const bench = get();
    if (lacks(t, bench, 'clone')) return;
    const clone = bench.volume();
    await assertFails(bench.made(clone, { kind: 'volume', volume: bench.volume() }), 'gone');
    assert.ok(!(await bench.listedIds()).includes(clone.id));
  });
}

function snapshotTests(get: () => Bench): void {
  test('a snapshot keeps the bytes of its moment, and a volume made from it is independent of both', async (t) => {
    const bench = get();
    if (lacks(t, bench, 'snapshot')) return;
    const volume = await bench.made();
    const first = await bench.fill(volume, 30);
    const snapshot = await bench.taken(volume);
    assert.deepEqual(await bench.backend.snapshot?.create(snapshot, bench.call()), { location: snapshot.location });
    const second = await bench.fill(volume, 31);
    const copy = await bench.made(bench.volume(2), { kind: 'snapshot', snapshot });
    assert.equal(await bench.digest(copy), first);
    assert.equal(sha256(await bench.read(copy, 2 * GIB - MIB, MIB)), zeros(MIB));
    await bench.fill(copy, 32);
    assert.equal(await bench.digest(volume), second);
    assert.equal(await bench.digest(await bench.made(bench.volume(), { kind: 'snapshot', snapshot })), first);
  });

  test('a repeated snapshot is not taken anew, also after a restart', async (t) => {
    const bench = get();
    if (lacks(t, bench, 'snapshot')) return;
    const volume = await bench.made();
    const first = await bench.fill(volume, 33);
    const snapshot = await bench.taken(volume);
    await bench.fill(volume, 34);
    await bench.reopen();
    await bench.backend.snapshot?.create(snapshot, bench.call());
    assert.equal(await bench.digest(await bench.made(bench.volume(), { kind: 'snapshot', snapshot })), first);
  });

  test('a snapshot with the same id of another volume is a conflict; of a volume that is not there, gone', async (t) => {
    const bench = get();
    const { snapshot: snapshots } = bench.backend;
    if (lacks(t, bench, 'snapshot') || snapshots === undefined) return;
    const snapshot = await bench.taken(await bench.made());
    const other = bench.snapshotOf(await bench.made(), snapshot.id);
    await assertFails(snapshots.create(other, bench.call()), 'conflict');
    await assertFails(snapshots.create(bench.snapshotOf(bench.volume()), bench.call()), 'gone');
  });

  test('removing a snapshot twice, or one that never was, succeeds', async (t) => {
    const bench = get();
    if (lacks(t, bench, 'snapshot')) return;
    const snapshot = await bench.taken(await bench.made());
    await bench.backend.snapshot?.remove(snapshot, bench.call());
    assert.ok(!(await bench.listedIds()).includes(snapshot.id));
    await bench.backend.snapshot?.remove(snapshot, bench.call());
    await bench.backend.snapshot?.remove(bench.snapshotOf(bench.volume()), bench.call());
  });

  test('removing a volume with a snapshot, or a snapshot with a copy, is refused as busy or harms neither', async (t) => {
    const bench = get();
    const { snapshot: snapshots } = bench.backend;
    if (lacks(t, bench, 'snapshot') || snapshots === undefined) return;
    const volume = await bench.made();
    const written = await bench.fill(volume, 35);
    const snapshot = await bench.taken(volume);
    const isVolumeBusy = await busyOrDone(bench.backend.remove(volume, bench.call()));
    const copy = await bench.made(bench.volume(), { kind: 'snapshot', snapshot });
    const isSnapshotBusy = await busyOrDone(snapshots.remove(snapshot, bench.call()));
    assert.equal(await bench.digest(copy), written);
    await bench.backend.remove(copy, bench.call());
    if (isSnapshotBusy) await snapshots.remove(snapshot, bench.call());
    if (isVolumeBusy) await bench.backend.remove(volume, bench.call());
    const left = await bench.listedIds();
    for (const { id } of [volume, snapshot, copy]) assert.ok(!left.includes(id));
  });
}

function revertTests(get: () => Bench): void {
  test('reverting puts the bytes back, keeps a grown size, leaves the snapshot, and asking twice changes nothing', async (t) => {
    const bench = get();
    if (lacks(t, bench, 'snapshot', 'revert', 'extend')) return;
    const volume = await bench.made();
    const first = await bench.fill(volume, 40);
    const snapshot = await bench.taken(volume);
    await bench.backend.extend?.(volume, 2, bench.call());
    const grown = { ...volume, sizeGiB: 2 };
    await bench.fill(grown, 41);
    for (const _ of [1, 2]) {
      await bench.backend.revert?.(grown, snapshot, bench.call());
      assert.equal(await bench.digest(grown), first);
      assert.equal(sha256(await bench.read(grown, 2 * GIB - MIB, MIB)), zeros(MIB));
    }
    await bench.fill(grown, 42);
    assert.equal(await bench.digest(await bench.made(bench.volume(), { kind: 'snapshot', snapshot })), first);
    assert.notEqual(first, patternDigest(42));
  });

  test('reverting to a snapshot that is not there says gone and keeps the bytes', async (t) => {
    const bench = get();
    if (lacks(t, bench, 'snapshot', 'revert')) return;
    const volume = await bench.made();
    const written = await bench.fill(volume, 43);
    const reverting = bench.backend.revert?.(volume, bench.snapshotOf(volume), bench.call());
    await assertFails(reverting ?? Promise.resolve(), 'gone');
    assert.equal(await bench.digest(volume), written);
    assert.notEqual(written, blankDigest);
  });
}

/** Whether the removal was refused as busy; any other refusal fails the test. */
async function busyOrDone(removal: Promise<void>): Promise<boolean> {
  const [outcome] = await Promise.allSettled([removal]);
  if (outcome?.status !== 'rejected') return false;
  await assertFails(Promise.reject(outcome.reason), 'busy');
  return true;
}
