// `Prefer: wait=N` (RFC 7240): an answer that comes when there is something to say, or when the time is over.
import type { Call } from './call.ts';

/** Below what gateways allow: API Gateway ends a request after 29 s. */
export const mostWaitSeconds = 25;

/** The seconds that a client would wait; 0 without the header, or with one that is not understood. */
export function waitOf(headers: Headers): number {
  const found = /(?:^|[,;\s])wait=(\d{1,9})(?:$|[,;\s])/i.exec(headers.get('prefer') ?? '');
  return found === null ? 0 : Math.min(Number(found[1]), mostWaitSeconds);
}

/** Looks come less often the longer nothing happens: up to so many of the first pauses apart. */
const growth = 1.5;
const mostPauses = 4;

interface Waiting<T> {
  ask(): Promise<T>;
  /** Whether the answer is to be given now; asked of the first one too. */
  isWorth(told: T): boolean;
  /** What is waited for: the end of work on these ids is heard at once. Null: of any. */
  readonly about: string | null;
}

/**
 * Asks until the answer is worth saying or the client has waited for as long as it would; returns the last answer.
 * Where too many wait already it is answered as if it would not wait, and without `Preference-Applied`.
 */
export async function waiting<T>(call: Call<unknown>, { ask, isWorth, about }: Waiting<T>): Promise<T> {
  const { clock, notices } = call.ports;
  const seconds = waitOf(call.headers);
  const first = await ask();
  if (seconds === 0) return first;
  const until = clock.now() + Math.min(seconds * 1000, notices.left());
  if (!isWorth(first) && !call.rest()) return first;
  call.addHeader('Preference-Applied', `wait=${seconds}`);
  const ear = listen(call, about);
  try {
    let told = first;
    for (let pause = notices.pauseMilliseconds; !isWorth(told); pause = Math.min(pause * growth, ear.mostPause)) {
      const left = until - clock.now();
      if (left <= 0 || call.gone().aborted) break;
      await ear.sleep(Math.min(pause, left));
      told = await ask();
    }
    return told;
  } finally {
    ear.close();
  }
}

/** Sleeps until something is heard. What is heard while nobody sleeps ends the next sleep. */
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
      await clock.sleep(milliseconds, alarm.signal).catch(() => {}); // heard
      if (alarm.signal.aborted) alarm = new AbortController();
    },
  };
}

/** Has a request handled whose answer may wait: see Operation.waits. */
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
