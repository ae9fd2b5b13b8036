import type { Clock } from '../clock/port.ts';
import { decodeMessage, encodeMessage } from './message.ts';
import { checkDelay, type Delivery, type Message, type Queue, type ReceiveOptions } from './port.ts';
import { type Turns, turns } from './turns.ts';

interface Held {
  readonly text: string;
  readonly receiveCount: number;
}

interface Line {
  readonly waiting: Turns<Held>;
  /** What was delivered and not acknowledged yet, by receipt. */
  readonly inHand: Map<string, Held>;
  /** Consumers that wait for a message. */
  readonly idle: Set<() => void>;
}

export interface MemoryQueueOptions {
  readonly clock: Clock;
  /** After how many deliveries a message goes to the dead-letter queue. */
  readonly maxReceives?: number;
}

export interface MemoryQueue extends Queue {
  /** Messages that were delivered too often, oldest first. */
  readonly dead: readonly { readonly queue: string; readonly message: Message }[];
}

/**
 * Queues in this process, for one process: at least once, with a dead-letter list. What is in them is lost with the
 * process, and the sweeper sends it again from the operation rows. A message in hand is not delivered again while its
 * consumer lives.
 */
export function memoryQueue({ clock, maxReceives = 5 }: MemoryQueueOptions): MemoryQueue {
  const lines = new Map<string, Line>();
  const dead: { queue: string; message: Message }[] = [];
  const closing = new AbortController();
  let receipts = 0;

  const lineOf = (queue: string): Line => {
    const known = lines.get(queue) ?? { waiting: turns<Held>(), inHand: new Map(), idle: new Set() };
    lines.set(queue, known);
    return known;
  };

  /** Puts a message in line when it is due, and wakes one consumer. */
  const enqueue = (queue: string, held: Held, delaySeconds: number): void => {
    const line = lineOf(queue);
    const show = () => {
      // One that waits already, as the sweeper has sent it again, is not needed twice.
      if (!line.waiting.add(decodeMessage(held.text).project, held.text, held)) return;
      const [wake] = line.idle;
      if (wake !== undefined) wake();
    };
    if (delaySeconds <= 0) show();
    else clock.sleep(delaySeconds * 1000, closing.signal).then(show, () => {});
  };

  const take = (line: Line, most: number): Delivery[] => {
    const taken: Delivery[] = [];
    for (let held = line.waiting.next(); held !== undefined; held = line.waiting.next()) {
      receipts += 1;
      const receipt = `${receipts}`;
      line.inHand.set(receipt, { ...held, receiveCount: held.receiveCount + 1 });
      taken.push({ message: decodeMessage(held.text), receipt });
      if (taken.length >= most) break;
    }
    return taken;
  };

  return {
    isInRows: false,
    isLostAtEnd: true,
    dead,
    async send(queue, messages, { delaySeconds = 0 } = {}) {
      checkDelay(delaySeconds);
      for (const message of messages) enqueue(queue, { text: encodeMessage(message), receiveCount: 0 }, delaySeconds);
    },
    async receive(queue, { most, signal }) {
      const line = lineOf(queue);
      for (;;) {
        if (signal.aborted || closing.signal.aborted) return [];
        const taken = take(line, most);
        if (taken.length > 0) return taken;
        await woken(line, signal);
      }
    },
    async extend() {},
    async acknowledge(queue, done) {
      for (const receipt of done) lineOf(queue).inHand.delete(receipt);
    },
    async release(queue, receipt, seconds) {
      const { inHand } = lineOf(queue);
      const held = inHand.get(receipt);
      if (held === undefined) return;
      inHand.delete(receipt);
      if (held.receiveCount >= maxReceives) dead.push({ queue, message: decodeMessage(held.text) });
      else enqueue(queue, held, seconds);
    },
    async close() {
      closing.abort(new Error('the queue is closed'));
      for (const line of lines.values()) for (const wake of [...line.idle]) wake();
    },
  };
}

/** Resolves when the line wakes one, or the signal is aborted. */
function woken(line: Line, signal: ReceiveOptions['signal']): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      line.idle.delete(wake);
      signal.removeEventListener('abort', wake);
      resolve();
    };
    line.idle.add(wake);
    signal.addEventListener('abort', wake, { once: true });
  });
}
