// A deadline that has passed, before the call or in the middle of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Call, Snapshot, Volume } from '../../workers/driver.ts';
import { anyAttachment, assertFails, type Bench, blank, connector } from './bench.ts';
import { lacks } from './data.ts';

/** No call may outlive its deadline by more than this; the machine may be busy, so it is no benchmark. */
const quickMs = 2000;

/** Every call that a driver has, on a volume and a snapshot of it. */
function callsOf(bench: Bench, volume: Volume, snapshot: Snapshot): Record<string, (call: Call) => Promise<unknown>> {
  const { backend } = bench;
  const { extend, revert, snapshot: snapshots, manage } = backend;
  const how = { mode: 'rw', attachmentId: bench.id() } as const;
  return {
    create: (call) => backend.create(bench.volume(), blank, call),
    remove: (call) => backend.remove(volume, call),
    connect: (call) => backend.connect(volume, connector, how, call),
    disconnect: (call) => backend.disconnect(volume, connector, anyAttachment, call),
    stats: (call) => backend.stats(call),
    listOwned: (call) => backend.listOwned(null, call),
    ...(extend && { extend: (call: Call) => extend(volume, 2, call) }),
    ...(revert && { revert: (call: Call) => revert(volume, snapshot, call) }),
    ...(backend.clone && {
      clone: (call: Call) => backend.create(bench.volume(), { kind: 'volume', volume }, call),
    }),
    ...(snapshots && {
      'snapshot.create': (call: Call) => snapshots.create(bench.snapshotOf(volume), call),
      'snapshot.remove': (call: Call) => snapshots.remove(snapshot, call),
    }),
    ...(manage && { 'manage.list': (call: Call) => manage.list(null, call) }),
  };
}

export function deadlineTests(get: () => Bench): void {
  test('a call whose deadline has passed rejects with transient at once and does nothing', async () => {
    const bench = get();
    const volume = await bench.made();
    const snapshot = bench.backend.snapshot ? await bench.taken(volume) : bench.snapshotOf(volume);
    const before = await bench.listed();
    for (const [name, run] of Object.entries(callsOf(bench, volume, snapshot))) {
      const started = performance.now();
      await assertFails(run({ signal: AbortSignal.abort() }), 'transient');
      assert.ok(performance.now() - started < quickMs, `${name} rejects quickly`);
    }
    assert.deepEqual(await bench.listed(), before);
  });

  test('a create that is cut off leaves nothing half-made: the same call again succeeds', async () => {
    const bench = get();
    const volume = bench.volume();
    await cutOff((call) => bench.backend.create(volume, blank, call));
    const { length } = (await bench.listed()).filter(({ id, sizeGiB }) => id === volume.id && sizeGiB !== 1);
    assert.equal(length, 0, 'no half volume is listed');
    await bench.fill(await bench.made(volume), 50);
    await cutOff((call) => bench.backend.remove(volume, call));
    await bench.backend.remove(volume, bench.call());
    assert.ok(!(await bench.listedIds()).includes(volume.id));
  });

  test('a copy that is cut off leaves nothing half-made: the same call again gives the whole copy', async (t) => {
    const bench = get();
    if (lacks(t, bench, 'clone')) return;
    const volume = await bench.made();
    const written = await bench.fill(volume, 51);
    const clone = bench.volume();
    await cutOff((call) => bench.backend.create(clone, { kind: 'volume', volume }, call));
    assert.equal(await bench.digest(await bench.made(clone, { kind: 'volume', volume })), written);
    assert.equal((await bench.listedIds()).filter((id) => id === clone.id).length, 1);
  });

  test('a snapshot and a revert that are cut off can be asked again', async (t) => {
    const bench = get();
    const { snapshot: snapshots, revert } = bench.backend;
    if (lacks(t, bench, 'snapshot', 'revert') || snapshots === undefined || revert === undefined) return;
    const volume = await bench.made();
    const written = await bench.fill(volume, 52);
    const snapshot = bench.snapshotOf(volume);
    await cutOff((call) => snapshots.create(snapshot, call));
    const { location } = await snapshots.create(snapshot, bench.call());
    await bench.fill(volume, 53);
    await cutOff((call) => revert(volume, { ...snapshot, location }, call));
    await revert(volume, { ...snapshot, location }, bench.call());
    assert.equal(await bench.digest(volume), written);
  });
}

/** Lets the deadline pass right after the call began. A driver that was quicker may succeed. */
async function cutOff(run: (call: Call) => Promise<unknown>): Promise<void> {
  const deadline = new AbortController();
  const running = run({ signal: deadline.signal });
  deadline.abort();
  const started = performance.now();
  const [outcome] = await Promise.allSettled([running]);
  assert.ok(performance.now() - started < quickMs, 'the call ends soon after its deadline');
  if (outcome?.status === 'rejected') await assertFails(Promise.reject(outcome.reason), 'transient');
}
