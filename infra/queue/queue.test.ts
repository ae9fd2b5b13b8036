import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { virtualClock } from '../clock/virtual.ts';
import { memoryQueue } from './memory.ts';
import { decodeMessage, encodeMessage } from './message.ts';
import { queueOf, serviceName } from './names.ts';
import type { Message } from './port.ts';
import { turns } from './turns.ts';

const message = (operation: string, project = 'p'): Message => ({ operation, attempt: 0, project });
const nobody = new AbortController().signal;
const options = { most: 1, visibilitySeconds: 60, signal: nobody };

test('every queue has a name that a queue service takes, and no two have the same', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (one, other) => {
      assert.match(serviceName(`volume:${one}`), /^[A-Za-z0-9_-]{1,80}$/);
      if (one !== other) assert.notEqual(serviceName(one), serviceName(other));
    }),
  );
});

test('the name of a queue at a service says which queue it is, or that it is a hash', () => {
  assert.equal(serviceName('volume:host.example@ssd_1/long'), 'volume_3ahost_2eexample_40ssd_5f1_2flong');
  assert.equal(queueOf(serviceName('volume:host.example@ssd_1/long')), 'volume:host.example@ssd_1/long');
  const long = `volume:${'h'.repeat(100)}@${'b'.repeat(60)}`;
  assert.equal(queueOf(serviceName(long)), null);
  assert.notEqual(serviceName(long), serviceName(`${long}/long`));
});

test('a message goes through its text unchanged, and one of a version that is not known is refused by that', () => {
  const whole = { ...message('o', 'p'), kind: 'volume.create' };
  assert.deepEqual(decodeMessage(encodeMessage(whole)), whole);
  assert.throws(() => decodeMessage(encodeMessage(whole).replace('"version":1', '"version":2')), /version 2/);
  assert.throws(() => decodeMessage('{"version":1}'), /without operation/);
});

test('a delay that no queue service takes is refused', async () => {
  const queue = memoryQueue({ clock: virtualClock() });
  await assert.rejects(queue.send('q', [message('a')], { delaySeconds: 901 }), RangeError);
});

test('what is sent at once is received in one batch, and once', async () => {
  const queue = memoryQueue({ clock: virtualClock() });
  await queue.send('q', [message('a'), message('b'), message('c'), message('a')]);
  const received = await queue.receive('q', { ...options, most: 10 });
  assert.deepEqual(received.map((one) => one.message.operation).sort(), ['a', 'b', 'c']);
});

test('a message that could not be worked on comes again, and goes to the dead letters after five times', async () => {
  const clock = virtualClock();
  const queue = memoryQueue({ clock });
  await queue.send('q', [message('a')]);
  for (let time = 1; time <= 5; time += 1) {
    const [delivery] = await queue.receive('q', options);
    assert.equal(delivery?.message.operation, 'a');
    await queue.release('q', delivery?.receipt ?? '', 60);
    clock.advance(60_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.deepEqual(queue.dead, [{ queue: 'q', message: message('a') }]);
});

test('who waits for a message gets nothing when its waiting ends', async () => {
  const ending = new AbortController();
  const waits = memoryQueue({ clock: virtualClock() }).receive('q', { ...options, signal: ending.signal });
  ending.abort(new Error('stop'));
  assert.deepEqual(await waits, []);
});

test('a project that has been quiet is served at once, whatever others have waiting; then all are served in turn', () => {
  const waiting = turns<string>();
  for (let n = 0; n < 1000; n += 1)
    for (const project of ['a', 'b', 'c']) waiting.add(project, `${project}${n}`, project);
  const first = Array.from({ length: 6 }, () => waiting.next());
  assert.deepEqual(first, ['a', 'b', 'c', 'a', 'b', 'c']);
  waiting.add('quiet', 'q1', 'quiet');
  waiting.add('quiet', 'q2', 'quiet');
  assert.deepEqual(
    Array.from({ length: 5 }, () => waiting.next()),
    ['quiet', 'a', 'b', 'c', 'quiet'],
  );
});

test('a project that sends one piece after another does not go before the others again and again', () => {
  const waiting = turns<string>();
  for (let n = 0; n < 100; n += 1) for (const project of ['a', 'b']) waiting.add(project, `${project}${n}`, project);
  const served: (string | undefined)[] = [];
  for (let n = 0; n < 60; n += 1) {
    waiting.add('greedy', `g${n}`, 'greedy');
    served.push(waiting.next());
  }
  assert.ok(served.filter((one) => one === 'greedy').length <= 30, served.join(' '));
});
