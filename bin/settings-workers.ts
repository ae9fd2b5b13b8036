// Settings of what works on operations: how much at once, and how long what has ended is kept.
import { type Environment, number, wrong } from './environment.ts';

export interface WorkersSettings {
  readonly scheduler: number;
  /** For each back end; see BackendWorkers. */
  readonly quick: number;
  readonly long: number;
}

export const workersVariables: readonly (readonly [string, string])[] = [
  ['SCORIA_QUICK_WORKERS', 'what each back end connects, creates, deletes and extends at once (16)'],
  ['SCORIA_LONG_WORKERS', 'copies of bytes at once on each back end: images, backups, moves (4)'],
  ['SCORIA_SCHEDULER_WORKERS', 'decisions of the scheduler at once (4)'],
  ['SCORIA_KEEP_OPERATIONS', 'days that operations are kept after they have ended (30)'],
  ['SCORIA_KEEP_EVENTS', 'days that events are kept (90)'],
  [
    'SCORIA_LISTEN',
    'whether processes on one PostgreSQL tell each other of new work through it: on, or off behind a pooler in transaction mode; then they look 10 times a second (on)',
  ],
];

/** How long rows are kept, in days. */
export interface RetentionSettings {
  readonly operationDays: number;
  readonly eventDays: number;
}

/** More than this at once only waits for the database. */
const most = 256;

export const readWorkersSettings = (env: Environment): WorkersSettings => ({
  scheduler: number(env, 'SCORIA_SCHEDULER_WORKERS', 4, 1, most),
  quick: number(env, 'SCORIA_QUICK_WORKERS', 16, 1, most),
  long: number(env, 'SCORIA_LONG_WORKERS', 4, 1, most),
});

export const readRetention = (env: Environment): RetentionSettings => ({
  operationDays: number(env, 'SCORIA_KEEP_OPERATIONS', 30, 1, 3650),
  eventDays: number(env, 'SCORIA_KEEP_EVENTS', 90, 1, 3650),
});

export function readListens(env: Environment): boolean {
  const word = env.SCORIA_LISTEN || 'on';
  if (word !== 'on' && word !== 'off') throw wrong('SCORIA_LISTEN', 'must be on or off');
  return word === 'on';
}
