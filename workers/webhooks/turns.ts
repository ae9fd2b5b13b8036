import type { Clock } from '../../infra/clock/port.ts';

interface Bounds {
  /** So many pieces of work at once. */
  readonly atOnce: number;
  /** And so many begin in a second. */
  readonly perSecond: number;
}

/** Has work done within bounds, in the order in which it came; when it is over, at once: then there is nothing to do. */
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
      // Whoever is next has the turn of this one.
      const next = waiting.shift();
      if (next === undefined) underWay -= 1;
      else next();
    }
  };
}
