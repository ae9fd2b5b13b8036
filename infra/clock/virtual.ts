import type { Clock } from './port.ts';

export interface VirtualClock extends Clock {
  /** Moves time on, waking sleepers in the order of their times. */
  advance(milliseconds: number): void;
  /** How many sleep now. */
  readonly sleepers: number;
}

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** A clock that stands still until it is told to go on: for tests and simulations. */
export function virtualClock(start = Date.UTC(2026, 0, 1)): VirtualClock {
  let now = start;
  const sleeping = new Set<Sleeper>();
  return {
    now: () => now,
    get sleepers() {
      return sleeping.size;
    },
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const sleeper: Sleeper = {
          at: now + milliseconds,
          wake() {
            signal?.removeEventListener('abort', onAbort);
            resolve();
          },
        };
        const onAbort = () => {
          sleeping.delete(sleeper);
          reject(signal?.reason);
        };
        signal?.addEventListener('abort', onAbort, { once: true });
        sleeping.add(sleeper);
      }),
    advance(milliseconds) {
      const until = now + milliseconds;
      for (;;) {
        const next = [...sleeping].filter((one) => one.at <= until).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        sleeping.delete(next);
        now = Math.max(now, next.at);
        next.wake();
      }
      now = until;
    },
  };
}
