// Settings of what is kept of the past: for how long, and how much of it.
import { type Environment, number } from './environment.ts';

/** How long rows are kept, in days, and the most rows; null: no limit. */
export interface RetentionSettings {
  readonly operationDays: number;
  readonly eventDays: number;
  readonly mostOperations: number | null;
  readonly mostEvents: number | null;
  readonly deliveryDays: number;
}

export const retentionVariables: readonly (readonly [string, string])[] = [
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
];

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
