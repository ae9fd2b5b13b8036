import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { freshDatabase } from '../../test/harness/scoria.ts';
import { type CountingDatabase, countingDatabase } from '../database/counting.ts';
import { type Migratable, sql } from '../database/port.ts';
import { systemIds } from '../ids/system.ts';
import { silentLog } from '../log/lines.ts';
import type { Counters } from './port.ts';
import { sharedCounters } from './shared.ts';

let inner: Migratable;
let database: CountingDatabase;
before(async () => {
  inner = await freshDatabase();
  database = countingDatabase(inner);
});
afterEach(async () => {
  await inner.all(sql('test.empty', 'DELETE FROM rate_counters'));
  await inner.all(sql('test.empty', 'DELETE FROM under_way_counters'));
});
after(() => inner.close());

const rate = { perSecond: 10, burst: 20 };

/** So many processes on one database, under one clock. */
function processes(count: number, more: Partial<Parameters<typeof sharedCounters>[0]> = {}) {
  const time = { now: 1_000_000 };
  const clock = { now: () => time.now };
  const all = Array.from({ length: count }, () =>
    sharedCounters({ database, clock, ids: systemIds(), log: silentLog, ...more }),
  );
  return { time, all };
}

test('two processes together hold to one rate, but for a burst each and one second of settling', async () => {
  const { time, all } = processes(2);
  let passed = 0;
  const seconds = 60;
  for (let tick = 0; tick < seconds * 20; tick += 1) {
    time.now += 50;
    // Far more than may pass: forty a second and process.
    for (const one of all) for (let n = 0; n < 2; n += 1) if (one.take('p', rate) === 0) passed += 1;
    await Promise.all(all.map((one) => one.settled()));
  }
  const most = rate.perSecond * seconds + 2 * (rate.burst + rate.perSecond);
  assert.ok(passed <= most, `${passed} of at most ${most}`);
  // And no less than one process would let pass: what was too much is made up for, and nothing beyond.
  assert.ok(passed >= rate.perSecond * seconds - rate.burst, `${passed}`);
  // Without sharing it would have been twice the rate.
  assert.ok(passed < rate.perSecond * seconds * 1.2, `${passed}`);
});

test('a process learns within a second that another has used the rate up', async () => {
  const { time, all } = processes(2);
  const [one, two] = all;
  assert.ok(one !== undefined && two !== undefined);
  for (let n = 0; n < 20; n += 1) assert.equal(one.take('p', rate), 0);
  assert.ok(one.take('p', rate) > 0);
  time.now += 1000;
  one.take('p', rate);
  await one.settled();
  assert.equal(two.take('p', rate), 0); // it does not know yet
  await two.settled();
  assert.ok(two.take('p', rate) > 0, 'and now it does');
});

test('a thousand requests in a second cost one statement, and what is refused costs none', async () => {
  const { time, all } = processes(1);
  database.take();
  for (let n = 0; n < 1000; n += 1) {
    time.now += 1;
    all[0]?.take(`k${n % 7}`, { perSecond: 1000, burst: 1000 });
  }
  await all[0]?.settled();
  assert.deepEqual(database.take(), ['counters.settle']);
});

test('without the database each process holds to the rate for itself, and says so', async () => {
  const said: string[] = [];
  const log = { ...silentLog, warn: (event: string) => void said.push(event) };
  const broken = { all: () => Promise.reject(new Error('it is away')), close: async () => {} };
  const { time, all } = processes(1, { database: broken, log });
  const [one] = all;
  assert.ok(one !== undefined);
  let passed = 0;
  for (let n = 0; n < 400; n += 1) {
    time.now += 10;
    if (one.take('p', rate) === 0) passed += 1;
    await one.settled();
  }
  assert.ok(passed >= 59 && passed <= 61, `${passed}`);
  assert.ok(said.length > 0 && said.every((event) => event === 'counters-not-settled'));
});

test('who goes on asking is not forgotten by a flood of others, nor what it was let pass before that was told', async () => {
  const { all } = processes(1, { mostKeys: 10 });
  const [one] = all;
  assert.ok(one !== undefined);
  for (let n = 0; n < rate.burst; n += 1) assert.equal(one.take('a', rate), 0);
  for (let n = 0; n < 100; n += 1) {
    one.take(`flood ${n}`, rate);
    if (n % 50 === 49) assert.ok(one.take('a', rate) > 0, `${n}`);
  }
});

