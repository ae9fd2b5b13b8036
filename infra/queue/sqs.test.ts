// Queues of SQS against a server that speaks it, and against one that is busy, away or strange.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startSqs } from '../../test/emulators/sqs/server.ts';
import { putOperations } from '../../test/harness/queued.ts';
import { freshDatabase } from '../../test/harness/scoria.ts';
import { sqsCalls, sqsInTests } from '../../test/harness/sqs.ts';
import { systemClock } from '../clock/system.ts';
import { virtualClock } from '../clock/virtual.ts';
import { silentLog } from '../log/lines.ts';
import { encodeMessage } from './message.ts';
import type { Message } from './port.ts';
import { queueContract } from './queue.contract.ts';
import { sqsQueue } from './sqs.ts';
import { retrying, type SqsCall, SqsError } from './sqs-calls.ts';
import { sqsDeadLetters } from './sqs-dead-letters.ts';
import { sqsLines } from './sqs-lines.ts';
import { consumerPolicy, permissions } from './sqs-policy.ts';
import { sdkCalls } from './sqs-sdk.ts';
import { sqsSender } from './sqs-send.ts';

// As the SDK's chain finds them.
process.env.AWS_ACCESS_KEY_ID ??= 'test';
process.env.AWS_SECRET_ACCESS_KEY ??= 'test';

const clock = systemClock();
const names = { prefix: 'test-', creates: true };
const message = (operation: string): Message => ({ operation, attempt: 0, project: 'p' });
const now = (milliseconds = 500) => ({ most: 10, visibilitySeconds: 60, signal: AbortSignal.timeout(milliseconds) });

for (const way of ['the SDK', 'fetch'] as const) {
  queueContract(
    `SQS by ${way}`,
    async () => {
      const database = await freshDatabase();
      const server = await startSqs();
      const sdk = sdkCalls({ region: null, endpoint: server.address });
      const call = way === 'fetch' ? sqsCalls(server.address) : sdk;
      const queue = sqsQueue({ ...names, waitSeconds: 2 }, { call, clock, log: silentLog, database });
      return {
        queue,
        async put(name, project, count) {
          const messages = await putOperations(database, name, project, count);
          await queue.send(name, messages);
          return messages.map((one) => one.operation);
        },
        async close() {
          await queue.close();
          await sdk.close();
          await server.stop();
          await database.close();
        },
      };
    },
    { comesAgain: true, carries: true },
  );
}

/** Answers in the place of SQS for as long as `says` has something to say. */
const interfering =
  (call: SqsCall, says: (action: string, request: object) => unknown): SqsCall =>
  async (action, request, signal) => {
    const said = says(action, request);
    if (said instanceof Error) throw said;
    return said === undefined ? call(action, request, signal) : (said as never); // what SQS would say
  };

test('a server that is busy, broken or away for a moment is asked again, with waits that differ', async () => {
  const virtual = virtualClock();
  const waits: number[] = [];
  const clockOf = { ...virtual, sleep: async (milliseconds: number) => void waits.push(milliseconds) };
  const troubles = [
    new SqsError('x', 'ThrottlingException', 400),
    new SqsError('x', 'InternalFailure', 500),
    new SqsError('x', 'TimeoutError', null),
    new SqsError('x', 'RequestThrottled', 403),
  ];
  const left = [...troubles];
  const answers: SqsCall = async () => ({}) as never;
  await retrying(
    interfering(answers, () => left.shift()),
    clockOf,
  )('ListQueues', {});
  assert.equal(waits.length, 4);
  for (const [at, wait] of waits.entries()) assert.ok(wait >= 0 && wait <= 200 * 2 ** at, `${wait}`);
  assert.equal(new Set(waits).size, 4);
  const busy = interfering(answers, () => new SqsError('x', 'ThrottlingException', 400));
  await assert.rejects(retrying(busy, clockOf)('ListQueues', {}), /ThrottlingException/);
  assert.equal(waits.length, 8);
  const refused = interfering(answers, () => new SqsError('x', 'AccessDenied', 403));
  await assert.rejects(retrying(refused, clockOf)('ListQueues', {}), /AccessDenied \(403\)/);
  assert.equal(waits.length, 8);
});

test('of a batch what SQS did not take is sent again, and what it refuses is an error', async () => {
  const { call, queue } = sqsInTests();
  try {
    let isBusy = true;
    const partly = interfering(call, (action, request) => {
      const { Entries = [] } = request as { Entries?: { Id: string }[] };
      if (action !== 'SendMessageBatch' || !isBusy || Entries.length < 3) return undefined;
      isBusy = false;
      return { Failed: Entries.map(({ Id }) => ({ Id, Code: 'InternalError', SenderFault: false })) };
    });
    const sender = sqsSender(partly, sqsLines(partly, names), clock);
    await sender.send('q', ['a', 'b', 'c'].map(message));
    const got = await queue.receive('q', now());
    assert.deepEqual(got.map((one) => one.message.operation).sort(), ['a', 'b', 'c']);
    const refusing = interfering(call, (action) =>
      action === 'SendMessageBatch'
        ? { Failed: [{ Id: '0', Code: 'InvalidMessageContents', SenderFault: true }] }
        : undefined,
    );
    const refused = sqsSender(refusing, sqsLines(refusing, names), clock);
    await assert.rejects(refused.send('q', [message('d')]), /InvalidMessageContents/);
  } finally {
    await queue.close();
  }
});

