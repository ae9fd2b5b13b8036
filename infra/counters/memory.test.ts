import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { memoryCounters } from './memory.ts';

const opened = (mostKeys?: number) => {
  const time = { now: 1_000_000 };
  return { time, counters: memoryCounters({ clock: { now: () => time.now }, ...(mostKeys && { mostKeys }) }) };
};

test('after a pause a burst passes, then one at each interval, and a refused one costs nothing', () => {
  const { time, counters } = opened();
  const rate = { perSecond: 2, burst: 3 };
  const take = () => counters.take('a', rate);
  assert.deepEqual([take(), take(), take(), take(), take()], [0, 0, 0, 500, 500]);
  time.now += 499;
  assert.equal(take(), 1);
  time.now += 1;
  assert.deepEqual([take(), take()], [0, 500]);
  assert.equal(counters.take('b', rate), 0);
  time.now += 60_000;
  assert.deepEqual([take(), take(), take(), take()], [0, 0, 0, 500]);
});

test('no more than the burst and the rate pass, whenever they come', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(400), { maxLength: 300 }),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 10 }),
      (pauses, perSecond, burst) => {
        const { time, counters } = opened();
        const passed: number[] = [];
        for (const pause of pauses) {
          time.now += pause;
          if (counters.take('a', { perSecond, burst }) === 0) passed.push(time.now);
        }
        for (const [index, at] of passed.entries()) {
          const most = burst + ((at - (passed[0] ?? at)) / 1000) * perSecond;
          assert.ok(index + 1 <= most + 1e-6, `${index + 1} of ${most}`);
        }
      },
    ),
  );
});

test('as many keys are remembered as were said, and those that are used are kept by their number only', () => {
  const { counters } = opened(10);
  const rate = { perSecond: 1, burst: 1 };
  for (let n = 0; n < 11; n += 1) assert.equal(counters.take(`k${n}`, rate), 0);
  assert.equal(counters.take('k0', rate), 0);
  assert.equal(counters.take('k10', rate), 1000);
});

test('who goes on asking is not forgotten by a flood of others', () => {
  const { counters } = opened(10);
  const rate = { perSecond: 1, burst: 1 };
  assert.equal(counters.take('a', rate), 0);
  for (let n = 0; n < 100; n += 1) {
    counters.take(`flood ${n}`, rate);
    if (n % 4 === 0) assert.equal(counters.take('a', rate), 1000, `${n}`);
  }
});

test('so many are under way at once and no more', () => {
  const { counters } = opened();
  assert.deepEqual(
    [counters.enter('a', 2, 'everywhere'), counters.enter('a', 2, 'everywhere'), counters.enter('a', 2, 'everywhere')],
    [true, true, false],
  );
  assert.equal(counters.enter('b', 1, 'everywhere'), true);
  counters.leave('a');
  assert.deepEqual([counters.enter('a', 2, 'everywhere'), counters.enter('a', 2, 'everywhere')], [true, false]);
  for (let n = 0; n < 5; n += 1) counters.leave('a');
  assert.equal(counters.enter('a', 1, 'everywhere'), true);
});
