// Short messages between the processes on one database, which save waiting time. A message may get lost: whoever
// hears nothing looks for itself after a while, so correctness never depends on them.

export interface Signals {
  /** How long a listener that hears nothing waits before it looks: shorter while messages of others do not arrive. */
  readonly pauseMilliseconds: number;
  /** Sends a word on a topic to every process; this one receives it at once. Never throws. */
  tell(topic: string, word: string): void;
  /** Calls `heard` for each word on the topic, until the returned function is called. */
  hear(topic: string, heard: (word: string) => void): () => void;
  close(): Promise<void>;
}

/** Each look is one small statement: 0.2 ms on PostgreSQL; over HTTPS about 10 ms, and it costs money. */
export const pauses = { hearing: 1000, deaf: 100, remote: 500 } as const;
