// The pauses between the rounds of a dispatcher.
import type { Clock } from '../../infra/clock/port.ts';

export interface Pauses {
  /** From now on, wake() shortens the next pause. */
  listen(): void;
  wake(): void;
  /**
   * Lasts `whole` milliseconds, or until it is woken, but then at least `rest`: so one round is for all that ended by
   * then. Stopping ends it at once.
   */
  pause(rest: number, whole: number): Promise<void>;
}

export function pausesOf(clock: Clock, stopping: AbortSignal): Pauses {
  let waking = new AbortController();
  const wake = () => waking.abort(new Error('there may be more to do'));
  stopping.addEventListener('abort', wake, { once: true });
  return {
    listen() {
      waking = new AbortController();
    },
    wake,
    async pause(rest, whole) {
      if (!stopping.aborted) await clock.sleep(Math.min(rest, whole), stopping).catch(() => {});
      if (whole > rest && !stopping.aborted) await clock.sleep(whole - rest, waking.signal).catch(() => {});
    },
  };
}
