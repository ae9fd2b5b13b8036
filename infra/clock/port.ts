/** The only access to time: nothing else reads a clock or sets a timer. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z, with microseconds as the fraction. */
  now(): number;
  /** Resolves after that many milliseconds; rejects with the signal's reason when it is aborted first. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/**
 * Runs work with a signal that aborts with a TimeoutError after that many milliseconds of this clock. The timer ends
 * with the work.
 */
export async function withTimeout<Result>(
  clock: Clock,
  milliseconds: number,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const timer = new AbortController();
  const late = new AbortController();
  clock.sleep(milliseconds, timer.signal).then(
    () => late.abort(new DOMException(`It took more than ${milliseconds} ms.`, 'TimeoutError')),
    () => {}, // the work ended first
  );
  try {
    return await work(late.signal);
  } finally {
    timer.abort();
  }
}

/** Whether an error means that time ran out. */
export const isTimeout = (error: unknown) => error instanceof DOMException && error.name === 'TimeoutError';

/** The clock's time in the form that the database takes: ISO 8601 in UTC, with microseconds. */
export function timestamp(clock: Pick<Clock, 'now'>): string {
  const now = clock.now();
  const whole = Math.floor(now);
  const micros = Math.min(999, Math.round((now - whole) * 1000));
  return `${new Date(whole).toISOString().slice(0, -1)}${String(micros).padStart(3, '0')}Z`;
}
