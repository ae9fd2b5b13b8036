// Queues that carry nudges. A message is never the truth: it names an operation row, and losing it costs time.
//
// The port asks for no more than any queue service has (SQS is the narrowest): batches, a receipt that means something
// to the adapter only, delays of 15 minutes at most, and names that names.ts makes fit.

/** What a queue carries: which operation to look at, and the attempt that this message is for. */
export interface Message {
  readonly operation: string;
  readonly attempt: number;
  /** Who waits for it: each queue serves projects in turn. */
  readonly project: string;
  /**
   * The kind of its work, so that the claim reads what that kind needs and no more. Without it the claim asks first.
   */
  readonly kind?: string;
}

/** What a message says of the operation. */
export type Nudge = Omit<Message, 'project'>;

/** A message as a consumer gets it: at least once, perhaps late, perhaps twice. */
export interface Delivery {
  readonly message: Message;
  /** What the adapter knows this delivery by; opaque to everyone else. */
  readonly receipt: string;
}

export interface ReceiveOptions {
  /** At most this many at once. */
  readonly most: number;
  /** A message that was not acknowledged is delivered again after this many seconds. */
  readonly visibilitySeconds: number;
  /** Ends the waiting: then there is nothing. */
  readonly signal: AbortSignal;
}

/** A longer delay is refused with a RangeError, by every adapter: no message of SQS may wait longer. */
export const mostDelaySeconds = 900;

export interface Queue {
  /**
   * Whether the rows of the operations are the queue. Then none gets lost, and the sweeper has nothing to send again.
   * Where messages are a thing of their own, it sends what nobody has claimed for a while.
   */
  readonly isInRows: boolean;
  /** Whether what is in it is gone with this process. Then all that waits is sent again at the start. */
  readonly isLostAtEnd: boolean;
  /** Hands messages over, any number. When it returns, the queue has them; each is delivered at least once. */
  send(queue: string, messages: readonly Message[], options?: { readonly delaySeconds?: number }): Promise<void>;
  /** Waits until there is something, and takes it: of each project in turn. Nothing only when the signal is aborted. */
  receive(queue: string, options: ReceiveOptions): Promise<readonly Delivery[]>;
  /** Keeps a message hidden from others for this many seconds from now. */
  extend(queue: string, receipt: string, seconds: number): Promise<void>;
  /** The message has done what it was for. */
  acknowledge(queue: string, receipts: readonly string[]): Promise<void>;
  /**
   * The message could not be worked on: it is delivered again after this many seconds, and after the adapter's limit of
   * deliveries goes to the dead-letter queue.
   */
  release(queue: string, receipt: string, seconds: number): Promise<void>;
  /**
   * Other work of the queue that is due, for a delivery whose own is no longer there to be done; undefined: there is
   * none. Absent where each message stands for its own work and no other.
   */
  instead?(queue: string): Promise<Message | undefined>;
  close(): Promise<void>;
}

/** A message as the platform of a function brings it. */
export interface Brought {
  readonly body: string;
  readonly receipt: string;
}

/** A queue whose messages a platform brings, instead of that somebody receives them. */
export interface BroughtQueue extends Queue {
  /** Which of these queues the platform's name for one (an ARN) is. */
  among(queues: readonly string[], platformName: string): string | undefined;
  /**
   * As receive() of what has come: in turn, and without what cannot be worked on here, which is not to be
   * acknowledged.
   */
  brought(queue: string, messages: readonly Brought[]): Promise<readonly Delivery[]>;
}

/** All that who asks for work needs. */
export type Sender = Pick<Queue, 'send'>;

/** Throws when a queue service would not take the delay. */
export function checkDelay(seconds: number): void {
  if (seconds > mostDelaySeconds) throw new RangeError(`a message waits ${mostDelaySeconds} s at most, not ${seconds}`);
}
