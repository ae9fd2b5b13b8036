// Counters of one process. Several processes behind a balancer each allow the whole rate.
import type { Clock } from '../clock/port.ts';
import { recent } from '../recent/port.ts';
import type { Counters } from './port.ts';

export interface MemoryCountersOptions {
  readonly clock: Pick<Clock, 'now'>;
  /**
   * The most keys whose rate is remembered; those that did not ask for longest are forgotten, and have their whole
   * burst again.
   */
  readonly mostKeys?: number;
}

export function memoryCounters({ clock, mostKeys = 20_000 }: MemoryCountersOptions): Counters {
  // One number a key: when the next request would be due if none had come early (GCRA).
  const due = recent<number>(mostKeys);
  const underWay = new Map<string, number>();
  return {
    take(key, { perSecond, burst }) {
      const now = clock.now();
      const interval = 1000 / perSecond;
      const next = Math.max(due.get(key) ?? 0, now);
      const early = next - now - interval * (burst - 1);
      if (early > 0) return early;
      due.set(key, next + interval);
      return 0;
    },
    enter(key, most) {
      const count = underWay.get(key) ?? 0;
      if (count >= most) return false;
      underWay.set(key, count + 1);
      return true;
    },
    leave(key) {
      const count = underWay.get(key) ?? 0;
      if (count <= 1) underWay.delete(key);
      else underWay.set(key, count - 1);
    },
  };
}
