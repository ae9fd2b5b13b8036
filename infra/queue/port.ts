// Queues that carry nudges. A message is never the truth: it names an operation's row, and losing it only costs time.
//
// The port demands only what every queue service has (SQS is the narrowest): batches, an opaque receipt, delays of at
// most 15 minutes, and names that names.ts adapts.

/** A nudge: which operation to look at, and the attempt that this message is for. */
export interface Message {
  readonly operation: string;
  readonly attempt: number;
  /** The project that waits for it: each queue serves projects in turn. */
  readonly project: string;
  /**
   * The kind of its work, so that the claim reads only what that kind needs. Without it, the claim asks for the kind
   * first.
   */
  readonly kind?: string;
}

/** The part of a message about the operation. */
export type Nudge = Omit<Message, 'project'>;

/** A message as a consumer receives it: at least once, maybe late, maybe twice. */
export interface Delivery {
  readonly message: Message;
  /** Identifies this delivery to the adapter; opaque to everyone else. */
  readonly receipt: string;
}

export interface ReceiveOptions {
  /** The most messages at once. */
  readonly most: number;
  /** A message that was not acknowledged is delivered again after this many seconds. */
  readonly visibilitySeconds: number;
  /** Ends the wait, with no messages. */
  readonly signal: AbortSignal;
}

/** Every adapter refuses a longer delay with a RangeError: no SQS message may wait longer. */
export const mostDelaySeconds = 900;

export interface Queue {
  /**
   * Whether the rows of the operations are the queue. Then no message can be lost, and the sweeper has nothing to
   * send again. Where messages are separate, it sends what nobody has claimed for a while.
   */
  readonly isInRows: boolean;
  /** Whether its content is lost with this process. Then everything that waits is sent again at start. */
  readonly isLostAtEnd: boolean;
  /** Sends any number of messages. When it returns, the queue has them; each is delivered at least once. */
  send(queue: string, messages: readonly Message[], options?: { readonly delaySeconds?: number }): Promise<void>;
  /** Waits for messages and takes them, from each project in turn. Returns none only when the signal is aborted. */
  receive(queue: string, options: ReceiveOptions): Promise<readonly Delivery[]>;
  /** Keeps a message hidden from others for this many seconds from now. */
  extend(queue: string, receipt: string, seconds: number): Promise<void>;
  /** Acknowledges: the message is done. */
  acknowledge(queue: string, receipts: readonly string[]): Promise<void>;
  /**
   * The message could not be handled: it is delivered again after this many seconds, and moves to the dead-letter
   * queue after the adapter's limit of deliveries.
   */
  release(queue: string, receipt: string, seconds: number): Promise<void>;
  /**
   * Other work of the queue that is due, for a delivery that has nothing left to do; undefined: there is none. Absent
   * where each message stands only for its own work.
   */
  instead?(queue: string): Promise<Message | undefined>;
  close(): Promise<void>;
}

/** A message as a function's platform delivers it. */
export interface Brought {
  readonly body: string;
  readonly receipt: string;
}

/** A queue whose messages are delivered by a platform, not received by us. */
export interface BroughtQueue extends Queue {
  /** Which of these queues a platform's name (an ARN) means. */
  among(queues: readonly string[], platformName: string): string | undefined;
  /**
   * The counterpart of receive() for what was delivered: in turn, and without messages that cannot be handled here,
   * which must not be acknowledged.
   */
  brought(queue: string, messages: readonly Brought[]): Promise<readonly Delivery[]>;
}

/** All that is needed to request work. */
export type Sender = Pick<Queue, 'send'>;

/** Throws when a queue service would refuse the delay. */
export function checkDelay(seconds: number): void {
  if (seconds > mostDelaySeconds) throw new RangeError(`a message waits ${mostDelaySeconds} s at most, not ${seconds}`);
}
