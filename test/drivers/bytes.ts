// The bytes in the worker's hands, which backups and restores go through.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Data, DataTarget } from '../../workers/driver.ts';
import { assertFails, type Bench } from './bench.ts';
import { lacks } from './data.ts';
import { GIB, MIB, pattern, sha256 } from './pattern.ts';

export function bytesTests(get: () => Bench): void {
  test('what the worker reads is what a host wrote, and the other way round', async (t) => {
    const bench = get();
    if (lacks(t, bench, 'openData')) return;
    const volume = await bench.made();
    const written = await bench.fill(volume, 60);
    const target: DataTarget = { kind: 'volume', volume };
    const data = await opened(bench, target, 'rw');
    assert.equal(data.sizeBytes, GIB);
    assert.equal(sha256(await data.read(0, MIB)), sha256(pattern(600, MIB)));
    await data.write(5 * MIB + 3, pattern(61, MIB));
    await data.flush();
    await data.close();
    assert.equal(await bench.digest(volume), written);
    assert.equal(sha256(await bench.read(volume, 5 * MIB + 3, MIB)), sha256(pattern(61, MIB)));
  });

  test('outside the ranges that it calls allocated a volume is zeros, and they are in order and within it', async (t) => {
    const bench = get();
    if (lacks(t, bench, 'openData')) return;
    const volume = await bench.made();
    await bench.fill(volume, 62);
    const data = await opened(bench, { kind: 'volume', volume }, 'r');
    const ranges = await data.allocated();
    let end = 0;
    for (const { offset, length } of ranges) {
      assert.ok(offset >= end && length > 0, 'ranges come in order and do not meet');
      end = offset + length;
    }
    assert.ok(end <= data.sizeBytes);
    for (const offset of [0, 512 * MIB - 64 * 1024, 1023 * MIB + 512 * 1024]) {
      assert.ok(
        ranges.some((one) => one.offset <= offset && offset < one.offset + one.length),
        `${offset} is written`,
      );
    }
    await data.close();
  });

  test('what was discarded is zeros, its neighbours stay, and a snapshot keeps what was there', async (t) => {
    const bench = get();
    if (lacks(t, bench, 'openData', 'snapshot')) return;
    const volume = await bench.made();
    const target: DataTarget = { kind: 'volume', volume };
    const writing = await opened(bench, target, 'rw');
    await writing.write(MIB, pattern(70, 3 * MIB));
    await writing.flush();
    const snapshot = await bench.taken(volume);
    // Neither end lies on a block of any back end; twice, as after a lost answer.
    for (let time = 0; time < 2; time += 1) await writing.discard(2 * MIB - 5, MIB + 11);
    await writing.discard(100 * MIB, 200 * MIB);
    await writing.discard(GIB, 0);
    await writing.flush();
    const expected = pattern(70, 3 * MIB);
    expected.fill(0, MIB - 5, 2 * MIB + 6);
    assert.equal(sha256(await writing.read(MIB, 3 * MIB)), sha256(expected));
    assert.equal(sha256(await bench.read(volume, MIB, 3 * MIB)), sha256(expected), 'as a host reads it');
    await assertFails(writing.discard(GIB - 1, 2), 'fatal');
    await writing.close();
    const reading = await opened(bench, { kind: 'snapshot', snapshot }, 'r');
    assert.equal(sha256(await reading.read(MIB, 3 * MIB)), sha256(pattern(70, 3 * MIB)));
    await assertFails(reading.discard(0, MIB), 'fatal');
    await reading.close();
  });

  test('a snapshot is read as it was taken', async (t) => {
    const bench = get();
    if (lacks(t, bench, 'openData', 'snapshot')) return;
    const volume = await bench.made();
    await bench.fill(volume, 63);
    const snapshot = await bench.taken(volume);
    await bench.fill(volume, 64);
    const data = await opened(bench, { kind: 'snapshot', snapshot }, 'r');
    assert.equal(sha256(await data.read(0, MIB)), sha256(pattern(630, MIB)));
    await data.close();
  });

  test('what was opened for reading cannot be written, and nothing beyond the end can be touched', async (t) => {
    const bench = get();
    if (lacks(t, bench, 'openData')) return;
    const volume = await bench.made();
    const written = await bench.fill(volume, 65);
    const reading = await opened(bench, { kind: 'volume', volume }, 'r');
    await assertFails(reading.write(0, new Uint8Array(MIB)), 'fatal');
    await assertFails(reading.read(GIB - 1, 2), 'fatal');
    await assertFails(reading.read(-1, 1), 'fatal');
    await reading.close();
    const writing = await opened(bench, { kind: 'volume', volume }, 'rw');
    await assertFails(writing.write(GIB - 1, new Uint8Array(2)), 'fatal');
    await writing.close();
    assert.equal(await bench.digest(volume), written);
  });

  test('opening what is not there says gone; an aborted call rejects', async (t) => {
    const bench = get();
    if (lacks(t, bench, 'openData')) return;
    await assertFails(opened(bench, { kind: 'volume', volume: bench.volume() }, 'r'), 'gone');
    const volume = await bench.made();
    await assertFails(opened(bench, { kind: 'snapshot', snapshot: bench.snapshotOf(volume) }, 'r'), 'gone');
    const over = new AbortController();
    const data = await opened(bench, { kind: 'volume', volume }, 'r', over.signal);
    over.abort(new Error('over'));
    await assertFails(data.read(0, MIB), 'transient');
    await data.close();
  });
}

async function opened(bench: Bench, target: DataTarget, mode: 'r' | 'rw', signal = bench.call().signal): Promise<Data> {
  assert.ok(bench.backend.openData);
  return bench.backend.openData(target, mode, { signal });
}
