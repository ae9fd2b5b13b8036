// Takes messages from a queue and handles them, as many at once as there are workers.
import type { Delivery, Queue } from '../infra/queue/port.ts';
import type { WorkerPorts } from './ports.ts';

export interface Consumer {
  /** Stops taking messages, and waits until those in progress have ended. */
  stop(): Promise<void>;
}

export interface ConsumeOptions {
  /** How many messages are handled at once; 0 leaves the queue to other processes. */
  readonly workers: number;
  /** A message that was not acknowledged is delivered again after this many seconds. */
  readonly visibilitySeconds: number;
}

/** After this time, a queue that could not be reached is tried again. */
const pauseSeconds = 1;

/** `nothing`: there was nothing left to do for the message, for example because it came twice. */
export type Handled = 'handled' | 'nothing';

/** Calls `handle` for each message. Returning acknowledges it; throwing leaves it for redelivery. */
export function consume(
  ports: WorkerPorts,
  queue: string,
  { workers, visibilitySeconds }: ConsumeOptions,
  handle: (delivery: Delivery) => Promise<Handled>,
): Consumer {
  const stopping = new AbortController();
  const working = new Set<Promise<void>>();

  const workOn = async (delivery: Delivery): Promise<void> => {
    const { receipt } = delivery;
    try {
      await handleOne(ports.queue, queue, delivery, handle);
      await ports.queue.acknowledge(queue, [receipt]);
    } catch (error) {
      failed(ports, 'handler-failed', queue, error);
      await ports.queue
        .release(queue, receipt, visibilitySeconds)
        .catch((late: unknown) => failed(ports, 'release-failed', queue, late));
    }
  };

  const loop = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      if (working.size >= workers) {
        await Promise.race(working);
        continue;
      }
      try {
        const options = { most: workers - working.size, visibilitySeconds, signal: stopping.signal };
        for (const delivery of await ports.queue.receive(queue, options)) {
          const one = workOn(delivery).finally(() => working.delete(one));
          working.add(one);
        }
      } catch (error) {
        failed(ports, 'receive-failed', queue, error);
        await ports.clock.sleep(pauseSeconds * 1000, stopping.signal).catch(() => {});
      }
    }
    await Promise.all(working);
  };

  const over = workers === 0 ? Promise.resolve() : loop();
  return {
    stop() {
      stopping.abort(new Error('stopping'));
      return over;
    },
  };
}

/** Handles a delivery, or other work that is due instead: another delivery may already have done its own. */
export async function handleOne(
  queue: Queue,
  name: string,
  delivery: Delivery,
  handle: (delivery: Delivery) => Promise<Handled>,
): Promise<void> {
  let result = await handle(delivery);
  while (result === 'nothing') {
    const message = await queue.instead?.(name);
    if (message === undefined) return;
    result = await handle({ ...delivery, message });
  }
}

function failed(ports: WorkerPorts, event: string, queue: string, error: unknown): void {
  ports.log.error(event, { what: queue, reason: error instanceof Error ? error.message : String(error) });
}
