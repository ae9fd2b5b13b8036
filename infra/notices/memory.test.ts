import assert from 'node:assert/strict';
import { test } from 'node:test';
import { virtualClock } from '../clock/virtual.ts';
import { memoryNotices } from './memory.ts';

const ended = (operation: string, milliseconds = 10) => ({
  operation,
  resource: 'v',
  kind: 'volume.create',
  milliseconds,
});

test('everybody who waits for an operation hears that it has ended, and nobody else does', async () => {
  const clock = virtualClock();
  const notices = memoryNotices({ clock });
  const mine = [notices.wait('a', 1000), notices.wait('a', 1000)];
  const other = notices.wait('b', 1000);
  notices.done(ended('a'));
  assert.deepEqual(await Promise.all(mine), [true, true]);
  assert.equal(clock.sleepers, 1);
  await clock.advance(1000);
  assert.equal(await other, false);
  assert.equal(clock.sleepers, 0);
});

test('what ended a moment before the wait is heard at once', async () => {
  const notices = memoryNotices({ clock: virtualClock() });
  notices.done(ended('a'));
  assert.equal(await notices.wait('a', 1000), true);
});

test('who has waited long enough is told that nothing was heard', async () => {
  const clock = virtualClock();
  const waits = memoryNotices({ clock }).wait('a', 1000);
  await clock.advance(999);
  assert.equal(clock.sleepers, 1);
  await clock.advance(1);
  assert.equal(await waits, false);
});

test('every end is told to those who hear, with what it is about, until they stop', () => {
  const notices = memoryNotices({ clock: virtualClock() });
  const heard: string[] = [];
  const stop = notices.hear(({ operation, resource }) => heard.push(`${operation} of ${resource}`));
  notices.done(ended('a'));
  stop();
  notices.done(ended('b'));
  assert.deepEqual(heard, ['a of v']);
});

test('what operations of a kind take is a moving figure, which one that took long does not turn over', () => {
  const notices = memoryNotices({ clock: virtualClock() });
  assert.equal(notices.usual('volume.create'), null);
  for (const milliseconds of [100, 100, 1100]) notices.done(ended('a', milliseconds));
  assert.equal(notices.usual('volume.create'), 200);
});
