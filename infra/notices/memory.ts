import type { Clock } from '../clock/port.ts';
import type { Notices } from './port.ts';

/** Operations that ended before anybody waited: remembered so many, for the moment between a begin and its wait. */
const remembered = 1000;

/** Notices within one process. What another process ends is not heard here: then the time runs out. */
export function memoryNotices({ clock }: { readonly clock: Clock }): Notices {
  const waiting = new Map<string, Set<() => void>>();
  const ended = new Set<string>();
  return {
    async wait(operation, milliseconds) {
      if (ended.has(operation)) return true;
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
      ended.add(operation);
      const [oldest] = ended;
      if (ended.size > remembered && oldest !== undefined) ended.delete(oldest);
      for (const hear of [...(waiting.get(operation) ?? [])]) hear();
    },
  };
}
