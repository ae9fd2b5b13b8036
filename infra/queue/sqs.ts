// Queues of SQS, or of a server that speaks it.
import { type Clock, timestamp } from '../clock/port.ts';
import type { Database } from '../database/port.ts';
import type { Log } from '../log/port.ts';
import { decodeMessage, UnknownVersionError } from './message.ts';
import { serviceName } from './names.ts';
import type { BroughtQueue, Delivery, Message } from './port.ts';
import { takeFromRows } from './rows.ts';
import { retrying, type SqsCall, SqsError } from './sqs-calls.ts';
import { type SqsNames, sqsLines } from './sqs-lines.ts';
import { inBatches, mostOfBatch, sqsSender } from './sqs-send.ts';

export interface SqsQueueOptions extends SqsNames {
  /** How long a receive waits for a message; 20 s unless said, the most that SQS waits. */
  readonly waitSeconds?: number;
}

interface Needs {
  /** One request, by whatever way. */
  readonly call: SqsCall;
  readonly clock: Clock;
  readonly log: Log;
  /**
   * Whose operations the messages name: who has its turn is read from there. Without it messages come as SQS has
   * them.
   */
  readonly database?: Database;
}

/** A message as SQS delivers it. */
interface Raw {
  readonly Body?: string | undefined;
  readonly ReceiptHandle?: string | undefined;
}

/** How long a message of a newer version is left to a newer process. */
const unknownSeconds = 60;

/**
 * At least once, each message hidden while it is worked on, and after ten deliveries among the dead letters.
 *
 * A message says that its queue has one piece of work more. When as many come as were asked for, there may be a long
 * line behind them: then the work is taken from the rows, of each project in turn, and the messages stand for that.
 * So a project that has been quiet waits for no other, in whatever order SQS delivers.
 */
