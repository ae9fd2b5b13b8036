// One piece of work at a time on each object, and no caller waits past its deadline. When a deadline passes the
// caller gets its error at once, but the turn is held until the work has really ended (a `cp` that is being killed, a
// system call on a dead mount). So a retry with the same id never meets what is left of the first try.

import type { DriverCall } from '../driver.ts';
import { expired } from './failures.ts';

export class Turns {
  readonly #tails = new Map<string, Promise<void>>();

  /** Runs `work` after all earlier work on `name` has ended. Rejects `transient` as soon as the signal aborts. */
  take<T>(name: string, call: DriverCall, work: () => Promise<T>): Promise<T> {
    if (call.signal.aborted) return Promise.reject(expired());
    const before = this.#tails.get(name);
    const run =
      before === undefined ? work() : before.then(() => (call.signal.aborted ? Promise.reject(expired()) : work()));
    const ended = () => {
      if (this.#tails.get(name) === tail) this.#tails.delete(name);
    };
    const tail: Promise<void> = run.then(ended, ended);
    this.#tails.set(name, tail);
    return untilAborted(run, call.signal);
  }

  /** Resolves when no work is left. */
  async ended(): Promise<void> {
    while (this.#tails.size > 0) await Promise.all(this.#tails.values());
  }
}

/** The result of the promise, or `transient` as soon as the signal aborts. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) {
    promise.catch(() => {});
    return Promise.reject(expired());
  }
  return new Promise((resolve, reject) => {
    const abort = () => reject(expired());
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
