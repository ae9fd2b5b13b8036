// When a delivery that has failed is tried again: the times of Standard Webhooks, for a day.
import type { Ids } from '../../infra/ids/port.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** The delay after the first failure, the second and so on; the last is for all that follow. */
const delays: readonly number[] = [5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour];

/** How long an event is tried. Then its subscription is paused. */
export const tryMilliseconds = 24 * hour;

/** After so many failures in a row, one delivery at a time tries whether the receiver works again. */
export const mostFailures = 5;
/** A receiver that works again is noticed within this time. */
const longestSilence = hour;
/** The longest that a receiver may ask us to wait. */
const longestRetryAfter = 24 * hour;

/** A tenth more or less, so that what failed together does not come back together. */
const jittered = (ids: Ids, milliseconds: number) =>
  milliseconds * (0.9 + 0.2 * (Number.parseInt(ids.uuid().slice(0, 8), 16) / 0x1_0000_0000));

const delayAfter = (failures: number) => delays[Math.min(failures, delays.length) - 1] ?? 0;

/** When to try an event again that has failed `attempts` times. Its last attempt is a day after its first. */
export function nextAttempt(ids: Ids, attempts: number, firstAt: number, now: number): number {
  return Math.max(now + second, Math.min(now + jittered(ids, delayAfter(attempts)), firstAt + tryMilliseconds));
}

/** Until when nothing is sent to a receiver that has failed so many times in a row; null: there is no pause. */
export function silentUntil(ids: Ids, failures: number, now: number): number | null {
  if (failures < mostFailures) return null;
  return now + jittered(ids, Math.min(delayAfter(failures - mostFailures + 1), longestSilence));
}

/** The milliseconds that `Retry-After` asks for: seconds, or a date. Null for what is neither. */
export function retryAfterOf(header: string | null, now: number): number | null {
  if (header === null) return null;
  const seconds = /^\s*\d{1,9}\s*$/.test(header) ? Number(header) * second : Date.parse(header) - now;
  return Number.isNaN(seconds) ? null : Math.min(Math.max(seconds, 0), longestRetryAfter);
}