test('an error says what was asked and what SQS said, and nothing of what was sent', async () => {
  const server = await startSqs();
  try {
    const sdk = sdkCalls({ region: 'eu-west-1', endpoint: server.address });
    for (const call of [sqsCalls(server.address), sdk]) {
      const asked = call('GetQueueUrl', { QueueName: 'secret-queue' });
      await assert.rejects(asked, { name: 'SqsError', code: 'QueueDoesNotExist', status: 400 });
      await assert.rejects(asked, (error: Error) => !error.message.includes('secret'));
    }
    await server.stop();
    for (const call of [sqsCalls(server.address), sdk]) {
      await assert.rejects(call('ListQueues', {}), { name: 'SqsError', status: null });
    }
    await sdk.close();
  } finally {
    await server.stop().catch(() => {});
  }
});

/** A message as it is at SQS, whoever has written it. */
const write = async (call: SqsCall, queue: string, body: string) => {
  const QueueUrl = await sqsLines(call, names).urlOf(queue);
  await call('SendMessageBatch', { QueueUrl, Entries: [{ Id: '0', MessageBody: body }] });
};
const deadOf = async (call: SqsCall, queue: string) => {
  const QueueUrl = await sqsLines(call, names).deadUrlOf(queue);
  const asked = { QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 0, WaitTimeSeconds: 0 };
  return ((await call('ReceiveMessage', asked)).Messages ?? []).map((one) => one.Body);
};

test('a message that nobody can read is among the dead letters at once, as it was, and holds up no other', async () => {
  const { call, queue } = sqsInTests();
  try {
    const bodies = ['not JSON', '{"version":1}', '[]', 'null'];
    for (const body of bodies) await write(call, 'q', body);
    await queue.send('q', [message('a')]);
    const got = await queue.receive('q', now(2_000));
    assert.deepEqual(
      got.map((one) => one.message.operation),
      ['a'],
    );
    assert.deepEqual((await deadOf(call, 'q')).sort(), [...bodies].sort());
    assert.deepEqual(await queue.receive('q', now(100)), []);
  } finally {
    await queue.close();
  }
});

test('a message of a newer version is left to a newer process, and is never lost', async () => {
  const { call, queue } = sqsInTests();
  try {
    const newer = encodeMessage(message('a')).replace('"version":1', '"version":2');
    await write(call, 'q', newer);
    assert.deepEqual(await queue.receive('q', now(300)), []);
    const asked = { QueueUrl: await sqsLines(call, names).urlOf('q'), AttributeNames: ['All' as const] };
    const { Attributes } = await call('GetQueueAttributes', asked);
    assert.equal(Attributes?.ApproximateNumberOfMessagesNotVisible, '1');
    assert.deepEqual(await deadOf(call, 'q'), []);
  } finally {
    await queue.close();
  }
});

test('what is delivered ten times and never worked on ends among the dead letters', async () => {
  const { call, queue } = sqsInTests();
  try {
    await queue.send('q', [message('a')]);
    for (let time = 1; time <= 10; time += 1) {
      const [delivery] = await queue.receive('q', now());
      assert.equal(delivery?.message.operation, 'a', `time ${time}`);
      await queue.release('q', delivery?.receipt ?? '', 0);
    }
    assert.deepEqual(await queue.receive('q', now(100)), []);
    assert.deepEqual(await deadOf(call, 'q'), [encodeMessage(message('a'))]);
  } finally {
    await queue.close();
  }
});

test('a queue that was deleted meanwhile is made again; where queues are made by others, a missing one is an error', async () => {
  const server = await startSqs();
  const call = sqsCalls(server.address);
  const needs = { call, clock, log: silentLog };
  const queue = sqsQueue({ ...names, waitSeconds: 1 }, needs);
  try {
    await queue.send('q', [message('a')]);
    server.deleteQueue('test-q');
    await queue.send('q', [message('b')]);
    assert.deepEqual(
      (await queue.receive('q', now())).map((one) => one.message.operation),
      ['b'],
    );
    const strict = sqsQueue({ ...names, creates: false }, needs);
    await assert.rejects(strict.send('other', [message('a')]), { name: 'SqsError', code: 'QueueDoesNotExist' });
    assert.equal(server.inspectQueue('test-other'), undefined);
  } finally {
    await queue.close();
    await server.stop();
  }
});

