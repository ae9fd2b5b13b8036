// Calls at once, arguments that cannot be, and connections.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anyAttachment, assertFails, type Bench, blank, connector } from './bench.ts';
import { lacks } from './data.ts';

/** See cut-off.ts. */
const quickMs = 2000;

export function togetherTests(get: () => Bench): void {
  test('ten volumes at once are ten, and removed at once they are gone', async () => {
    const bench = get();
    const volumes = Array.from({ length: 10 }, () => bench.volume());
    await Promise.all(volumes.map((volume) => bench.backend.create(volume, blank, bench.call())));
    const ids = new Set(await bench.listedIds());
    assert.ok(volumes.every(({ id }) => ids.has(id)));
    await Promise.all(volumes.map((volume) => bench.backend.remove(volume, bench.call())));
    const left = new Set(await bench.listedIds());
    assert.ok(volumes.every(({ id }) => !left.has(id)));
  });

  test('one snapshot asked for twice at once is one, of the one volume', async (t) => {
    const bench = get();
    if (lacks(t, bench, 'snapshot')) return;
    const snapshot = bench.snapshotOf(await bench.made());
    const two = [0, 1].map(async () => bench.backend.snapshot?.create(snapshot, bench.call()));
    for (const outcome of await Promise.allSettled(two)) {
      if (outcome.status === 'rejected') await assertFails(Promise.reject(outcome.reason), 'transient', 'busy');
    }
    await bench.backend.snapshot?.create(snapshot, bench.call());
    assert.equal((await bench.listedIds()).filter((id) => id === snapshot.id).length, 1);
  });

  test('growing to two sizes at once ends at the larger one', async (t) => {
    const bench = get();
    if (lacks(t, bench, 'extend')) return;
    const volume = await bench.made();
    const both = [3, 2].map(async (size) => bench.backend.extend?.(volume, size, bench.call()));
    for (const outcome of await Promise.allSettled(both)) {
      if (outcome.status === 'rejected') {
        await assertFails(Promise.reject(outcome.reason), 'conflict', 'busy', 'transient');
      }
    }
    await bench.backend.extend?.(volume, 3, bench.call());
    assert.equal((await bench.listed()).find(({ id }) => id === volume.id)?.sizeGiB, 3);
  });

  test('creating and removing one id at once leaves it there or not, and either call again says which', async () => {
    const bench = get();
    const volume = bench.volume();
    const calls = [bench.backend.create(volume, blank, bench.call()), bench.backend.remove(volume, bench.call())];
    for (const outcome of await Promise.allSettled(calls)) {
      if (outcome.status === 'rejected') await assertFails(Promise.reject(outcome.reason), 'transient', 'busy');
    }
    await bench.made(volume);
    await bench.fill(volume, 110);
    await bench.backend.remove(volume, bench.call());
    assert.ok(!(await bench.listedIds()).includes(volume.id));
  });

  test('a call that waits for others of its object is told soon after its own deadline', async () => {
    const bench = get();
    const volume = await bench.made();
    const before = [0, 1, 2].map(() => bench.backend.create(volume, blank, bench.call()));
    const deadline = new AbortController();
    const waiting = bench.backend.remove(volume, { signal: deadline.signal });
    deadline.abort();
    const since = performance.now();
    const [outcome] = await Promise.allSettled([waiting]);
    assert.ok(performance.now() - since < quickMs);
    if (outcome?.status === 'rejected') await assertFails(Promise.reject(outcome.reason), 'transient');
    await Promise.allSettled(before);
    await bench.made(volume);
    await bench.fill(volume, 111);
  });

  test('a pool that is not there is refused for good, and nothing is left', async () => {
    const bench = get();
    const volume = { ...bench.volume(), pool: 'no-such-pool' };
    await assertFails(bench.backend.create(volume, blank, bench.call()), 'fatal', 'gone');
    assert.ok(!(await bench.listedIds()).includes(volume.id));
  });

  test('a size that cannot be is refused for good, and nothing is left', async () => {
    const bench = get();
    for (const sizeGiB of [0, -1, 1.5, Number.NaN]) {
      const volume = bench.volume(sizeGiB);
      await assertFails(bench.backend.create(volume, blank, bench.call()), 'fatal');
      assert.ok(!(await bench.listedIds()).includes(volume.id));
    }
  });

  connectionTests(get);
}

