// Objects that are not ours become volumes, and volumes stop being ours.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Manageable } from '../../workers/driver.ts';
import { assertFails, type Bench } from './bench.ts';
import { lacks } from './data.ts';
import { MIB, pattern, sha256 } from './pattern.ts';

export function manageTests(get: () => Bench): void {
  test('an object that is not ours is listed as manageable, never as owned, and keeps its bytes when adopted', async (t) => {
    const bench = get();
    const reference = await planted(t, bench, 'adopt-me', 2);
    const { manage } = bench.backend;
    if (reference === null || manage === undefined) return;
    const isListed = async () => (await manageable(bench)).some((item) => sameReference(item, reference));
    assert.ok(await bench.becomes(isListed));
    assert.equal(await manage.size(reference, bench.call()), 2);
    const volume = bench.volume(2);
    const made = await manage.adopt(volume, reference, bench.call());
    assert.deepEqual(await manage.adopt(volume, reference, bench.call()), made);
    assert.equal(sha256(await bench.read({ ...volume, ...made }, 0, MIB)), sha256(pattern(60, MIB)));
    assert.ok(!(await isListed()));
    assert.equal((await bench.listed()).find(({ id }) => id === volume.id)?.sizeGiB, 2);
    await assertFails(manage.adopt(bench.volume(2), reference, bench.call()), 'gone', 'conflict');
    await bench.backend.remove(volume, bench.call());
  });

  test('a released volume is not ours any more, keeps its bytes, and is found again by a reference', async (t) => {
    const bench = get();
    const { manage } = bench.backend;
    if (lacks(t, bench, 'manage') || manage === undefined) return;
    const volume = await bench.made();
    const written = await bench.fill(volume, 61);
    const before = await manageable(bench);
    await manage.release(volume, bench.call());
    await manage.release(volume, bench.call());
    assert.ok(!(await bench.listedIds()).includes(volume.id));
    await assertFails(bench.connect(volume), 'gone');
    const found = (await manageable(bench)).filter((item) => !before.some((old) => sameReference(old, item.reference)));
    assert.equal(found.length, 1);
    const again = bench.volume();
    const made = await manage.adopt(again, found[0]?.reference ?? {}, bench.call());
    assert.equal(await bench.digest({ ...again, ...made }), written);
  });

  test('what was released is found by the name and by the id that it had', async (t) => {
    const bench = get();
    const { manage } = bench.backend;
    if (lacks(t, bench, 'manage') || manage === undefined) return;
    for (const key of ['source-name', 'source-id']) {
      const volume = await bench.made();
      await manage.release(volume, bench.call());
      const reference = { [key]: key === 'source-id' ? volume.id : `volume-${volume.id}` };
      assert.equal(await manage.size(reference, bench.call()), volume.sizeGiB);
      await manage.adopt(bench.volume(), reference, bench.call());
      await assertFails(manage.size(reference, bench.call()), 'gone');
    }
  });

  test('a released snapshot is not ours, keeps its bytes, and is a snapshot again under another id', async (t) => {
    const bench = get();
    const snapshots = bench.backend.manage?.snapshots;
    if (lacks(t, bench, 'snapshot') || snapshots === undefined) return t.skip('snapshots cannot be managed');
    const volume = await bench.made();
    const written = await bench.fill(volume, 62);
    const taken = await bench.taken(volume);
    await bench.fill(volume, 63);
    await snapshots.release(taken, bench.call());
    await snapshots.release(taken, bench.call());
    assert.ok(!(await bench.listedIds()).includes(taken.id));
    assert.ok(!(await manageable(bench)).some((item) => JSON.stringify(item).includes(taken.id)), 'no volume');
    const [found] = (await everyPage((after) => snapshots.list(after, bench.call()))).filter((item) =>
      JSON.stringify(item.reference).includes(taken.id),
    );
    assert.equal(found?.sizeGiB, volume.sizeGiB);
    assert.ok(found?.safeToManage);
    assert.ok(found?.sourceReference === null || JSON.stringify(found?.sourceReference).includes(volume.id));
    for (const reference of [
      found?.reference ?? {},
      { 'source-name': `_snapshot-${taken.id}` },
      { 'source-id': taken.id },
    ])
      assert.equal(await snapshots.size(volume, reference, bench.call()), volume.sizeGiB);
    const again = { ...taken, id: bench.volume().id };
    const made = await snapshots.adopt(again, found?.reference ?? {}, bench.call());
    assert.deepEqual(await snapshots.adopt(again, found?.reference ?? {}, bench.call()), made);
    await assertFails(snapshots.size(volume, found?.reference ?? {}, bench.call()), 'gone', 'conflict');
    const copy = bench.volume();
    const snapshot = { ...again, ...made };
    const copied = await bench.backend.create(copy, { kind: 'snapshot', snapshot }, bench.call());
    assert.equal(await bench.digest({ ...copy, ...copied }), written);
    await assertFails(snapshots.size(volume, {}, bench.call()), 'fatal');
  });

  test('a reference to nothing says gone; to what is managed already, conflict; an empty one, fatal', async (t) => {
    const bench = get();
    const reference = await planted(t, bench, 'adopt-me-too', 1);
    const { manage } = bench.backend;
    if (reference === null || manage === undefined) return;
    await manage.adopt(bench.volume(), reference, bench.call());
    await assertFails(manage.size(reference, bench.call()), 'gone', 'conflict');
    await assertFails(manage.size({}, bench.call()), 'fatal');
  });
}

async function planted(t: TestContext, bench: Bench, name: string, sizeGiB: number) {
  if (lacks(t, bench, 'manage')) return null;
  if (bench.subject.plant !== undefined) return bench.subject.plant(name, sizeGiB, pattern(60, MIB));
  t.skip('the subject cannot plant an object that is not ours');
  return null;
}

const manageable = (bench: Bench): Promise<Manageable[]> =>
  everyPage(async (after) => (await bench.backend.manage?.list(after, bench.call())) ?? { items: [], next: null });

async function everyPage<T>(
  page: (after: string | null) => Promise<{ items: readonly T[]; next: string | null }>,
): Promise<T[]> {
  const all: T[] = [];
  let after: string | null = null;
  do {
    const { items, next }: { items: readonly T[]; next: string | null } = await page(after);
    all.push(...items);
    after = next;
  } while (after !== null);
  return all;
}

function sameReference(item: Manageable, reference: Readonly<Record<string, string>>): boolean {
  return JSON.stringify(item.reference) === JSON.stringify(reference);
}
