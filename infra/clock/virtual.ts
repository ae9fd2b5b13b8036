import type { Clock } from './port.ts';

export interface VirtualClock extends Clock {
  /**
   * Moves time on and wakes sleepers in the order of their times. Between two wakes, and at the end, everything that
   * the last one set off comes to rest: nobody sees a later time than they would with a real clock.
   */
  advance(milliseconds: number): Promise<void>;
  /** Names something that must be at rest before the next wake: how many of it are under way. */
  watch(what: string, underWay: () => number): void;
  /** How many sleep now. */
  readonly sleepers: number;
}

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** How many turns of the event loop nothing may happen in: an answer sets off the next question within one or two. */
const quietTurns = 4;
/** What has not come to rest within these milliseconds of real time waits for a later time itself, or hangs. */
const patience = 10_000;

/** A clock that stands still until it is moved on: for tests and simulations. */
export function virtualClock(start = Date.UTC(2026, 0, 1)): VirtualClock {
  let now = start;
  const sleeping = new Set<Sleeper>();
  const watched = new Map<string, () => number>();
  const busy = () => [...watched].filter(([, underWay]) => underWay() > 0).map(([what]) => what);
  const rest = async () => {
    const until = Date.now() + patience;
    for (let quiet = 0; quiet < quietTurns; quiet += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      if (busy().length > 0) quiet = -1;
      if (Date.now() > until) throw new Error(`The clock cannot move on: ${busy().join(', ')} did not come to rest.`);
    }
  };
  const nextBefore = (until: number) => [...sleeping].filter((one) => one.at <= until).sort((a, b) => a.at - b.at)[0];
  return {
    now: () => now,
    get sleepers() {
      return sleeping.size;
    },
    watch(what, underWay) {
      watched.set(what, underWay);
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
    async advance(milliseconds) {
      const until = now + milliseconds;
      await rest();
      for (let next = nextBefore(until); next !== undefined; next = nextBefore(until)) {
        sleeping.delete(next);
        now = Math.max(now, next.at);
        next.wake();
        await rest();
      }
      now = Math.max(now, until);
    },
  };
}