function connectionTests(get: () => Bench): void {
  test('a restarted worker connects in the same words', async () => {
    const bench = get();
    const volume = await bench.made();
    const how = { mode: 'rw', attachmentId: bench.id() } as const;
    const first = await bench.backend.connect(volume, connector, how, bench.call());
    await bench.reopen();
    assert.deepEqual(await bench.backend.connect(volume, connector, how, bench.call()), first);
    await bench.backend.disconnect(volume, connector, how, bench.call());
  });

  test('where attachments are told apart each is listed, and closing one leaves the other as it was', async (t) => {
    const bench = get();
    if (bench.backend.byAttachment === undefined) return t.skip('the driver tells hosts apart and not attachments');
    const volume = await bench.made();
    const two = [bench.id(), bench.id()].map((attachmentId) => ({ mode: 'rw', attachmentId }) as const);
    const connections = [];
    for (const how of two) connections.push(await bench.backend.connect(volume, connector, how, bench.call()));
    assert.notDeepEqual(connections[0], connections[1]);
    const open = async () =>
      (await bench.listed()).flatMap(({ kind, id, volumeId }) =>
        kind === 'connection' && volumeId === volume.id ? [id] : [],
      );
    assert.deepEqual((await open()).sort(), two.map(({ attachmentId }) => attachmentId).sort());
    const [first, second] = two;
    if (first) await bench.backend.disconnect(volume, connector, first, bench.call());
    assert.deepEqual(await open(), [second?.attachmentId]);
    await bench.reopen();
    assert.deepEqual(await open(), [second?.attachmentId]);
    if (connections[1]) assert.equal((await bench.subject.read(connections[1], 0, 512)).length, 512);
    if (connections[0]) await assert.rejects(bench.subject.read(connections[0], 0, 512));
    await bench.backend.disconnect(volume, null, anyAttachment, bench.call());
    assert.deepEqual(await open(), []);
  });

  test('after the death of the back end what was flushed is there, under the same connection', async (t) => {
    const bench = get();
    if (bench.subject.killBackend === undefined) return t.skip('the subject cannot kill its back end');
    const volume = await bench.made();
    const how = { mode: 'rw', attachmentId: bench.id() } as const;
    const connection = await bench.backend.connect(volume, connector, how, bench.call());
    await bench.subject.write(connection, 4096, new Uint8Array(8192).fill(7));
    await bench.subject.killBackend();
    await bench.backend.stats(bench.call());
    assert.ok((await bench.subject.read(connection, 4096, 8192)).every((byte) => byte === 7));
    assert.deepEqual(await bench.backend.connect(volume, connector, how, bench.call()), connection);
    await bench.backend.disconnect(volume, connector, how, bench.call());
  });

  test('detaching ends the I/O of a host that keeps its connection open', async (t) => {
    const bench = get();
    if (bench.subject.hold === undefined) return t.skip('a host of the subject cannot keep a connection');
    const volume = await bench.made();
    const how = { mode: 'rw', attachmentId: bench.id() } as const;
    const host = await bench.subject.hold(await bench.backend.connect(volume, connector, how, bench.call()));
    await host.write(0, 0x41, 4096);
    await bench.backend.disconnect(volume, connector, how, bench.call());
    await assert.rejects(host.write(0, 0x42, 4096));
    await host.close();
    assert.ok((await bench.read(volume, 0, 4096)).every((byte) => byte === 0x41));
  });

  test('a host without the right credential is refused', async (t) => {
    const bench = get();
    if (bench.subject.asStranger === undefined) return t.skip('the back end has no credentials of hosts');
    const connection = await bench.connect(await bench.made());
    await bench.subject.read(connection, 0, 512);
    await assert.rejects(bench.subject.read(bench.subject.asStranger(connection), 0, 512));
  });
}
