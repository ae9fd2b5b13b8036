import type { Clock } from '../clock/port.ts';
import { recent } from '../recent/port.ts';
import type { Notices } from './port.ts';

/**
 * Operations that ended before anybody waited: at least this many are remembered, for the moment between a begin and
 * its wait.
 */
const remembered = 1000;

/** Notices within one process. What another process ends is not heard here: then the time runs out. */
export function memoryNotices({ clock }: { readonly clock: Clock }): Notices {
  const waiting = new Map<string, Set<() => void>>();
  const ended = recent<true>(2 * remembered);
  return {
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
    done(operation) {
      ended.set(operation, true);
      for (const hear of [...(waiting.get(operation) ?? [])]) hear();
    },
  };
}
