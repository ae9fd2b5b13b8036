// When a delivery that has failed is tried again: the times of Standard Webhooks, for a day.
import type { Ids } from '../../infra/ids/port.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** After the first failure, the second and so on; the last stands for all that follow. */
const delays: readonly number[] = [5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour];

/** So long an event is tried. Then its subscription pauses. */
export const tryMilliseconds = 24 * hour;

/** Failures in turn from which on one delivery at a time tries whether the receiver is there. */
export const mostFailures = 5;
/** A receiver that is there again is noticed within this time. */
const longestSilence = hour;
/** The longest that a receiver may ask us to wait. */
const longestRetryAfter = 24 * hour;

/** A tenth more or less, so that what failed together does not come back together. */
const jittered = (ids: Ids, milliseconds: number) =>
  milliseconds * (0.9 + 0.2 * (Number.parseInt(ids.uuid().slice(0, 8), 16) / 0x1_0000_0000));

const delayAfter = (failures: number) => delays[Math.min(failures, delays.length) - 1] ?? 0;

/** When an event is tried again that has failed `attempts` times; its last attempt is a day after its first. */
export function nextAttempt(ids: Ids, attempts: number, firstAt: number, now: number): number {
  return Math.max(now + second, Math.min(now + jittered(ids, delayAfter(attempts)), firstAt + tryMilliseconds));
}

/** Until when nothing at all is sent to a receiver that has failed so many times in turn; null: it is asked on. */
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
