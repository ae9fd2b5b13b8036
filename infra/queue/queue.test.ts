import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { putOperations } from '../../test/harness/queued.ts';
import { freshDatabase } from '../../test/harness/scoria.ts';
import { systemClock } from '../clock/system.ts';
import { virtualClock } from '../clock/virtual.ts';
import { localSignals } from '../signals/local.ts';
import { memoryQueue } from './memory.ts';
import { decodeMessage, encodeMessage, UnknownVersionError } from './message.ts';
import { deadLettersName, longestPrefix, queueOf, serviceName } from './names.ts';
import type { Message } from './port.ts';
import { postgresQueue } from './postgres.ts';
import { queueContract } from './queue.contract.ts';
import { turns } from './turns.ts';

queueContract(
  'memory',
  async () => {
    const queue = memoryQueue({ clock: systemClock() });
    const put = async (name: string, project: string, count: number) => {
      const messages = Array.from({ length: count }, () => message(randomUUID(), project));
      await queue.send(name, messages);
      return messages.map((one) => one.operation);
    };
    return { queue, put, close: queue.close };
  },
  { comesAgain: false, carries: true },
);

queueContract(
  'rows',
  async () => {
    const database = await freshDatabase();
    const signals = localSignals();
    const queue = postgresQueue({ database, clock: systemClock(), signals });
    return {
      queue,
      put: async (name, project, count) =>
        (await putOperations(database, name, project, count)).map((one) => one.operation),
      async close() {
        await queue.close();
        await database.close();
      },
    };
  },
  { comesAgain: false, carries: false },
);

const message = (operation: string, project = 'p'): Message => ({ operation, attempt: 0, project });
const nobody = new AbortController().signal;
const options = { most: 1, visibilitySeconds: 60, signal: nobody };

test('every queue has a name that a queue service takes, and no two have the same', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (one, other) => {
      const prefix = 'p'.repeat(longestPrefix);
      assert.match(deadLettersName(serviceName(`volume:${one}`, prefix)), /^[A-Za-z0-9_-]{1,80}$/);
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
  const named = serviceName('volume:h@b', 'prod-');
  assert.equal(named, 'prod-volume_3ah_40b');
  assert.equal(queueOf(named, 'prod-'), 'volume:h@b');
  for (const other of [named, deadLettersName(named), serviceName(long, 'prod-')])
    assert.equal(queueOf(other, 'test-'), null);
  assert.equal(queueOf(deadLettersName(named), 'prod-'), null);
});

test('a message of the process before is understood, and so is one in which a newer one has put more', () => {
  const old = { version: 1, operation: 'o', attempt: 3, project: 'p' };
  assert.deepEqual(decodeMessage(JSON.stringify(old)), { operation: 'o', attempt: 3, project: 'p' });
  const newer = decodeMessage(JSON.stringify({ ...old, kind: 'volume.create', since: 'tomorrow' }));
  assert.equal(newer.kind, 'volume.create');
});

test('a message goes through its text unchanged, and one of a version that is not known is refused by that', () => {
  const whole = { ...message('o', 'p'), kind: 'volume.create' };
  assert.deepEqual(decodeMessage(encodeMessage(whole)), whole);
  const newer = encodeMessage(whole).replace('"version":1', '"version":2');
  assert.throws(() => decodeMessage(newer), UnknownVersionError);
  assert.throws(() => decodeMessage('{"version":1}'), /without operation/);
  for (const text of ['', 'null', '[]', '1', '{}', '{"version":"1"}', 'not JSON'])
    assert.throws(() => decodeMessage(text));
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
    await clock.advance(60_000);
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

test('a consumer that is stopped while it looks at the rows stops at once, and not when it is time to look again', async () => {
  const stopping = new AbortController();
  const database = {
    async all<Row>(): Promise<Row[]> {
      stopping.abort(new Error('stopping'));
      return [];
    },
    async close() {},
  };
  const clock = virtualClock();
  const queue = postgresQueue({ database, clock, signals: localSignals() });
  assert.deepEqual(await queue.receive('scheduler', { most: 1, visibilitySeconds: 1, signal: stopping.signal }), []);
  assert.equal(clock.sleepers, 0);
  await queue.close();
});
