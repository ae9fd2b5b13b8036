import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countedGuesses } from './guesses.ts';

test('an account that was closed stays closed while so many others are guessed at', async () => {
  const time = { now: 1_000_000 };
  const guesses = countedGuesses({ now: () => time.now }, { most: 3, maxAccounts: 50 });
  for (let n = 0; n < 3; n += 1) await guesses.wrong('a');
  for (let n = 0; n < 49; n += 1) {
    assert.equal(guesses.isClosed(`other ${n}`), false);
    await guesses.wrong(`other ${n}`);
  }
  assert.equal(guesses.isClosed('a'), true);
  assert.equal(await guesses.right('a'), false, 'to the right password too');
  time.now += 300_000;
  assert.equal(guesses.isClosed('a'), false);
  assert.equal(await guesses.right('a'), true);
});

test('an account that is asked for again and again is forgotten by no flood of made-up names', async () => {
  const guesses = countedGuesses({ now: () => 1_000_000 }, { most: 3, maxAccounts: 10 });
  for (let n = 0; n < 3; n += 1) await guesses.wrong('a');
  for (let n = 0; n < 500; n += 1) {
    await guesses.wrong(`made up ${n}`);
    if (n % 5 === 0) assert.equal(guesses.isClosed('a'), true, `${n}`);
  }
});

test('wrong passwords that come slowly close nothing', async () => {
  const time = { now: 1_000_000 };
  const guesses = countedGuesses({ now: () => time.now }, { most: 3, withinSeconds: 60 });
  for (let n = 0; n < 20; n += 1) {
    await guesses.wrong('a');
    assert.equal(guesses.isClosed('a'), false, `${n}`);
    time.now += 31_000;
  }
});
