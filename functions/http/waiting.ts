// `Prefer: wait=N` (RFC 7240): the answer is held back until something has changed or the time is over.
import type { Call } from './call.ts';

/** Below what gateways allow: API Gateway ends a request after 29 s. */
export const mostWaitSeconds = 25;

/** The seconds that the client is willing to wait; 0 without the header, or with one that is not understood. */
export function waitOf(headers: Headers): number {
  const found = /(?:^|[,;\s])wait=(\d{1,9})(?:$|[,;\s])/i.exec(headers.get('prefer') ?? '');
  return found === null ? 0 : Math.min(Number(found[1]), mostWaitSeconds);
}

/** The longer nothing happens, the longer the pause between two looks: up to `mostPauses` times the first. */
const growth = 1.5;
const mostPauses = 4;

interface Waiting<T> {
  ask(): Promise<T>;
  /** Whether this answer should be sent now. Asked for the first answer too. */
  isWorth(answer: T): boolean;
  /** The operation or resource to wait for: the end of its work wakes the request at once. Null: any. */
  readonly about: string | null;
}

/**
 * Asks again until the answer is worth sending or the client's time is over; returns the last answer. When too many
 * requests wait already it answers at once, without `Preference-Applied`.
 */
export async function waiting<T>(call: Call<unknown>, { ask, isWorth, about }: Waiting<T>): Promise<T> {
  const { clock, notices } = call.ports;
  const seconds = waitOf(call.headers);
  const first = await ask();
  if (seconds === 0) return first;
  const until = clock.now() + Math.min(seconds * 1000, notices.left());
  if (!isWorth(first) && !call.rest()) return first;
  call.addHeader('Preference-Applied', `wait=${seconds}`);
  const waiter = listen(call, about);
  try {
    let latest = first;
    for (let pause = notices.pauseMilliseconds; !isWorth(latest); pause = Math.min(pause * growth, waiter.mostPause)) {
      const left = until - clock.now();
      if (left <= 0 || call.gone().aborted) break;
      await waiter.sleep(Math.min(pause, left));
      latest = await ask();
    }
    return latest;
  } finally {
    waiter.close();
  }
}

/** Sleeps until a notice comes. A notice that comes while nobody sleeps ends the next sleep. */
function listen(call: Call<unknown>, about: string | null) {
  const { clock, notices } = call.ports;
  let alarm = new AbortController();
  const close = notices.hear(({ operation, resource }) => {
    if (about === null || about === operation || about === resource) alarm.abort();
  });
  const gone = call.gone();
  const stop = () => alarm.abort();
  gone.addEventListener('abort', stop);
  return {
    mostPause: mostPauses * notices.pauseMilliseconds,
    close() {
      close();
      gone.removeEventListener('abort', stop);
    },
    async sleep(milliseconds: number) {
      await clock.sleep(milliseconds, alarm.signal).catch(() => {}); // woken by a notice
      if (alarm.signal.aborted) alarm = new AbortController();
    },
  };
}

/** Handles a request whose answer may be held back: see Operation.waits. */
export function handleWaiting(
  call: Call,
  waits: (answer: never) => string | null,
  param: string | undefined,
  handle: () => Promise<unknown>,
): Promise<unknown> {
  let first: string | null | undefined;
  const isWorth = (answer: unknown) => {
    const now = waits(answer as never); // what its handler has returned
    if (first === undefined) first = now;
    return now === null || now !== first;
  };
  const about = param === undefined ? null : ((call.params as Record<string, string>)[param] ?? null);
  return waiting(call, { ask: handle, isWorth, about });
}
