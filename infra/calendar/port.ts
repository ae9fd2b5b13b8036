// When a cron expression is due. It reads no clock and sets no timer, so tests need no fake of it.
import { Cron } from 'croner';

/** Longer than anything a person writes. */
const longest = 100;
/** After this many runs the two closest runs have been seen, because every matching day has the same times. */
const looked = 50;

export class CalendarError extends Error {}

/** Whether this machine knows the IANA time zone. */
function assertZone(timezone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone });
  } catch {
    throw new CalendarError(
      `${timezone.slice(0, 64)} is no time zone. Give one by its IANA name, as Europe/Berlin or UTC.`,
    );
  }
}

function read(expression: string, timezone: string): Cron {
  if (expression.length > longest) throw new CalendarError(`A cron expression has at most ${longest} characters.`);
  if (expression.trim().split(/\s+/).length !== 5) {
    throw new CalendarError(
      'A cron expression has five fields: minute, hour, day of the month, month, day of the week.',
    );
  }
  try {
    return new Cron(expression.trim(), { timezone, paused: true, mode: '5-part' });
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^CronPattern: /, '') : String(error);
    throw new CalendarError(`The cron expression cannot be read: ${why}`);
  }
}

/**
 * Throws a CalendarError, which says what is wrong, unless the expression has five fields, is due at some time after
 * `now` (milliseconds since 1970), and is never due twice within `leastMinutes`.
 */
export function assertDue(expression: string, timezone: string, now: number, leastMinutes: number): void {
  assertZone(timezone);
  const cron = read(expression, timezone);
  let last: Date | null = null;
  for (let n = 0; n < looked; n += 1) {
    const next: Date | null = cron.nextRun(last ?? new Date(now));
    if (next === null && last === null) throw new CalendarError('The cron expression is never due.');
    if (next === null) return;
    if (last !== null && next.getTime() - last.getTime() < leastMinutes * 60_000) {
      throw new CalendarError(`The cron expression is due more often than every ${leastMinutes} minutes.`);
    }
    last = next;
  }
}

/**
 * The next time after `after` (both milliseconds since 1970) when it is due; null when there is none. A time that the
 * clocks skip is due when they go forward; a time that occurs twice is due once.
 */
export function nextDue(expression: string, timezone: string, after: number): number | null {
  return read(expression, timezone).nextRun(new Date(after))?.getTime() ?? null;
}
