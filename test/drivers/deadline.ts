// A deadline that has passed before the call. In the middle of it: cut-off.ts.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DriverCall, Snapshot, Volume } from '../../workers/driver.ts';
import { anyAttachment, assertFails, type Bench, blank, connector } from './bench.ts';

/** No call may outlive its deadline by more than this; the machine may be busy, so it is no benchmark. */
const quickMs = 2000;

/** Every call that a driver has, on a volume and a snapshot of it. */
function callsOf(
  bench: Bench,
  volume: Volume,
  snapshot: Snapshot,
): Record<string, (call: DriverCall) => Promise<unknown>> {
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
    ...(extend && { extend: (call: DriverCall) => extend(volume, 2, call) }),
    ...(revert && { revert: (call: DriverCall) => revert(volume, snapshot, call) }),
    ...(backend.clone && {
      clone: (call: DriverCall) => backend.create(bench.volume(), { kind: 'volume', volume }, call),
    }),
    ...(snapshots && {
      'snapshot.create': (call: DriverCall) => snapshots.create(bench.snapshotOf(volume), call),
      'snapshot.remove': (call: DriverCall) => snapshots.remove(snapshot, call),
    }),
    ...(manage && { 'manage.list': (call: DriverCall) => manage.list(null, call) }),
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
}
