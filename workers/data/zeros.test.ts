import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Data, DataRange } from '../driver.ts';
import { isZeros } from '../driver-kit/zeros.ts';
import { fill } from '../images/fill.ts';
import { copyData } from './copy.ts';
import { clearing } from './zeros.ts';

const mib = 2 ** 20;
const gib = 2 ** 30;
const { signal } = new AbortController();

/** A volume of 100 GiB that writes down what is done to it. */
function recording(ranges: readonly DataRange[]) {
  const done: (readonly [what: 'read' | 'write' | 'discard', offset: number, length: number])[] = [];
  const data: Data = {
    sizeBytes: 100 * gib,
    async read(offset, length) {
      done.push(['read', offset, length]);
      return new Uint8Array(length).fill(1);
    },
    async write(offset, bytes) {
      done.push(['write', offset, bytes.length]);
    },
    async discard(offset, length) {
      done.push(['discard', offset, length]);
    },
    allocated: async () => ranges,
    flush: async () => {},
    close: async () => {},
  };
  return { data, done };
}

async function* image(...pieces: readonly (readonly [offset: number, length: number])[]) {
  for (const [offset, length] of pieces) yield { offset, bytes: new Uint8Array(length).fill(2) };
}

test('an image over a large volume writes the image and discards the old data, and reads nothing', async () => {
  const { data, done } = recording([
    { offset: 0, length: 3 * mib },
    { offset: 50 * gib, length: mib },
  ]);
  await fill(data, image([0, mib], [2 * mib, 512]), signal);
  assert.deepEqual(done, [
    ['write', 0, mib],
    ['discard', mib, mib],
    ['write', 2 * mib, 512],
    ['discard', 2 * mib + 512, mib - 512],
    ['discard', 50 * gib, mib],
  ]);
});

test('only what is allocated is cleared, and each range once, however the clearing is cut', async () => {
  const { data, done } = recording([
    { offset: 10, length: 10 },
    { offset: 30, length: 10 },
    { offset: 60, length: 5 },
  ]);
  const clear = await clearing(data, signal);
  for (const [from, to] of [
    [0, 5],
    [5, 15],
    [15, 35],
    [35, 40],
    [40, 40],
    [62, 100],
  ] as const)
    await clear(from, to);
  assert.deepEqual(done, [
    ['discard', 10, 5],
    ['discard', 15, 5],
    ['discard', 30, 5],
    ['discard', 35, 5],
    ['discard', 62, 3],
  ]);
});

test('a copy reads and writes what is allocated and nothing else, and stops when it is told to', async () => {
  const [from, to] = [recording([{ offset: 7 * gib, length: 5 * mib }]), recording([])];
  await copyData(from.data, to.data, signal);
  assert.deepEqual(to.done, [
    ['write', 7 * gib, 4 * mib],
    ['write', 7 * gib + 4 * mib, mib],
  ]);
  await assert.rejects(copyData(from.data, to.data, AbortSignal.abort(new Error('enough'))), /enough/);
});

test('zeros are told from bytes at any offset and length', () => {
  for (let length = 0; length < 20; length += 1) {
    for (let start = 0; start < 8; start += 1) {
      const bytes = new Uint8Array(32)
        .fill(9)
        .subarray(start, start + length)
        .fill(0);
      assert.ok(isZeros(bytes));
      if (length === 0) continue;
      bytes[length - 1] = 1;
      assert.ok(!isZeros(bytes));
    }
  }
});
