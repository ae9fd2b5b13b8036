// Notices that work has ended: what a request listens for that waits for its outcome. Like a message of the queue, a
// notice is never the truth: who has heard it reads the operation, and who has not reads it when the time is over.

/** An operation that has ended, well or badly. */
export interface Ended {
  readonly operation: string;
  readonly resource: string;
  readonly kind: string;
  /** Since it was asked for. */
  readonly milliseconds: number;
}

export interface Notices {
  /**
   * Resolves to true when the operation has been reported done, or was a moment ago; to false when the time is over.
   */
  wait(operation: string, milliseconds: number): Promise<boolean>;
  /** Calls `heard` for each operation that ends, until what it returns is called. Some ends are not heard. */
  hear(heard: (ended: Ended) => void): () => void;
  /** After how long one who has heard nothing should look: less where ends elsewhere are not heard. */
  readonly pauseMilliseconds: number;
  /** How long a request may still wait here, in milliseconds. */
  left(): number;
  /** How many milliseconds operations of this kind have taken lately; null where none was heard of. */
  usual(kind: string): number | null;
  /** Reports that an operation has ended. Never throws. */
  done(ended: Ended): void;
}
