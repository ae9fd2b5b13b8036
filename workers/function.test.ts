// Workers as a function: with a server that speaks SQS, and what stands between it and a function.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { systemClock } from '../infra/clock/system.ts';
import { webDigests } from '../infra/digests/web.ts';
import { systemIds } from '../infra/ids/system.ts';
import { silentLog } from '../infra/log/lines.ts';
import type { Message } from '../infra/queue/port.ts';
import { sqsLines } from '../infra/queue/sqs-lines.ts';
import { type EventSource, startEventSource } from '../test/emulators/sqs/event-source.ts';
import { drift } from '../test/harness/invariants.ts';
import { type Scoria, startScoria } from '../test/harness/scoria.ts';
import { testSecrets } from '../test/harness/secrets.ts';
import { type SqsInTests, sqsInTests, sqsNames } from '../test/harness/sqs.ts';
import { MemoryKnobs, MemoryStore, memoryBackend } from './drivers/memory/index.ts';
import { type BatchResult, functionWorker } from './function.ts';
import { defaultRetention } from './store/retention.ts';

const clock = systemClock();
const minute = { getRemainingTimeInMillis: () => 60_000 };
const queues = ['scheduler', 'volume:far@one', 'volume:far@one/long'];

let scoria: Scoria;
let sqs: SqsInTests;
let knobs: MemoryKnobs;
let store: MemoryStore;
let worker: ReturnType<typeof functionWorker>;
beforeEach(async () => {
  scoria = await startScoria({ workers: false });
  sqs = sqsInTests({ database: scoria.database });
  [knobs, store] = [new MemoryKnobs(), new MemoryStore()];
  const backend = memoryBackend({ pools: [{ name: 'pool', totalGiB: 1_000 }], store }, knobs);
  const ports = {
    database: scoria.database,
    queue: sqs.queue,
    clock,
    digests: webDigests(),
    ids: systemIds(),
    log: silentLog,
  };
  worker = functionWorker(
    { ...ports, secrets: testSecrets },
    {
      ...{ host: 'far', zone: 'nova', backends: new Map([['far@one', backend]]) },
      ...{ retention: defaultRetention, dispatcher: { atOnce: 32, perSecond: 1_000 } },
    },
  );
});
afterEach(async () => {
  await sqs.queue.close();
  await scoria.close();
});

/** Sends what the API of a test has told nobody. */
async function sendQueued(): Promise<void> {
  const queued = await scoria.database.all<Message & { queue: string }>({
    name: 'test.queued',
    text: `SELECT id::text AS operation, attempt, kind, project_id AS project, queue FROM operations WHERE status = 'queued'`,
  });
  for (const { queue, ...message } of queued) await sqs.queue.send(queue, [message]);
}

const make = async (count: number) => {
  const made = await Promise.all(
    Array.from({ length: count }, () => scoria.ask('POST', '/v3/volumes', { body: { volume: { size: 1 } } })),
  );
  for (const told of made) assert.equal(told.status, 202, told.text);
  await sendQueued();
};

async function withSources(work: () => Promise<void>): Promise<void> {
  const sources: EventSource[] = [];
  for (const queue of queues) {
    const queueUrl = await sqsLines(sqs.call, sqsNames).urlOf(queue);
    sources.push(startEventSource({ call: sqs.call, queueUrl, invoke: (event) => worker(event, minute) }));
  }
  await work().finally(() => Promise.all(sources.map((one) => one.stop())));
}

