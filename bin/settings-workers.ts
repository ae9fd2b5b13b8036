// Settings of the workers: how much runs at once, and how they hear of new work.
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
  [
    'SCORIA_LISTEN',
    'whether processes on one PostgreSQL tell each other of new work through it: on, or off behind a pooler in transaction mode; then they look 10 times a second (on)',
  ],
];

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

export function readListens(env: Environment): boolean {
  const word = env.SCORIA_LISTEN || 'on';
  if (word !== 'on' && word !== 'off') throw wrong('SCORIA_LISTEN', 'must be on or off');
  return word === 'on';
}
