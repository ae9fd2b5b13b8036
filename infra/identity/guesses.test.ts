import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countedGuesses, type GuessOptions } from './guesses.ts';
import type { Guesses, Try } from './port.ts';

const from = (address: string | null, account = 'ann'): Try => ({ account, address });
const [stranger, home] = [from('192.0.2.66'), from('198.51.100.1')];

function counting(options: GuessOptions = {}) {
  const time = { now: 1_000_000 };
  return { time, guesses: countedGuesses({ now: () => time.now }, options) };
}

/** As fast as it is allowed to; returns how many it was. */
async function guess(guesses: Guesses, time: { now: number }, one: Try, seconds: number): Promise<number> {
  const end = time.now + seconds * 1000;
  for (let tries = 0; ; tries += 1) {
    time.now += guesses.wait(one) * 1000;
    if (time.now >= end) return tries;
    await guesses.wrong(one);
  }
}

test('an address that guesses waits twice as long after each wrong one, and the same account from elsewhere does not wait', async () => {
  const { time, guesses } = counting();
  const waited: number[] = [];
  for (let n = 0; n < 16; n += 1) {
    await guesses.wrong(stranger);
    waited.push(guesses.wait(stranger));
    assert.equal(guesses.wait(home), 0);
    time.now += guesses.wait(stranger) * 1000;
  }
  assert.deepEqual(waited, [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
  assert.equal(await guesses.right(home), 0);
});

test('one address guesses 14 times in ten minutes and some 25 times an hour', async () => {
  const { time, guesses } = counting();
  assert.equal(await guess(guesses, time, stranger, 600), 14);
  const all = await guess(guesses, time, stranger, 3000);
  assert.ok(all <= 12, `${all}`);
});

test('while it waits the right password counts for nothing, and later it begins from none', async () => {
  const { time, guesses } = counting();
  for (let n = 0; n < 7; n += 1) await guesses.wrong(stranger);
  assert.equal(await guesses.right(stranger), 4);
  time.now += 4000;
  assert.equal(await guesses.right(stranger), 0);
  for (let n = 0; n < 4; n += 1) await guesses.wrong(stranger);
  assert.equal(guesses.wait(stranger), 0);
});

test('many addresses close an account to strangers, and not to whoever signed in before, nor to an operator', async () => {
  const { time, guesses } = counting({ operators: ['127.0.0.1'] });
  assert.equal(await guesses.right(home), 0);
  for (let n = 0; n < 100; n += 1) await guesses.wrong(from(`192.0.2.${n}`));
  assert.equal(guesses.wait(from('203.0.113.9')), 300);
  assert.equal(await guesses.right(from('203.0.113.9')), 300);
  assert.equal(guesses.wait(from(null)), 300);
  assert.deepEqual([guesses.wait(home), await guesses.right(home)], [0, 0]);
  assert.deepEqual([guesses.wait(from('127.0.0.1')), await guesses.right(from('127.0.0.1'))], [0, 0]);
  assert.equal(guesses.wait(from('203.0.113.9', 'ben')), 0, 'another account');
  time.now += 300_000;
  assert.equal(await guesses.right(from('203.0.113.9')), 0);
});

test('whoever is known to an account, or an operator, is slowed down all the same', async () => {
  const { guesses } = counting({ operators: ['127.0.0.1'] });
  assert.equal(await guesses.right(home), 0);
  for (const one of [home, from('127.0.0.1')]) {
    for (let n = 0; n < 5; n += 1) await guesses.wrong(one);
    assert.equal(guesses.wait(one), 1);
  }
});

test('wrong passwords that come slowly close nothing', async () => {
  const { time, guesses } = counting({
    account: { free: 3, withinSeconds: 60, waitSeconds: 300, longestSeconds: 300 },
  });
  for (let n = 0; n < 20; n += 1) {
    await guesses.wrong(from(`192.0.2.${n}`));
    assert.equal(guesses.wait(home), 0, `${n}`);
    time.now += 31_000;
  }
});

test('an account that waits is forgotten by no flood of made-up names while it is asked for', async () => {
  const { guesses } = counting({ maxAccounts: 10 });
  for (let n = 0; n < 14; n += 1) await guesses.wrong(stranger);
  for (let n = 0; n < 500; n += 1) {
    await guesses.wrong(from('192.0.2.66', `made up ${n}`));
    if (n % 5 === 0) assert.equal(guesses.wait(stranger), 300, `${n}`);
  }
});
