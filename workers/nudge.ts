// Sends the message that says there is work.
import type { Message } from '../infra/queue/port.ts';
import type { WorkerPorts } from './ports.ts';

/**
 * Sends the message. If that fails, because the queue is unavailable or this worker may not write to it, nothing is
 * lost: the sweeper sends what nobody has claimed.
 */
export async function nudge(ports: WorkerPorts, queue: string, message: Message, delaySeconds = 0): Promise<void> {
  await ports.queue.send(queue, [message], { delaySeconds }).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    ports.log.warn('nudge-failed', { operation: message.operation, queue, reason });
  });
}
