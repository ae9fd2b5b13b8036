import type { Clock } from '../clock/port.ts';
import type { ConsumeOptions, Consumer, Delivery, Message, Queue } from './port.ts';

interface Held {
  readonly message: Message;
  receiveCount: number;
  /** Hidden from consumers until this time. */
  visibleAt: number;
}

interface Line {
  readonly waiting: Held[];
  /** Consumers that wait for a message. */
  readonly idle: Set<() => void>;
}

export interface MemoryQueueOptions {
  readonly clock: Clock;
  /** After so many deliveries a message goes to the dead-letter queue. */
  readonly maxReceives?: number;
}

export interface MemoryQueue extends Queue {
  /** Messages that were delivered too often, oldest first. */
  readonly dead: readonly { readonly queue: string; readonly message: Message }[];
  /** How many messages have been sent, by queue. */
  readonly sent: ReadonlyMap<string, number>;
}

/**
 * Queues in this process, for one process: at least once, with visibility time-outs and a dead-letter list. What is
 * in them is lost with the process, and the sweeper sends it again from the operation rows.
 */
export function memoryQueue({ clock, maxReceives = 5 }: MemoryQueueOptions): MemoryQueue {
  const lines = new Map<string, Line>();
  const dead: { queue: string; message: Message }[] = [];
  const sent = new Map<string, number>();
  const closing = new AbortController();

  const lineOf = (queue: string): Line => {
    const known = lines.get(queue) ?? { waiting: [], idle: new Set() };
    lines.set(queue, known);
    return known;
  };

  /** Puts a message in line and wakes one consumer when it becomes visible. */
  const enqueue = (queue: string, held: Held): void => {
    const line = lineOf(queue);
    const wait = held.visibleAt - clock.now();
    const show = () => {
      line.waiting.push(held);
      const [wake] = line.idle;
      if (wake !== undefined) {
        line.idle.delete(wake);
        wake();
      }
    };
    if (wait <= 0) show();
    else clock.sleep(wait, closing.signal).then(show, () => {});
  };

  return {
    dead,
    sent,
    async send(queue, message, options) {
      sent.set(queue, (sent.get(queue) ?? 0) + 1);
      enqueue(queue, { message, receiveCount: 0, visibleAt: clock.now() + (options?.delaySeconds ?? 0) * 1000 });
    },
    consume(queue, options, handle) {
      const fail = (held: Held) => {
        if (held.receiveCount >= maxReceives) dead.push({ queue, message: held.message });
        else enqueue(queue, { ...held, visibleAt: clock.now() + options.visibilitySeconds * 1000 });
      };
      return startConsumer(lineOf(queue), options, handle, fail, closing.signal);
    },
    async close() {
      closing.abort(new Error('the queue is closed'));
      for (const line of lines.values()) wakeAll(line);
    },
  };
}

function wakeAll(line: Line): void {
  const idle = [...line.idle];
  line.idle.clear();
  for (const wake of idle) wake();
}

function startConsumer(
  line: Line,
  options: ConsumeOptions,
  handle: (delivery: Delivery) => Promise<void>,
  fail: (held: Held) => void,
  closed: AbortSignal,
): Consumer {
  let isStopped = false;

  const next = async (): Promise<Held | null> => {
    for (;;) {
      if (isStopped || closed.aborted) return null;
      const held = line.waiting.shift();
      if (held !== undefined) return held;
      await new Promise<void>((resolve) => {
        line.idle.add(resolve);
      });
    }
  };

  const work = async (): Promise<void> => {
    for (let held = await next(); held !== null; held = await next()) {
      held.receiveCount += 1;
      // A message in hand is out of line, so nothing has to be extended here.
      const delivery: Delivery = { message: held.message, receiveCount: held.receiveCount, extend: async () => {} };
      try {
        await handle(delivery);
      } catch {
        fail(held);
      }
    }
  };

  const workers = Array.from({ length: options.concurrency }, work);
  return {
    async stop() {
      isStopped = true;
      wakeAll(line);
      await Promise.all(workers);
    },
  };
}
