// What the back end says of itself: room, and everything of ours.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PoolStats } from '../../workers/driver.ts';
import type { Bench } from './bench.ts';
import { lacks } from './data.ts';

export function inventoryTests(get: () => Bench): void {
  test('every object of ours is listed once, with its kind, its size and the volume of a snapshot', async (t) => {
    const bench = get();
    const volumes = [
      await bench.made(bench.volume(1)),
      await bench.made(bench.volume(2)),
      await bench.made(bench.volume(3)),
    ];
    const listed = await bench.listed();
    for (const { id, sizeGiB } of volumes) {
      const found = listed.filter((item) => item.id === id);
      assert.deepEqual(found, [{ kind: 'volume', id, sizeGiB, volumeId: null }]);
    }
    assert.equal(new Set(listed.map(({ kind, id }) => `${kind} ${id}`)).size, listed.length);
    if (lacks(t, bench, 'snapshot')) return;
    const volume = volumes[1] ?? bench.volume();
    const { id } = await bench.taken(volume);
    const snapshot = (await bench.listed()).find((item) => item.id === id);
    assert.ok(snapshot?.volumeId === null || snapshot?.volumeId === volume.id);
    assert.deepEqual({ ...snapshot, volumeId: null }, { kind: 'snapshot', id, sizeGiB: 2, volumeId: null });
  });

  test('what was made is listed after a restart, at the latest when the listing has aged', async () => {
    const bench = get();
    const volume = await bench.made(bench.volume(2));
    const snapshot = bench.backend.snapshot === undefined ? null : await bench.taken(volume);
    const gone = await bench.made();
    await bench.backend.remove(gone, bench.call());
    await bench.reopen();
    const ids = [volume.id, ...(snapshot === null ? [] : [snapshot.id])];
    const isListed = await bench.becomes(async () => {
      const listed = await bench.listedIds();
      assert.ok(!listed.includes(gone.id), 'what is listed is there');
      return ids.every((id) => listed.includes(id));
    });
    assert.ok(isListed);
  });

  test('the room is told in numbers that can be, for the pool that volumes are made in', async () => {
    const pool = await poolOf(get());
    const { totalGiB, freeGiB } = pool;
    if (totalGiB !== null) assert.ok(totalGiB > 0);
    if (freeGiB !== null) assert.ok(freeGiB >= 0 && freeGiB <= (totalGiB ?? Number.POSITIVE_INFINITY));
    assert.ok(pool.provisionedGiB === null || pool.provisionedGiB >= 0);
    assert.ok(pool.reservedPercentage >= 0 && pool.reservedPercentage <= 100);
    assert.ok(pool.maxOverSubscriptionRatio >= 1);
  });

  test('the promised room rises and falls with the volumes, by their sizes, and is the same after a restart', async (t) => {
    const bench = get();
    const before = (await poolOf(bench)).provisionedGiB;
    if (before === null) return t.skip('the back end does not tell what it has promised');
    const volume = await bench.made(bench.volume(3));
    await bench.made(volume);
    assert.equal((await poolOf(bench)).provisionedGiB, before + 3);
    let extra = 3;
    if (bench.backend.extend !== undefined) {
      await bench.backend.extend(volume, 5, bench.call());
      extra = 5;
    }
    assert.equal((await poolOf(bench)).provisionedGiB, before + extra);
    await bench.reopen();
    assert.equal((await poolOf(bench)).provisionedGiB, before + extra);
    await bench.backend.remove(volume, bench.call());
    await bench.backend.remove(volume, bench.call());
    assert.equal((await poolOf(bench)).provisionedGiB, before);
  });
}

async function poolOf(bench: Bench): Promise<PoolStats> {
  const { pools, vendorName, storageProtocol } = await bench.backend.stats(bench.call());
  assert.ok(vendorName.length > 0 && storageProtocol.length > 0);
  assert.equal(new Set(pools.map(({ name }) => name)).size, pools.length, 'pool names are unique');
  const pool = pools.find(({ name }) => name === bench.subject.pool);
  assert.ok(pool, 'the pool is among the pools');
  return pool;
}
