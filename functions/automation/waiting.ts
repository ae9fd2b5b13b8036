// `Prefer: wait=N`: an answer that comes when there is something to say, or when the time is over.
import type { Call } from '../http/operation.ts';

/** Below what gateways allow (29 s), and what a function may be billed for. */
const mostSeconds = 25;
/** How often it looks. */
const everyMilliseconds = 500;

/** The seconds that a client would wait; 0 without the header, or with one that is not understood. */
export function waitOf(headers: Headers): number {
  const found = /(?:^|[,;\s])wait=(\d{1,9})(?:$|[,;\s])/.exec(headers.get('prefer') ?? '');
  return found === null ? 0 : Math.min(Number(found[1]), mostSeconds);
}

/** Asks until the answer is worth saying, or the client has waited for long enough; returns the last answer. */
export async function waiting<T>(call: Call, ask: () => Promise<T>, isWorth: (told: T) => boolean): Promise<T> {
  const { clock } = call.ports;
  const until = clock.now() + waitOf(call.headers) * 1000;
  for (;;) {
    const told = await ask();
    const left = until - clock.now();
    if (isWorth(told) || left <= 0) return told;
    await clock.sleep(Math.min(everyMilliseconds, left));
  }
}