export function sqsQueue(options: SqsQueueOptions, { call: once, clock, log, database }: Needs): BroughtQueue {
  const call = retrying(once, clock);
  const lines = sqsLines(call, options);
  const closing = new AbortController();
  const { waitSeconds: WaitTimeSeconds = 20 } = options;
  const takers = new Map<string, ReturnType<typeof takeFromRows>>();

  /** The work whose turn it is, at most that many pieces. None where that cannot be read. */
  const turns = async (queue: string, most: number): Promise<readonly Message[]> => {
    if (database === undefined) return [];
    const take = takers.get(queue) ?? takeFromRows(database, queue);
    takers.set(queue, take);
    return take(most, timestamp(clock)).catch((error: unknown) => {
      log.warn('turns-unknown', { what: queue, reason: String(error) });
      return [];
    });
  };

  /** The receipts of the deliveries for the work whose turn it is; what is left over stands for its own. */
  const inTurn = async (queue: string, deliveries: readonly Delivery[]): Promise<readonly Delivery[]> => {
    const work = await turns(queue, deliveries.length);
    const taken = new Set(work.map((one) => one.operation));
    const rest = deliveries.map((one) => one.message).filter((one) => !taken.has(one.operation));
    return deliveries.map(({ receipt, message }, at) => ({
      message: work[at] ?? rest[at - work.length] ?? message,
      receipt,
    }));
  };

  const change = async (queue: string, ReceiptHandle: string, seconds: number): Promise<void> => {
    try {
      await lines.at(queue, (QueueUrl) =>
        call('ChangeMessageVisibility', { QueueUrl, ReceiptHandle, VisibilityTimeout: Math.ceil(seconds) }),
      );
    } catch (error) {
      // It is visible again already, or has been hidden for the 12 hours that SQS hides one: whoever gets it finds
      // that its operation is under way.
      if (!(error instanceof SqsError) || error.status === null || error.status >= 500) throw error;
      log.warn('message-not-hidden', { what: queue, reason: error.code });
    }
  };

  /**
   * What a poll brings that nobody waits for any more. It is not ended: SQS may have begun to answer it, and would hide
   * what it answered with.
   */
  const giveBack = (queue: string, poll: Promise<{ Messages?: readonly Raw[] | undefined }>): void => {
    poll
      .then(({ Messages = [] }) => Promise.all(Messages.map((one) => change(queue, one.ReceiptHandle ?? '', 0))))
      .catch((error: unknown) => {
        if (!closing.signal.aborted) log.warn('poll-failed', { what: queue, reason: String(error) });
      });
  };

  const remove = (queue: string, receipts: readonly string[]): Promise<void> =>
    lines.at(queue, (QueueUrl) =>
      inBatches(
        receipts.map((ReceiptHandle) => ({ ReceiptHandle })),
        clock,
        (Entries) => call('DeleteMessageBatch', { QueueUrl, Entries }),
      ),
    );

  /** What no process has written goes to the dead letters at once, where somebody can look at it. */
  const bury = async (queue: string, { Body = '', ReceiptHandle = '' }: Raw, reason: string): Promise<void> => {
    log.error('message-unreadable', { what: queue, reason });
    const QueueUrl = await lines.deadUrlOf(queue);
    const entries = [{ MessageBody: Body, MessageGroupId: 'unreadable' }];
    await inBatches(entries, clock, (Entries) => call('SendMessageBatch', { QueueUrl, Entries }));
    await remove(queue, [ReceiptHandle]);
  };

  /** Null for a message that cannot be worked on here, which is taken care of. */
  const read = async (queue: string, raw: Raw): Promise<Delivery | null> => {
    const { Body = '', ReceiptHandle: receipt = '' } = raw;
    try {
      return { message: decodeMessage(Body), receipt };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const late = (failed: unknown) => log.error('message-left', { what: queue, reason: String(failed) });
      if (error instanceof UnknownVersionError) {
        log.warn('message-of-newer-version', { what: queue, reason });
        await change(queue, receipt, unknownSeconds).catch(late);
      } else await bury(queue, raw, reason).catch(late);
      return null;
    }
  };

  /** What can be worked on of what has come, in turn where there may be more than the `asked` that came. */
  const understood = async (queue: string, raw: readonly Raw[], asked: number): Promise<readonly Delivery[]> => {
    const deliveries = (await Promise.all(raw.map((one) => read(queue, one)))).filter((one) => one !== null);
    return raw.length < asked || deliveries.length === 0 ? deliveries : inTurn(queue, deliveries);
  };

  return {
    isInRows: false,
    isLostAtEnd: false,
    ...sqsSender(call, lines, clock),
    async receive(queue, { most, visibilitySeconds, signal }) {
      const end = AbortSignal.any([signal, closing.signal]);
      const MaxNumberOfMessages = Math.min(most, mostOfBatch);
      const asked = { MaxNumberOfMessages, VisibilityTimeout: visibilitySeconds, WaitTimeSeconds };
      while (!end.aborted) {
        const poll = lines.at(queue, (QueueUrl) => call('ReceiveMessage', { QueueUrl, ...asked }, closing.signal));
        const raw = await before(end, poll);
        if (raw === 'ended') {
          giveBack(queue, poll);
          break;
        }
        const deliveries = await understood(queue, raw.Messages ?? [], MaxNumberOfMessages);
        if (deliveries.length > 0) return deliveries;
      }
      return [];
    },
    extend: change,
    acknowledge: remove,
    release: change,
    async instead(queue) {
      const [message] = await turns(queue, 1);
      return message;
    },
    among: (queues, arn) =>
      queues.find((one) => serviceName(one, options.prefix) === arn.slice(arn.lastIndexOf(':') + 1)),
    brought: (queue, messages) =>
      understood(
        queue,
        messages.map(({ body: Body, receipt: ReceiptHandle }) => ({ Body, ReceiptHandle })),
        mostOfBatch,
      ),
    async close() {
      closing.abort(new Error('the queue is closed'));
    },
  };
}

/** What the work resolves to, or `ended` when the signal is aborted first. */
function before<Result>(signal: AbortSignal, work: Promise<Result>): Promise<Result | 'ended'> {
  return new Promise((resolve, reject) => {
    const ended = () => resolve('ended');
    signal.addEventListener('abort', ended, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', ended));
  });
}
