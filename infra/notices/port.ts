// Notices that work has ended, for requests that wait for it. Like a queue message, a notice is never the truth: a
// request that hears one reads the operation, and one that does not reads it when its time is over.

/** An operation that has ended, successfully or not. */
export interface Ended {
  readonly operation: string;
  readonly resource: string;
  readonly kind: string;
  /** The time since it was requested. */
  readonly milliseconds: number;
}

export interface Notices {
  /** Resolves to true when the operation is reported done, or was a moment ago; to false when the time is over. */
  wait(operation: string, milliseconds: number): Promise<boolean>;
  /** Calls `heard` for each operation that ends, until the returned function is called. Some ends are missed. */
  hear(heard: (ended: Ended) => void): () => void;
  /**
   * How long a request that has heard nothing waits before it looks: shorter where the ends of others' work are not
   * heard.
   */
  readonly pauseMilliseconds: number;
  /** How long a request may still wait here, in milliseconds. */
  left(): number;
  /** How many milliseconds operations of this kind took recently; null when none was heard of. */
  usual(kind: string): number | null;
  /** Reports that an operation has ended. Never throws. */
  done(ended: Ended): void;
}