test('a heartbeat or an acknowledgement that comes too late is no error', async () => {
  const { queue } = sqsInTests();
  try {
    await queue.send('q', [message('a')]);
    const [delivery] = await queue.receive('q', now());
    const receipt = delivery?.receipt ?? '';
    await queue.acknowledge('q', [receipt]);
    await queue.extend('q', receipt, 60);
    await queue.release('q', receipt, 60);
    await queue.acknowledge('q', [receipt]);
  } finally {
    await queue.close();
  }
});

test('dead letters are counted with their queue and put back as they were; what nobody can read stays', async () => {
  const { call, queue } = sqsInTests();
  const letters = sqsDeadLetters(call, names.prefix, clock);
  try {
    const long = `volume:${'h'.repeat(90)}@b`;
    await queue.send('volume:h@b', [message('waits')]);
    await queue.send(long, [message('other')]);
    const QueueUrl = await sqsLines(call, names).deadUrlOf('volume:h@b');
    const dead = Array.from({ length: 23 }, (_, n) => encodeMessage(message(`dead-${n}`)));
    for (const [at, MessageBody] of ['not JSON', ...dead].entries()) {
      await call('SendMessageBatch', { QueueUrl, Entries: [{ Id: `${at}`, MessageBody }] });
    }
    const listed = await letters.list();
    assert.deepEqual(
      listed.find((one) => one.queue === 'volume:h@b'),
      { queue: 'volume:h@b', name: 'test-volume_3ah_40b', waiting: 1, inHand: 0, delayed: 0, dead: 24 },
    );
    assert.deepEqual(
      listed.map((one) => one.waiting),
      [1, 1],
    );
    assert.deepEqual(await letters.redrive('test-volume_3ah_40b'), { moved: 23, left: 1 });
    assert.deepEqual(await deadOf(call, 'volume:h@b'), ['not JSON']);
    const back = new Set<string>();
    for (
      let got = await queue.receive('volume:h@b', now());
      got.length > 0;
      got = await queue.receive('volume:h@b', now())
    ) {
      for (const one of got) back.add(one.message.operation);
    }
    assert.equal(back.size, 24);
    await assert.rejects(letters.redrive('test-none'), { code: 'QueueDoesNotExist' });
  } finally {
    await queue.close();
  }
});

test('the policy of a worker is enough for all that it does with its queues, and for nothing with others', async () => {
  const server = await startSqs();
  const all = sqsCalls(server.address);
  const place = { partition: 'aws', region: 'us-east-1', account: '000000000000', prefix: names.prefix };
  const policy = consumerPolicy(place, ['volume:h@b', 'volume:h@b/long'], ['scheduler']);
  const used = new Set<string>();
  // As IAM does: the action on the queue of the request, by the policy alone.
  const checked: SqsCall = async (action, request, signal) => {
    const { QueueUrl, QueueName } = request as { QueueUrl?: string; QueueName?: string };
    const resource = `arn:aws:sqs:us-east-1:000000000000:${QueueName ?? QueueUrl?.split('/').at(-1) ?? '*'}`;
    const wants = permissions[action];
    const isAllowed = policy.Statement.some((one) => one.Action.includes(wants) && one.Resource.includes(resource));
    if (!isAllowed) throw new SqsError(action, 'AccessDenied', 403);
    used.add(`${wants} ${resource}`);
    return all(action, request, signal);
  };
  const needs = { clock, log: silentLog };
  const owner = sqsQueue({ ...names, waitSeconds: 1 }, { ...needs, call: all });
  const worker = sqsQueue({ ...names, creates: false, waitSeconds: 1 }, { ...needs, call: checked });
  try {
    for (const queue of ['volume:h@b', 'volume:h@b/long', 'volume:h@c', 'scheduler'])
      await owner.send(queue, [message(queue)]);
    for (const queue of ['volume:h@b', 'volume:h@b/long']) {
      await write(all, queue, 'not JSON');
      const [delivery] = await worker.receive(queue, now());
      assert.equal(delivery?.message.operation, queue);
      await worker.extend(queue, delivery?.receipt ?? '', 60);
      await worker.release(queue, delivery?.receipt ?? '', 0);
      const [again] = await worker.receive(queue, now());
      await worker.acknowledge(queue, [again?.receipt ?? '']);
      await worker.send(queue, [message('next')]);
      assert.deepEqual(await deadOf(all, queue), ['not JSON']);
    }
    await worker.send('scheduler', [message('back')]);
    const refused = { code: 'AccessDenied' };
    await assert.rejects(worker.receive('volume:h@c', now()), refused);
    await assert.rejects(worker.send('volume:h@c', [message('x')]), refused);
    await assert.rejects(worker.receive('scheduler', now()), refused);
    const granted = policy.Statement.flatMap((one) =>
      one.Action.flatMap((action) => one.Resource.map((to) => `${action} ${to}`)),
    );
    assert.deepEqual([...used].sort(), granted.sort(), 'it is granted what it never uses');
  } finally {
    await worker.close();
    await owner.close();
    await server.stop();
  }
});
