// Settings of what works on operations: how much at once.
import { type Environment, number } from './environment.ts';

export interface WorkersSettings {
  readonly scheduler: number;
  /** For each back end; see BackendWorkers. */
  readonly quick: number;
  readonly long: number;
}

export const workersVariables: readonly (readonly [string, string])[] = [
  [
    'SCORIA_QUICK_WORKERS',
    'what each back end connects, creates, deletes and extends at once (16; 0: left to other processes)',
  ],
  [
    'SCORIA_LONG_WORKERS',
    'copies of bytes at once on each back end: images, backups, moves (4; 0: left to other processes)',
  ],
  ['SCORIA_SCHEDULER_WORKERS', 'decisions of the scheduler at once (4)'],
];

/** More than this at once only waits for the database. */
const most = 256;

export const readWorkersSettings = (env: Environment): WorkersSettings => ({
  scheduler: number(env, 'SCORIA_SCHEDULER_WORKERS', 4, 1, most),
  quick: number(env, 'SCORIA_QUICK_WORKERS', 16, 0, most),
  long: number(env, 'SCORIA_LONG_WORKERS', 4, 0, most),
});
