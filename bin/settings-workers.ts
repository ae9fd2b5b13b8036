// Settings of the workers: how much runs at once, and how long ended work is kept.
import { type Environment, number, wrong } from '../infra/settings/environment.ts';

export interface WorkersSettings {
  readonly scheduler: number;
  /** Per back end; see BackendWorkers. */
  readonly quick: number;
  readonly long: number;
}

export const workersVariables: readonly (readonly [string, string])[] = [
  [
    'SCORIA_QUICK_WORKERS',
    'what each back end connects, creates, deletes and extends at once (16; 4 with the embedded database)',
  ],
  ['SCORIA_LONG_WORKERS', 'copies of bytes at once on each back end: images, backups, moves (4)'],
  ['SCORIA_SCHEDULER_WORKERS', 'decisions of the scheduler at once (4; 2 with the embedded database)'],
  ['SCORIA_KEEP_OPERATIONS', 'days that operations are kept after they have ended (30)'],
  ['SCORIA_KEEP_EVENTS', 'days that events are kept (90)'],
  ['SCORIA_KEEP_DELIVERIES', 'days that it is kept what became of webhooks (7)'],
  [
    'SCORIA_KEEP_MOST_OPERATIONS',
    'operations that have ended that are kept at most, or `all` (all; 15000 with the embedded database)',
  ],
  [
    'SCORIA_KEEP_MOST_EVENTS',
    'events that are kept at most, beside those of the last minute, or `all` (all; 40000 with the embedded database)',
  ],
  [
    'SCORIA_LISTEN',
    'whether processes on one PostgreSQL tell each other of new work through it: on, or off behind a pooler in transaction mode; then they look 10 times a second (on)',
  ],
];

/** How long rows are kept, in days, and the most rows; null: no limit. */
export interface RetentionSettings {
  readonly operationDays: number;
  readonly eventDays: number;
  readonly mostOperations: number | null;
  readonly mostEvents: number | null;
  readonly deliveryDays: number;
}

/** More than this at once would only wait for the database. */
const most = 256;

/**
 * The embedded database runs one statement at a time. There, more workers only make a longer queue, in which users'
 * requests wait too: among 5,000 creates of others, one took 10 times as long with 4 and 8 workers, and 4 times with 2
 * and 4.
 */
export const readWorkersSettings = (env: Environment, isEmbedded: boolean): WorkersSettings => ({
  scheduler: number(env, 'SCORIA_SCHEDULER_WORKERS', isEmbedded ? 2 : 4, 1, most),
  quick: number(env, 'SCORIA_QUICK_WORKERS', isEmbedded ? 4 : 16, 1, most),
  long: number(env, 'SCORIA_LONG_WORKERS', 4, 1, most),
});

/** The embedded database is on somebody's own disk: 0.9 KB per event and 1.1 KB per operation need a limit. */
export const readRetention = (env: Environment, isEmbedded: boolean): RetentionSettings => ({
  operationDays: number(env, 'SCORIA_KEEP_OPERATIONS', 30, 1, 3650),
  eventDays: number(env, 'SCORIA_KEEP_EVENTS', 90, 1, 3650),
  mostOperations: readMost(env, 'SCORIA_KEEP_MOST_OPERATIONS', isEmbedded ? 15_000 : null),
  mostEvents: readMost(env, 'SCORIA_KEEP_MOST_EVENTS', isEmbedded ? 40_000 : null),
  deliveryDays: number(env, 'SCORIA_KEEP_DELIVERIES', 7, 1, 3650),
});

function readMost(env: Environment, name: string, otherwise: number | null): number | null {
  const word = env[name] || null;
  if (word === null) return otherwise;
  return word === 'all' ? null : number(env, name, 0, 1000, 1_000_000_000);
}

export function readListens(env: Environment): boolean {
  const word = env.SCORIA_LISTEN || 'on';
  if (word !== 'on' && word !== 'off') throw wrong('SCORIA_LISTEN', 'must be on or off');
  return word === 'on';
}
