// What a host sees of a qsd back end, through the protocol, by qemu's own clients.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { connector } from '../../../test/drivers/bench.ts';
import { GIB, idSequence, MIB, pattern, sha256 } from '../../../test/drivers/pattern.ts';
import { testPorts } from '../../../test/drivers/ports.ts';
import { holdOpen, missingTools, readNbd, uriOf, wholeSha256, writeNbd } from '../../../test/drivers/qemu.ts';
import { directoryOfTest, endDaemon } from '../../../test/drivers/qsd-daemon.ts';
import type { Backend, ConnectionInfo, DriverCall, Snapshot, Volume } from '../../driver.ts';
import { qsdDriver } from './index.ts';

const missing = await missingTools('qemu-storage-daemon', 'qemu-io', 'qemu-img');
const call: DriverCall = { signal: new AbortController().signal };
const nextId = idSequence('c0f02a12');

// A test and not the suite is skipped: node:test counts skipped tests only.
if (missing.skip !== undefined) test('hosts of a qsd back end', missing);
else
  describe('hosts of a qsd back end', () => {
    let directory: string;
    let backend: Backend;
    before(async () => {
      directory = await directoryOfTest();
      backend = await qsdDriver.open({ directory }, testPorts);
    });
    after(async () => {
      await backend.close();
      await endDaemon(directory);
    });

    const volumeOf = (sizeGiB = 1, qos = {}): Volume => ({
      ...{ id: nextId(), sizeGiB, pool: 'pool', location: null, qos, extraSpecs: {} },
    });
    const made = async (volume = volumeOf()) => {
      await backend.create(volume, { kind: 'blank' }, call);
      return volume;
    };
    const attach = (volume: Volume, attachmentId = nextId()) =>
      backend.connect(volume, connector, { mode: 'rw', attachmentId }, call);
    const snapshotOf = async (volume: Volume): Promise<Snapshot> => {
      const snapshot = { id: nextId(), volume, location: null };
      await backend.snapshot?.create(snapshot, call);
      return snapshot;
    };
    const firstOf = (connection: ConnectionInfo) => readNbd(connection, 0, MIB).then((bytes) => sha256(bytes));
    const layers = async () => (await readdir(directory)).filter((name) => name.startsWith('layer-')).length;

    test('what was flushed is there after kill -9 of the daemon, under the same connection, without being asked', async () => {
      const volume = await made();
      const connection = await attach(volume);
      await writeNbd(connection, 5 * MIB, pattern(1, MIB));
      const whole = await wholeSha256(connection);
      const pid = Number(await readFile(join(directory, 'daemon.pid'), 'utf8'));
      testPorts.processes?.kill(pid, 'SIGKILL');
      while (testPorts.processes?.isRunning(pid)) await testPorts.sleep(1);
      await backend.stats(call);
      assert.equal(await wholeSha256(connection), whole);
      assert.equal(sha256(await readNbd(connection, 5 * MIB, MIB)), sha256(pattern(1, MIB)));
      assert.notEqual(Number(await readFile(join(directory, 'daemon.pid'), 'utf8')), pid);
    });

    test('a worker that is started again leaves the connections of hosts as they are', async () => {
      const volume = await made();
      const connection = await attach(volume);
      const held = await holdOpen(uriOf(connection));
      await held.write(0, 0x41, MIB);
      await backend.close();
      await held.write(MIB, 0x42, MIB);
      backend = await qsdDriver.open({ directory }, testPorts);
      await held.write(2 * MIB, 0x43, MIB);
      await held.close();
      const bytes = await readNbd(connection, 0, 3 * MIB);
      for (const [at, byte] of [0x41, 0x42, 0x43].entries()) {
        assert.ok(bytes.subarray(at * MIB, (at + 1) * MIB).every((one) => one === byte));
      }
    });

    test('detaching ends I/O of that attachment, and of no other', async () => {
      const volume = await made();
      const [one, two] = [nextId(), nextId()];
      const held = await holdOpen(uriOf(await attach(volume, one)));
      const other = await holdOpen(uriOf(await attach(volume, two)));
      await held.write(0, 0x41, MIB);
      await backend.disconnect(volume, connector, { attachmentId: one }, call);
      await assert.rejects(held.write(0, 0x42, MIB));
      await held.close();
      await other.write(MIB, 0x43, MIB);
      const listed = (await backend.listOwned(null, call)).items.filter(({ volumeId }) => volumeId === volume.id);
      assert.deepEqual(listed, [{ kind: 'connection', id: two, sizeGiB: 0, volumeId: volume.id }]);
      await other.close();
      await backend.disconnect(volume, null, { attachmentId: null }, call);
      await assert.rejects(
        holdOpen(uriOf({ driver_volume_type: 'nbd', data: { uri: `nbd+unix:///x?socket=${directory}/nbd.sock` } })),
      );
    });

    test('exports do not leak into each other, and one for reading cannot be written', async () => {
      const [one, two] = [await made(), await made()];
      const [first, second] = [await attach(one), await attach(two)];
      await writeNbd(first, 0, pattern(2, MIB));
      assert.equal(await firstOf(second), sha256(new Uint8Array(MIB)));
      const reading = await backend.connect(one, connector, { mode: 'ro', attachmentId: nextId() }, call);
      assert.equal(await firstOf(reading), sha256(pattern(2, MIB)));
      await assert.rejects(writeNbd(reading, 0, pattern(3, MIB)));
    });

    test('a snapshot under a host that writes: nothing is interrupted, clones have its moment, a revert brings it back', async () => {
      const volume = await made();
      const connection = await attach(volume);
      const held = await holdOpen(uriOf(connection));
      await held.write(0, 0x11, MIB);
      const snapshot = await snapshotOf(volume);
      await held.write(0, 0x22, MIB);
      const clone = volumeOf(2);
      await backend.create(clone, { kind: 'snapshot', snapshot }, call);
      const live = volumeOf();
      await backend.create(live, { kind: 'volume', volume }, call);
      await held.write(0, 0x33, MIB);
      await held.close();
      const filled = (byte: number) => sha256(new Uint8Array(MIB).fill(byte));
      assert.equal(await firstOf(connection), filled(0x33));
      assert.equal(await firstOf(await attach(clone)), filled(0x11));
      assert.equal(await firstOf(await attach(live)), filled(0x22));
      await backend.revert?.(volume, snapshot, call);
      assert.equal(await firstOf(connection), filled(0x11), 'the same connection goes on');
    });

    test("removing a snapshot gives its layer back, under a host and between snapshots, and nobody's bytes change", async () => {
      const volume = await made();
      const connection = await attach(volume);
      const taken: Snapshot[] = [];
      for (let time = 0; time < 3; time += 1) {
        await writeNbd(connection, time * MIB, pattern(10 + time, MIB));
        taken.push(await snapshotOf(volume));
      }
      await writeNbd(connection, 0, pattern(20, MIB));
      const whole = await wholeSha256(connection);
      const before = await layers();
      for (const [at, snapshot] of [1, 0, 2].map((one) => [one, taken[one]] as const)) {
        await backend.snapshot?.remove(snapshot as Snapshot, call);
        if (at === 0) {
          const copy = volumeOf();
          await backend.create(copy, { kind: 'snapshot', snapshot: taken[2] as Snapshot }, call);
          const there = await attach(copy);
          for (const [index, seed] of [10, 11, 12].entries()) {
            assert.equal(sha256(await readNbd(there, index * MIB, MIB)), sha256(pattern(seed, MIB)));
          }
          await backend.remove(copy, call);
        }
      }
      assert.equal(await layers(), before - 3);
      assert.equal(await wholeSha256(connection), whole);
    });

    test('growing under a host keeps its bytes, and the host that connects again sees the new size', async () => {
      const volume = await made();
      const connection = await attach(volume);
      await writeNbd(connection, GIB - MIB, pattern(30, MIB));
      await backend.extend?.(volume, 2, call);
      assert.equal(sha256(await readNbd(connection, GIB - MIB, MIB)), sha256(pattern(30, MIB)));
      assert.equal(sha256(await readNbd(connection, 2 * GIB - MIB, MIB)), sha256(new Uint8Array(MIB)));
    });

    test('with flatten a copy stands on nothing, and removing everything leaves no file', async () => {
      const own = await directoryOfTest();
      const flat = await qsdDriver.open({ directory: own, flatten: 'true' }, testPorts);
      const volume = volumeOf();
      await flat.create(volume, { kind: 'blank' }, call);
      const connection = await flat.connect(volume, connector, { mode: 'rw', attachmentId: nextId() }, call);
      await writeNbd(connection, 0, pattern(40, MIB));
      const copy = volumeOf();
      await flat.create(copy, { kind: 'volume', volume }, call);
      await flat.disconnect(volume, null, { attachmentId: null }, call);
      await flat.remove(volume, call);
      assert.equal((await readdir(own)).filter((name) => name.startsWith('layer-')).length, 1);
      assert.equal(
        await firstOf(await flat.connect(copy, connector, { mode: 'rw', attachmentId: nextId() }, call)),
        sha256(pattern(40, MIB)),
      );
      await flat.remove(copy, call);
      assert.deepEqual(
        (await readdir(own)).filter((name) => /\.(qcow2|json|tmp)$/.test(name)),
        [],
      );
      await flat.close();
      await endDaemon(own);
    });
  });
