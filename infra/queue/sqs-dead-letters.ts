// What stands in our queues at SQS, and the way back for dead letters.
import type { Clock } from '../clock/port.ts';
import { decodeMessage } from './message.ts';
import { deadLettersName, queueOf } from './names.ts';
import { retrying, type SqsCall, SqsError } from './sqs-calls.ts';
import { groupOf, inBatches, mostOfBatch } from './sqs-send.ts';

export interface QueueDepth {
  /** The queue as we name it; the name at SQS where that is a hash. */
  readonly queue: string;
  /** Its name at SQS. */
  readonly name: string;
  readonly waiting: number;
  /** Delivered, and not yet acknowledged. */
  readonly inHand: number;
  readonly delayed: number;
  readonly dead: number;
}

export interface Redriven {
  readonly moved: number;
  /** Dead letters that no process can read: they stay. */
  readonly left: number;
}

export interface DeadLetters {
  /** Every queue of ours. SQS counts approximately. */
  list(): Promise<QueueDepth[]>;
  /**
   * Puts the dead letters of a queue back into it, each sent before it is deleted: one that is moved twice as
   * something fails in between finds its work done.
   */
  redrive(name: string): Promise<Redriven>;
}

interface Raw {
  readonly Body?: string | undefined;
  readonly ReceiptHandle?: string | undefined;
}

const counts = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

/** How long what was taken is hidden: longer than a redrive takes. */
const hiddenSeconds = 900;

export function sqsDeadLetters(once: SqsCall, prefix: string, clock: Clock): DeadLetters {
  const call = retrying(once, clock);

  const names = async (): Promise<string[]> => {
    const found: string[] = [];
    let token: string | undefined;
    do {
      const asked = { ...(prefix === '' ? {} : { QueueNamePrefix: prefix }), MaxResults: 1000 };
      const page = await call('ListQueues', token === undefined ? asked : { ...asked, NextToken: token });
      found.push(...(page.QueueUrls ?? []).map((url) => url.slice(url.lastIndexOf('/') + 1)));
      token = page.NextToken;
    } while (token !== undefined);
    return found;
  };

  const urlOf = async (name: string): Promise<string> =>
    (await call('GetQueueUrl', { QueueName: name })).QueueUrl ?? '';

  const depthOf = async (name: string): Promise<number[]> => {
    try {
      const asked = { QueueUrl: await urlOf(name), AttributeNames: [...counts] };
      const { Attributes = {} } = await call('GetQueueAttributes', asked);
      return counts.map((one) => Number(Attributes[one] ?? 0));
    } catch (error) {
      if (error instanceof SqsError && error.code === 'QueueDoesNotExist') return [0, 0, 0];
      throw error;
    }
  };

  /** Moves what a receive has brought; returns the receipts of what stays. */
  const move = async (from: string, to: string, messages: readonly Raw[]): Promise<string[]> => {
    const read = messages.map(({ Body = '', ReceiptHandle = '' }) => ({
      Body,
      ReceiptHandle,
      project: projectOf(Body),
    }));
    const moving = read.filter((one) => one.project !== null);
    const bodies = moving.map(({ Body, project }) => ({ MessageBody: Body, MessageGroupId: groupOf(project ?? '') }));
    await inBatches(bodies, clock, (Entries) => call('SendMessageBatch', { QueueUrl: to, Entries }));
    const receipts = moving.map(({ ReceiptHandle }) => ({ ReceiptHandle }));
    await inBatches(receipts, clock, (Entries) => call('DeleteMessageBatch', { QueueUrl: from, Entries }));
    return read.filter((one) => one.project === null).map((one) => one.ReceiptHandle);
  };

  return {
    async list() {
      const all = new Set(await names());
      const depths: QueueDepth[] = [];
      for (const name of [...all].sort()) {
        // Those of dead letters are shown with the queue that they are of.
        if ([...all].some((other) => deadLettersName(other) === name)) continue;
        const [waiting = 0, inHand = 0, delayed = 0] = await depthOf(name);
        const dead = (await depthOf(deadLettersName(name))).reduce((sum, one) => sum + one, 0);
        depths.push({ queue: queueOf(name, prefix) ?? name, name, waiting, inHand, delayed, dead });
      }
      return depths;
    },
    async redrive(name) {
      const [from, to] = [await urlOf(deadLettersName(name)), await urlOf(name)];
      const left: string[] = [];
      let moved = 0;
      const asked = {
        QueueUrl: from,
        MaxNumberOfMessages: mostOfBatch,
        VisibilityTimeout: hiddenSeconds,
        WaitTimeSeconds: 1,
      };
      for (;;) {
        const { Messages = [] } = await call('ReceiveMessage', asked);
        if (Messages.length === 0) break;
        const stays = await move(from, to, Messages);
        left.push(...stays);
        moved += Messages.length - stays.length;
      }
      for (const ReceiptHandle of left) {
        await call('ChangeMessageVisibility', { QueueUrl: from, ReceiptHandle, VisibilityTimeout: 0 });
      }
      return { moved, left: left.length };
    },
  };
}

/** Whose a message is; null for one that no process can read. */
function projectOf(body: string): string | null {
  try {
    return decodeMessage(body).project;
  } catch {
    return null;
  }
}
