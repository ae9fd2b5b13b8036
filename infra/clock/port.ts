/** Time as the rest of the code may know it: nothing else reads a clock or sets a timer. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z, with microseconds behind the point. */
  now(): number;
  /** Resolves after so many milliseconds; rejects with the signal's reason when it is aborted first. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** The clock's time as the database takes it: ISO 8601 in UTC, microseconds. */
export function timestamp(clock: Pick<Clock, 'now'>): string {
  const now = clock.now();
  const whole = Math.floor(now);
  const micros = Math.min(999, Math.round((now - whole) * 1000));
  return `${new Date(whole).toISOString().slice(0, -1)}${String(micros).padStart(3, '0')}Z`;
}
