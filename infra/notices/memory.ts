import type { Clock } from '../clock/port.ts';
import { recent } from '../recent/port.ts';
import type { Ended, Notices } from './port.ts';
import { usualTimes } from './usual.ts';

/**
 * Operations that ended before anybody waited: at least this many are remembered, for the moment between a begin and
 * its wait.
 */
const remembered = 1000;
/** What changes without an operation that ends is seen after this. */
const pauseMilliseconds = 250;

/** Notices within one process. What another process ends is not heard here: then the time runs out. */
export function memoryNotices({ clock }: { readonly clock: Clock }): Notices {
  const waiting = new Map<string, Set<() => void>>();
  const ended = recent<true>(2 * remembered);
  const hearing = new Set<(one: Ended) => void>();
  const usual = usualTimes();
  return {
    pauseMilliseconds,
    left: () => Number.POSITIVE_INFINITY,
    usual: usual.of,
    hear(heard) {
      hearing.add(heard);
      return () => hearing.delete(heard);
    },
    async wait(operation, milliseconds) {
      if (ended.get(operation)) return true;
      const over = new AbortController();
      const heard = new Error('heard');
      const hear = () => over.abort(heard);
      const others = waiting.get(operation) ?? new Set();
      waiting.set(operation, others.add(hear));
      try {
        await clock.sleep(milliseconds, over.signal);
        return false;
      } catch (error) {
        if (error !== heard) throw error;
        return true;
      } finally {
        others.delete(hear);
        if (others.size === 0 && waiting.get(operation) === others) waiting.delete(operation);
      }
    },
    done(one) {
      ended.set(one.operation, true);
      usual.add(one);
      for (const hear of [...(waiting.get(one.operation) ?? [])]) hear();
      for (const hear of [...hearing]) hear(one);
    },
  };
}