test('what is over is deleted', async () => {
  const { time, all } = processes(1);
  for (let n = 0; n < 130; n += 1) {
    time.now += 1000;
    all[0]?.take(`k${n}`, rate);
    await all[0]?.settled();
  }
  const [row] = await inner.all<{ count: number }>(
    sql('test.count', 'SELECT count(*)::int AS count FROM rate_counters'),
  );
  assert.ok((row?.count ?? 999) < 70, `${row?.count}`);
});

/** Two processes; `settle()` lets a second pass in which each has a request of another key. */
function two() {
  const { time, all } = processes(2);
  const [one, other] = all;
  assert.ok(one !== undefined && other !== undefined);
  const settle = async () => {
    time.now += 1000;
    for (const each of [one, other, one, other]) {
      each.take('else', { perSecond: 1000, burst: 1000 });
      await each.settled();
      time.now += 1000;
    }
  };
  return { time, one, other, settle };
}

const entered = (counters: Counters, key: string, most: number) => {
  let count = 0;
  while (count < 1000 && counters.enter(key, most, 'everywhere')) count += 1;
  return count;
};

test('what is under way in one process takes the place of work in another, and gives it back when it ends', async () => {
  const { one, other, settle } = two();
  for (let n = 0; n < 6; n += 1) assert.ok(one.enter('p', 8, 'everywhere'));
  await settle();
  assert.equal(entered(other, 'p', 8), 2);
  assert.equal(other.enter('q', 8, 'everywhere'), true, 'another key is free');
  await settle();
  assert.equal(one.enter('p', 8, 'everywhere'), false);
  // It ends in the first process, which has no request more: that is told at once, without a timer.
  for (let n = 0; n < 6; n += 1) one.leave('p');
  await one.settled();
  await one.settled();
  await settle();
  assert.equal(entered(other, 'p', 8), 6);
});

test('what ends while it is being told is told right after, without a request more', async () => {
  const { time, one, other } = two();
  for (let n = 0; n < 6; n += 1) assert.ok(one.enter('p', 8, 'everywhere'));
  time.now += 1000;
  assert.ok(one.enter('p', 8, 'everywhere')); // begins to tell of seven
  for (let n = 0; n < 7; n += 1) one.leave('p');
  await one.settled();
  await one.settled();
  time.now += 1000;
  other.enter('q', 1, 'everywhere');
  await other.settled();
  assert.equal(entered(other, 'p', 8), 8);
});

test('a process that has crashed takes nobody’s place for longer than a minute', async () => {
  const { time, one, other, settle } = two();
  assert.equal(entered(one, 'p', 4), 4);
  await settle();
  assert.equal(other.enter('p', 4, 'everywhere'), false);
  // The first is gone: it leaves nothing and tells nothing. The other one asks again, as it is asked.
  time.now += 61_000;
  other.enter('p', 4, 'everywhere');
  await other.settled();
  assert.ok(entered(other, 'p', 4) >= 3);
});

test('little work under way costs no statement, and much of it one a second', async () => {
  const { time, one } = two();
  database.take();
  for (let n = 0; n < 1000; n += 1) {
    time.now += 10;
    assert.ok(one.enter('p', 256, 'everywhere'));
    one.leave('p');
    await one.settled();
  }
  assert.deepEqual(database.take(), []);
  for (let n = 0; n < 100; n += 1) assert.ok(one.enter('p', 256, 'everywhere'));
  for (let n = 0; n < 30; n += 1) {
    time.now += 100;
    assert.ok(one.enter('p', 256, 'everywhere'));
    one.leave('p');
    await one.settled();
  }
  const told = database.take();
  assert.ok(told.length >= 3 && told.length <= 4, `${told}`);
  assert.ok(told.every((name) => name === 'counters.settle'));
});

test('what one process can serve is its own: others do not count', async () => {
  const { one, other, settle } = two();
  for (let n = 0; n < 4; n += 1) assert.ok(one.enter('all', 4, 'here'));
  await settle();
  assert.equal(one.enter('all', 4, 'here'), false);
  assert.equal(other.enter('all', 4, 'here'), true);
});
