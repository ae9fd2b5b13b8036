// Takes messages off a queue and has them worked on, as many at once as there are workers.
import type { Delivery, Queue } from '../infra/queue/port.ts';
import type { WorkerPorts } from './ports.ts';

export interface Consumer {
  /** Stops taking messages and waits until those under way have ended. */
  stop(): Promise<void>;
}

export interface ConsumeOptions {
  /** How many messages are worked on at once; none: the queue is left to other processes. */
  readonly workers: number;
  /** A message that was not acknowledged is delivered again after this many seconds. */
  readonly visibilitySeconds: number;
}

/** A queue that cannot be asked, as its service is away, is asked again after this. */
const pauseSeconds = 1;

/** `nothing`: the work of the message was no longer there to be done, as for one that came twice. */
export type Handled = 'handled' | 'nothing';

/** Calls `handle` for each message: returning acknowledges it, throwing leaves it to be delivered again. */
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

/** Handles a delivery, or in its place other work that is due: its own may have been done in the place of another. */
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
