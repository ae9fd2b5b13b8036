import type { Clock } from '../../infra/clock/port.ts';

interface Bounds {
  /** The most pieces of work at once. */
  readonly atOnce: number;
  /** The most that begin in a second. */
  readonly perSecond: number;
}

/** Does work within bounds, in the order of the calls. Once `isOver`, nothing waits for the rate any more. */
export function turns(clock: Clock, { atOnce, perSecond }: Bounds, isOver: () => boolean) {
  const waiting: (() => void)[] = [];
  let underWay = 0;
  let nextAt = 0;
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (underWay >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    else underWay += 1;
    try {
      const now = clock.now();
      nextAt = Math.max(nextAt + 1000 / perSecond, now);
      if (nextAt > now && !isOver()) await clock.sleep(nextAt - now);
      return await work();
    } finally {
      // The next in line gets this turn.
      const next = waiting.shift();
      if (next === undefined) underWay -= 1;
      else next();
    }
  };
}
