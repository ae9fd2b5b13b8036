// Chooses the notices on Node: of all processes on the PostgreSQL that they share, or of the only process.
import type { Clock } from '../clock/port.ts';
import type { Database } from '../database/port.ts';
import type { Signals } from '../signals/port.ts';
import { memoryNotices } from './memory.ts';
import type { Notices } from './port.ts';
import { postgresNotices } from './postgres.ts';

export interface NodeNoticesOptions {
  readonly databaseUrl: string | null;
}

interface Needs {
  readonly database: Database;
  readonly clock: Clock;
  readonly signals: Signals;
}

export const nodeNotices = ({ databaseUrl }: NodeNoticesOptions, needs: Needs): Notices =>
  databaseUrl === null ? memoryNotices(needs) : postgresNotices(needs);
