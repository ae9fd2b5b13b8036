// The rows of `operations` are the queue: what is queued and due is there to be taken, by any process of the
// database. A word to the others that there is something only makes it quicker.
import { type Clock, timestamp } from '../clock/port.ts';
import type { Database } from '../database/port.ts';
import type { Signals } from '../signals/port.ts';
import { checkDelay, type Delivery, type Message, type Queue } from './port.ts';
import { takeFromRows } from './rows.ts';

export interface PostgresQueueOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly signals: Signals;
}

interface Line {
  readonly take: ReturnType<typeof takeFromRows>;
  /** Consumers that wait. Each takes what it is given, or looks when it is given nothing. */
  readonly idle: Set<(given: readonly Delivery[]) => void>;
  /** Whether there may be something: not after a look that found nothing, until a word comes or it is time to look. */
  isWorthALook: boolean;
}

const topic = 'queue';
const deliveryOf = (message: Message): Delivery => ({ message, receipt: `${message.operation}:${message.attempt}` });

export function postgresQueue({ database, clock, signals }: PostgresQueueOptions): Queue {
  const lines = new Map<string, Line>();
  const closing = new AbortController();
  let deaf: (() => void) | undefined;

  const ring = (queue: string) => {
    const line = lines.get(queue);
    if (line === undefined) return;
    line.isWorthALook = true;
    for (const wake of [...line.idle]) wake([]);
  };

  const lineOf = (queue: string): Line => {
    deaf ??= signals.hear(topic, ring);
    const known = lines.get(queue) ?? { take: takeFromRows(database, queue), idle: new Set(), isWorthALook: true };
    lines.set(queue, known);
    return known;
  };

  /**
   * A consumer of this process that waits has found nothing at its last look: it is handed the message at once, which
   * saves it a look. If it dies with it, the row is still there.
   */
  const hand = (queue: string, message: Message): boolean => {
    const [wake] = lines.get(queue)?.idle ?? [];
    wake?.([deliveryOf(message)]);
    return wake !== undefined;
  };

  return {
    isInRows: true,
    isLostAtEnd: false,
    async send(queue, messages, { delaySeconds = 0 } = {}) {
      checkDelay(delaySeconds);
      const tell = () => signals.tell(topic, queue);
      if (delaySeconds > 0) clock.sleep(delaySeconds * 1000, closing.signal).then(tell, () => {});
      else if (!messages.every((one) => hand(queue, one))) tell();
    },
    async receive(queue, { most, signal }) {
      const line = lineOf(queue);
      const end = AbortSignal.any([signal, closing.signal]);
      while (!end.aborted) {
        if (line.isWorthALook) {
          line.isWorthALook = false;
          const taken = await line.take(most, timestamp(clock));
          // There may be more.
          if (taken.length > 0) line.isWorthALook = true;
          if (taken.length > 0) return taken.map(deliveryOf);
          // Or it was to end while it looked: the signal does not say so again.
          if (line.isWorthALook || end.aborted) continue;
        }
        const given = await idle(line, clock, signals.pauseMilliseconds, end);
        if (given.length > 0) return given;
      }
      return [];
    },
    // A row that was taken is due again by itself when its time is over, and its operation has a lease once it is
    // claimed.
    async extend() {},
    async acknowledge() {},
    async release() {},
    async close() {
      deaf?.();
      closing.abort(new Error('the queue is closed'));
    },
  };
}

/** Waits to be given something, to be rung, or until it is time to look. */
async function idle(line: Line, clock: Clock, milliseconds: number, end: AbortSignal): Promise<readonly Delivery[]> {
  const over = new AbortController();
  const { promise, resolve } = Promise.withResolvers<readonly Delivery[]>();
  const wake = (given: readonly Delivery[]) => {
    line.idle.delete(wake);
    resolve(given);
  };
  const look = () => {
    line.isWorthALook = true;
    wake([]);
  };
  line.idle.add(wake);
  end.addEventListener('abort', look, { once: true });
  clock.sleep(milliseconds, over.signal).then(look, () => {});
  const given = await promise;
  over.abort(new Error('woken'));
  end.removeEventListener('abort', look);
  return given;
}
