// Chooses the queue on Node: SQS where it is set, else the rows of the PostgreSQL that processes share, or the memory
// of the only process.
import type { Clock } from '../clock/port.ts';
import type { Database } from '../database/port.ts';
import type { Log } from '../log/port.ts';
import type { Signals } from '../signals/port.ts';
import { memoryQueue } from './memory.ts';
import type { Queue } from './port.ts';
import { postgresQueue } from './postgres.ts';
import { sqsQueue } from './sqs.ts';
import type { SqsNames } from './sqs-lines.ts';
import { type SqsPlace, sdkCalls } from './sqs-sdk.ts';

/** Where the queues are at SQS, and what they are called there. */
export type QueuePlace = SqsPlace & SqsNames;

export interface NodeQueueOptions {
  readonly databaseUrl: string | null;
  /** Null: no SQS. */
  readonly queuePlace: QueuePlace | null;
}

interface Needs {
  readonly database: Database;
  readonly clock: Clock;
  readonly signals: Signals;
  readonly log: Log;
}

export function nodeQueue({ databaseUrl, queuePlace }: NodeQueueOptions, needs: Needs): Queue {
  if (queuePlace === null) return databaseUrl === null ? memoryQueue(needs) : postgresQueue(needs);
  const call = sdkCalls(queuePlace);
  const queue = sqsQueue(queuePlace, { ...needs, call });
  const close = async () => {
    await queue.close();
    await call.close();
  };
  return { ...queue, close };
}
