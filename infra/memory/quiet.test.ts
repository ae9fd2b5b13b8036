import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decider, giveBack } from './quiet.ts';

const MiB = 2 ** 20;

test('memory is given back when it is quiet and there is much of it, and not again for the same', () => {
  const { isTime, collected } = decider();
  const quiet = (mebibytes: number) => isTime({ busyPart: 0.01, residentBytes: mebibytes * MiB });
  assert.equal(quiet(200), true, 'a start leaves much behind');
  collected(200 * MiB);
  assert.equal(quiet(215), false);
  assert.equal(quiet(350), true);
  assert.equal(isTime({ busyPart: 0.3, residentBytes: 350 * MiB }), false, 'requests come first');
  // What cannot be given back is not asked for again and again.
  collected(350 * MiB);
  assert.equal(quiet(350), false);
  assert.equal(quiet(384), false);
  assert.equal(quiet(386), true);
});

test('what a load has left in the heap is given back', async () => {
  let objects: object[] = [];
  for (let round = 0; round < 20; round += 1) {
    objects = Array.from({ length: 100_000 }, (_, n) => ({ n, text: `${round}-${n}` }));
  }
  const { heapTotal } = process.memoryUsage();
  assert.equal(objects.length, 100_000);
  objects = [];
  await giveBack();
  const after = process.memoryUsage().heapTotal;
  assert.ok(after < heapTotal - 8 * MiB, `${heapTotal} then, ${after} now`);
});
