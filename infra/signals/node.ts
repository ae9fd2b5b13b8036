// Chooses the signals on Node: through the PostgreSQL that processes share, or within this one.
import type { Clock } from '../clock/port.ts';
import type { Log } from '../log/port.ts';
import { localSignals } from './local.ts';
import type { Signals } from './port.ts';
import { postgresSignals } from './postgres.ts';

export interface NodeSignalsOptions {
  readonly databaseUrl: string | null;
  /** Whether the database passes words on. */
  readonly listens: boolean;
}

export function nodeSignals(
  { databaseUrl, listens }: NodeSignalsOptions,
  needs: { readonly clock: Clock; readonly log: Log },
): Signals {
  return databaseUrl === null || !listens ? localSignals() : postgresSignals({ url: databaseUrl, ...needs });
}
