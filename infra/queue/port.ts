// Queues that carry nudges. A message is never the truth: it names an operation row, and losing it costs time.

/** What a queue carries: which operation to look at, and the attempt that this message is for. */
export interface Message {
  readonly operation: string;
  readonly attempt: number;
  /** The kind of its work, so that the claim reads what that kind needs and no more. Without it the claim asks first. */
  readonly kind?: string;
}

/** A message as a consumer gets it: at least once, perhaps late, perhaps twice. */
export interface Delivery {
  readonly message: Message;
  /** How often this message has been delivered, this time included. */
  readonly receiveCount: number;
  /** Keeps the message hidden from others for so many seconds more. */
  extend(seconds: number): Promise<void>;
}

export interface Consumer {
  /** Stops taking messages and waits until those under way have ended. */
  stop(): Promise<void>;
}

export interface ConsumeOptions {
  /** How many messages are worked on at once. */
  readonly concurrency: number;
  /** A message that was not acknowledged is delivered again after so many seconds. */
  readonly visibilitySeconds: number;
}

export interface Queue {
  /** Hands a message over. When it returns, the queue has it; it is delivered at least once. */
  send(queue: string, message: Message, options?: { readonly delaySeconds?: number }): Promise<void>;
  /**
   * Calls `handle` for each message. Returning acknowledges it; throwing leaves it to be delivered again, and
   * after the adapter's limit of deliveries it goes to the dead-letter queue.
   */
  consume(queue: string, options: ConsumeOptions, handle: (delivery: Delivery) => Promise<void>): Consumer;
  close(): Promise<void>;
}
