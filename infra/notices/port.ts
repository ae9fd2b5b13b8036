// Notices that work has ended: what a request listens for that waits for its outcome. Like a message of the queue, a
// notice is never the truth: who has heard it reads the operation, and who has not reads it when the time is over.

export interface Notices {
  /**
   * Resolves to true when the operation has been reported done, or was a moment ago; to false when the time is over.
   */
  wait(operation: string, milliseconds: number): Promise<boolean>;
  /** Reports that an operation has ended, well or badly. Never throws. */
  done(operation: string): void;
}
