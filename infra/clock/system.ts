import type { Clock } from './port.ts';

/**
 * The machine's own clock, a microsecond on at each look at least: what is made after something else sorts after it.
 * Timers do not keep the process alive.
 */
export function systemClock(): Clock {
  let last = 0;
  return {
    now() {
      last = Math.max(Date.now(), last + 0.001);
      return last;
    },
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const onAbort = () => {
          clearTimeout(timer);
          reject(signal?.reason);
        };
        const timer = setTimeout(() => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        }, milliseconds);
        signal?.addEventListener('abort', onAbort, { once: true });
      }),
  };
}
