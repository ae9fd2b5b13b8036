// The queue and the notices of a Scoria in tests: in memory on the embedded database, in the rows on TEST_DATABASE_URL,
// where TEST_LISTEN=off has everybody look instead of listen. With TEST_QUEUE=sqs the queue is SQS on both.
import type { Clock } from '../../infra/clock/port.ts';
import type { Database } from '../../infra/database/port.ts';
import type { Log } from '../../infra/log/port.ts';
import { memoryNotices } from '../../infra/notices/memory.ts';
import type { Notices } from '../../infra/notices/port.ts';
import { postgresNotices } from '../../infra/notices/postgres.ts';
import { memoryQueue } from '../../infra/queue/memory.ts';
import type { Queue } from '../../infra/queue/port.ts';
import { postgresQueue } from '../../infra/queue/postgres.ts';
import { localSignals } from '../../infra/signals/local.ts';
import { postgresSignals } from '../../infra/signals/postgres.ts';
import { sqsInTests } from './sqs.ts';

export interface CountingQueue extends Queue {
  /** How many messages have been sent, by queue. */
  readonly sent: ReadonlyMap<string, number>;
}

export interface TestQueues {
  readonly queue: CountingQueue;
  readonly notices: Notices;
}

interface Needs {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether it hears of work that others begin: not while a test has time stand still, or has no workers. */
  readonly hears: boolean;
  /** In memory on every database: then it works on what it sends itself, and on nothing that others have queued. */
  readonly inMemory: boolean;
}

export function testQueues({ database, clock, log, hears, inMemory }: Needs): TestQueues {
  const url = process.env.TEST_DATABASE_URL;
  // SQS has the time of its own.
  const isSqs = process.env.TEST_QUEUE === 'sqs' && hears && !inMemory;
  if (url === undefined || inMemory) {
    const queue = isSqs ? sqsInTests({ database, log }).queue : memoryQueue({ clock });
    return { queue: counting(queue), notices: memoryNotices({ clock }) };
  }
  const listens = hears && process.env.TEST_LISTEN !== 'off';
  const signals = listens ? postgresSignals({ url, clock, log }) : localSignals();
  const needs = { database, clock, signals };
  const queue = isSqs ? sqsInTests({ database, log }).queue : postgresQueue(needs);
  const close = async () => {
    await queue.close();
    await signals.close();
  };
  return { queue: counting({ ...queue, close }), notices: postgresNotices(needs) };
}

function counting(queue: Queue): CountingQueue {
  const sent = new Map<string, number>();
  return {
    ...queue,
    sent,
    send(name, messages, options) {
      sent.set(name, (sent.get(name) ?? 0) + messages.length);
      return queue.send(name, messages, options);
    },
  };
}
