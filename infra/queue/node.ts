// Chooses the queue on Node: the rows of the PostgreSQL that processes share, or the memory of the only process.
import type { Clock } from '../clock/port.ts';
import type { Database } from '../database/port.ts';
import type { Signals } from '../signals/port.ts';
import { memoryQueue } from './memory.ts';
import type { Queue } from './port.ts';
import { postgresQueue } from './postgres.ts';

export interface NodeQueueOptions {
  readonly databaseUrl: string | null;
}

interface Needs {
  readonly database: Database;
  readonly clock: Clock;
  readonly signals: Signals;
}

export const nodeQueue = ({ databaseUrl }: NodeQueueOptions, needs: Needs): Queue =>
  databaseUrl === null ? memoryQueue(needs) : postgresQueue(needs);
