import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTimeout, withTimeout } from './port.ts';
import { virtualClock } from './virtual.ts';

test('whoever is woken is done before the next one is, and sees its own time', async () => {
  const clock = virtualClock(0);
  const seen: string[] = [];
  const worker = async (name: string, first: number) => {
    await clock.sleep(first);
    seen.push(`${name} ${clock.now()}`);
    await new Promise((resolve) => setImmediate(resolve));
    await clock.sleep(20);
    seen.push(`${name} ${clock.now()}`);
  };
  const all = [worker('a', 10), worker('b', 25)];
  await clock.advance(100);
  assert.deepEqual(seen, ['a 10', 'b 25', 'a 30', 'b 45']);
  assert.equal(clock.now(), 100);
  assert.equal(clock.sleepers, 0);
  await Promise.all(all);
});

test('what is under way outside comes to rest before time goes on', async () => {
  const clock = virtualClock(0);
  let statements = 0;
  clock.watch('statements', () => statements);
  let answeredAt = -1;
  const ask = async () => {
    await clock.sleep(10);
    statements += 1;
    await new Promise((resolve) => setTimeout(resolve, 30));
    statements -= 1;
    answeredAt = clock.now();
  };
  const asked = ask();
  await clock.advance(1_000);
  assert.equal(answeredAt, 10);
  await asked;
});

test('work that takes too long by the clock is told to stop, and its timer ends with it', async () => {
  const clock = virtualClock(0);
  const hangs = withTimeout(
    clock,
    500,
    (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  );
  const failed = assert.rejects(hangs, isTimeout);
  await clock.advance(499);
  assert.equal(clock.sleepers, 1);
  await clock.advance(1);
  await failed;
  assert.equal(await withTimeout(clock, 500, async () => 'done'), 'done');
  assert.equal(clock.sleepers, 0);
});
