// Workers as a function: the platform passes messages in batches, and says when to sweep.
import type { BroughtQueue, Delivery } from '../infra/queue/port.ts';
import { backendQueue, schedulerQueue } from '../schema/operations.ts';
import { handle } from './consume.ts';
import { type Handled, handleOne } from './consumer.ts';
import type { Backend } from './driver.ts';
import type { WorkerPorts } from './ports.ts';
import { beat, type Reporting, reportStats } from './report.ts';
import { schedule } from './schedule.ts';
import type { Place } from './start.ts';
import type { Retention } from './store/retention.ts';
import { sweep } from './sweeper.ts';
import { type DispatcherSettings, dispatch } from './webhooks/dispatcher.ts';

export interface FunctionPorts extends WorkerPorts {
  readonly queue: BroughtQueue;
}

export interface FunctionSettings extends Place {
  /** The back ends that it serves, by `host@backend`: those that are reached over HTTPS. */
  readonly backends: ReadonlyMap<string, Backend>;
  readonly retention: Retention;
  readonly dispatcher: DispatcherSettings;
}

/** What Lambda says about an invocation. */
export interface Invocation {
  getRemainingTimeInMillis(): number;
}

/** The messages of a batch that must be delivered again. */
export interface BatchResult {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

interface Record {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly eventSourceARN: string;
}

/** This long before the platform ends an invocation, unfinished work is given back for another try. */
const giveBackMilliseconds = 8_000;
/** At this time we answer, whatever has ended: a batch without an answer is delivered again as a whole. */
const answerMilliseconds = 3_000;

/**
 * Handles an event: `{ Records }` from SQS, or `{ task: 'sweep' }` from a schedule. Each message of a batch is done
 * or delivered again by itself, including one that is unfinished when the time is nearly over. Throws for any other
 * event.
 */
export function functionWorker(ports: FunctionPorts, settings: FunctionSettings) {
  const work = async (records: readonly Record[], until: number, late: Promise<void>): Promise<BatchResult> => {
    const done = new Set<string>();
    const consumers = consumersOf(ports, settings, until);
    const all = [...Map.groupBy(records, (one) => one.eventSourceARN)].map(([arn, batch]) =>
      workOn(ports, consumers, arn, batch, done),
    );
    await Promise.race([Promise.all(all), late]);
    const failures = records.filter((one) => !done.has(one.receiptHandle));
    return { batchItemFailures: failures.map((one) => ({ itemIdentifier: one.messageId })) };
  };

  return async (event: unknown, invocation: Invocation) => {
    const records = recordsOf(event);
    if (records === null && !isSweep(event))
      throw new Error('an event that is neither messages of SQS nor { task: "sweep" }');
    const left = invocation.getRemainingTimeInMillis();
    if (records === null) {
      const swept = await sweepOnce(ports, settings);
      await deliverOnce(ports, settings.dispatcher, invocation.getRemainingTimeInMillis() - giveBackMilliseconds);
      return swept;
    }
    const over = new AbortController();
    const late = ports.clock.sleep(Math.max(0, left - answerMilliseconds), over.signal).then(
      () => ports.log.warn('batch-unfinished', { messages: records.length }),
      () => {},
    );
    const until = ports.clock.now() + Math.max(0, left - giveBackMilliseconds);
    return work(records, until, late).finally(() => over.abort(new Error('answered')));
  };
}

type Consume = (delivery: Delivery) => Promise<Handled>;

/** The handler of each queue that the function serves. */
function consumersOf(
  ports: FunctionPorts,
  { backends }: FunctionSettings,
  until: number,
): ReadonlyMap<string, Consume> {
  const consumers = new Map<string, Consume>([[schedulerQueue, (delivery) => schedule(ports, delivery)]]);
  const peers: WorkerPorts = { ...ports, peer: (name) => backends.get(name) };
  for (const [name, backend] of backends) {
    for (const queue of [backendQueue(name, 'quick'), backendQueue(name, 'long')]) {
      consumers.set(queue, (delivery) => handle(peers, queue, backend, delivery, until));
    }
  }
  return consumers;
}

/** Handles the messages of one queue, all at once, and returns the receipts of those that are done. */
async function workOn(
  ports: FunctionPorts,
  consumers: ReadonlyMap<string, Consume>,
  arn: string,
  batch: readonly Record[],
  done: Set<string>,
): Promise<void> {
  const queue = ports.queue.among([...consumers.keys()], arn);
  const consume = queue === undefined ? undefined : consumers.get(queue);
  const failed = (error: unknown) =>
    ports.log.error('handler-failed', { what: arn, reason: error instanceof Error ? error.message : String(error) });
  if (queue === undefined || consume === undefined) return failed('this function has no such queue');
  const brought = batch.map((one) => ({ body: one.body, receipt: one.receiptHandle }));
  const workOnOne = async (delivery: Delivery) => {
    await handleOne(ports.queue, queue, delivery, consume).then(() => void done.add(delivery.receipt), failed);
  };
  await Promise.all((await ports.queue.brought(queue, brought)).map(workOnOne));
}

/** One sweep, then the reports of the scheduler and of the back ends. */
async function sweepOnce(ports: FunctionPorts, settings: FunctionSettings) {
  const { host, zone, cluster = null, backends, retention } = settings;
  const swept = await sweep(ports, retention);
  const scheduler: Reporting = { host, zone, binary: 'cinder-scheduler', cluster: null, backend: null };
  await beat(ports, scheduler);
  for (const [name, backend] of backends) {
    const of = cluster === null ? null : `${cluster}@${name.split('@')[1]}`;
    const service: Reporting = { host: name, zone, binary: 'cinder-volume', cluster: of, backend };
    await beat(ports, service);
    await reportStats(ports, service, backend).catch((error: unknown) => {
      ports.log.warn('stats-failed', { host: name, reason: String(error) });
    });
  }
  return swept;
}

/** A webhook has 15 seconds to answer, and the result must be stored after that. */
const lastWebhookMilliseconds = 16_000;

/** Delivers events for as long as there is time. */
async function deliverOnce(
  { webhooks, ...ports }: FunctionPorts,
  settings: DispatcherSettings,
  milliseconds: number,
): Promise<void> {
  if (webhooks === undefined || milliseconds < lastWebhookMilliseconds) return;
  const stopping = new AbortController();
  const late = new AbortController();
  ports.clock.sleep(milliseconds - lastWebhookMilliseconds, late.signal).then(
    () => stopping.abort(new Error('no time left')),
    () => {},
  );
  await dispatch({ ...ports, webhooks }, settings, stopping.signal, { untilIdle: true });
  late.abort(new Error('done'));
}

const isSweep = (event: unknown) =>
  typeof event === 'object' && event !== null && 'task' in event && event.task === 'sweep';

/** The messages of an SQS event; null for any other event. */
function recordsOf(event: unknown): readonly Record[] | null {
  if (typeof event !== 'object' || event === null || !('Records' in event) || !Array.isArray(event.Records))
    return null;
  const isRecord = (one: unknown): one is Record =>
    typeof one === 'object' &&
    one !== null &&
    (['messageId', 'receiptHandle', 'body', 'eventSourceARN'] as const).every(
      (name) => name in one && typeof (one as Partial<Record>)[name] === 'string',
    );
  return event.Records.every(isRecord) ? event.Records : null;
}