/** An event with messages as they are at SQS. */
async function eventOf(queue: string, bodies: readonly string[]) {
  const QueueUrl = await sqsLines(sqs.call, sqsNames).urlOf(queue);
  for (const MessageBody of bodies)
    await sqs.call('SendMessageBatch', { QueueUrl, Entries: [{ Id: '0', MessageBody }] });
  const { Messages = [] } = await sqs.call('ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10 });
  const Records = Messages.map(({ MessageId = '', ReceiptHandle = '', Body = '' }) => ({
    ...{ messageId: MessageId, receiptHandle: ReceiptHandle, body: Body },
    eventSourceARN: `arn:aws:sqs:us-east-1:000000000000:${QueueUrl.split('/').at(-1)}`,
  }));
  return { Records };
}

test('volumes that are asked for are made by the function alone, and nothing is left in any queue', async () => {
  await worker({ task: 'sweep' }, minute);
  await make(7);
  await withSources(async () => {
    await scoria.until('/v3/volumes/detail', ({ body }) =>
      body.volumes.every((one: { status: string }) => one.status === 'available'),
    );
  });
  assert.equal(store.objects.size, 7);
  assert.deepEqual(await drift(scoria.database), []);
  for (const queue of queues) {
    const QueueUrl = await sqsLines(sqs.call, sqsNames).urlOf(queue);
    const { Attributes } = await sqs.call('GetQueueAttributes', { QueueUrl, AttributeNames: ['All'] });
    assert.equal(Attributes?.ApproximateNumberOfMessages, '0', queue);
    assert.equal(Attributes?.ApproximateNumberOfMessagesNotVisible, '0', queue);
  }
});

test('of a batch only what failed comes again: what nobody can read, or no worker here knows', async () => {
  await worker({ task: 'sweep' }, minute);
  await scoria.ask('POST', '/v3/volumes', { body: { volume: { size: 1 } } });
  const [queued] = await scoria.database.all<Message>({
    name: 'test.queued',
    text: `SELECT id::text AS operation, attempt, kind, project_id AS project FROM operations WHERE status = 'queued'`,
  });
  const unknown = { version: 1, operation: queued?.operation, attempt: 0, project: 'p', kind: 'volume.polish' };
  const bodies = ['not JSON', JSON.stringify({ version: 1, ...queued }), JSON.stringify(unknown)];
  const event = await eventOf('scheduler', bodies);
  const result = (await worker(event, minute)) as BatchResult;
  const failed = new Set(result.batchItemFailures.map((one) => one.itemIdentifier));
  const bodyOf = (id: string) => event.Records.find((one) => one.messageId === id)?.body;
  assert.deepEqual([...failed].map(bodyOf).sort(), [bodies[0], bodies[2]].sort());
});

test('work that does not end within the time of an invocation is given back, and done by a later one', async () => {
  await worker({ task: 'sweep' }, minute);
  await make(2);
  await worker(await eventOf('scheduler', []), minute);
  knobs.set('create', '*', { kind: 'hang', done: false }, 1);
  const event = await eventOf('volume:far@one', []);
  assert.equal(event.Records.length, 2);
  const result = await worker(event, { getRemainingTimeInMillis: () => 8_500 });
  assert.deepEqual(result, { batchItemFailures: [] });
  assert.equal(store.objects.size, 1);
  const [operation] = await scoria.database.all<{ status: string; cause: string }>({
    name: 'test.given-back',
    text: `SELECT status, cause FROM operations WHERE status <> 'done'`,
  });
  assert.equal(operation?.status, 'queued');
  assert.match(operation?.cause ?? '', /did not answer within the time of its worker/);
  await withSources(async () => {
    await scoria.until('/v3/volumes/detail', ({ body }) =>
      body.volumes.every((one: { status: string }) => one.status === 'available'),
    );
  });
  assert.deepEqual(await drift(scoria.database), []);
});

test('a sweep sends what nobody has heard of, and reports the scheduler and the back end', async () => {
  await scoria.ask('POST', '/v3/volumes', { body: { volume: { size: 1 } } });
  await scoria.database.all({
    name: 'test.age',
    text: `UPDATE operations SET lease_until = now() - interval '2 minutes'`,
  });
  assert.deepEqual(await worker({ task: 'sweep' }, minute), { sent: 1, ended: 0 });
  const told = await scoria.ask('GET', '/v3/os-services', { as: 'admin' });
  const up = told.body.services.map((one: Record<string, string>) => `${one.binary} ${one.host} ${one.state}`);
  assert.deepEqual(up.sort(), ['cinder-scheduler far up', 'cinder-volume far@one up']);
  await withSources(async () => {
    await scoria.until('/v3/volumes/detail', ({ body }) => body.volumes[0].status === 'available');
  });
});

test('an event that is none is an error and changes nothing; messages of other queues come again', async () => {
  for (const event of [
    null,
    'text',
    1,
    {},
    { Records: 'x' },
    { Records: [1] },
    { Records: [{ messageId: 'a' }] },
    { task: 'x' },
  ]) {
    await assert.rejects(worker(event, minute), /neither messages of SQS nor/);
  }
  assert.deepEqual(await worker({ Records: [] }, minute), { batchItemFailures: [] });
  const strange = await eventOf('volume:near@two', [
    JSON.stringify({ version: 1, operation: 'o', attempt: 0, project: 'p' }),
  ]);
  const result = (await worker(strange, minute)) as BatchResult;
  assert.equal(result.batchItemFailures.length, 1);
});
