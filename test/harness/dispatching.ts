// A dispatcher by itself, on a database with events and a clock of its own: hours of it take seconds.
import type { VirtualClock } from '../../infra/clock/virtual.ts';
import { countingDatabase } from '../../infra/database/counting.ts';
import { type Database, sql } from '../../infra/database/port.ts';
import type { Log } from '../../infra/log/port.ts';
import type { Webhooks } from '../../infra/webhooks/port.ts';
import { type DispatcherSettings, dispatch } from '../../workers/webhooks/dispatcher.ts';
import { canaryIds } from './canaries.ts';
import { projects } from './people.ts';
import { freshDatabase } from './scoria.ts';
import { instantSecrets } from './secrets.ts';

/** Slower than a real one, so that an hour has some hundred looks. */
export const slowly: DispatcherSettings = {
  atOnce: 8,
  perSecond: 1_000,
  pace: { pollMilliseconds: 20_000, claimMilliseconds: 60_000, leaseSeconds: 300 },
};

const happened = sql(
  'test.events.happened',
  `INSERT INTO events (type, resource_type, resource_id, project_id, request_id, data, at)
SELECT :type::text, 'volume', :resource::uuid, :project::text, 'req-1', '{"size": 1}'::jsonb, :at::timestamptz
RETURNING sequence::text AS sequence`,
);

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** A database whose statements the clock waits for. */
export async function dispatchingDatabase(clock: VirtualClock) {
  const database = countingDatabase(await freshDatabase());
  clock.watch('statements', () => database.underWay);
  return database;
}

/** Writes an event; returns its sequence. */
export async function happen(
  database: Database,
  clock: VirtualClock,
  resource: string,
  type = 'volume.update.end',
  project: string = projects.own,
): Promise<string> {
  const at = new Date(clock.now()).toISOString();
  const [row] = await database.all<{ readonly sequence: string }>(happened, { type, resource, project, at });
  return row?.sequence ?? '';
}

export interface RunningDispatcher {
  /** Ends as a process does that is told to. */
  stop(): Promise<void>;
}

export function startDispatching(
  ports: { readonly database: Database; readonly clock: VirtualClock; readonly webhooks: Webhooks; readonly log?: Log },
  settings = slowly,
): RunningDispatcher {
  const stopping = new AbortController();
  const needs = { log: silent, ...ports, ids: canaryIds(), secrets: instantSecrets };
  const running = dispatch(needs, settings, stopping.signal);
  return {
    async stop() {
      stopping.abort(new Error('stopping'));
      await ports.clock.advance(0);
      await running;
    },
  };
}
