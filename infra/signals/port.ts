// Short words between the processes of one database, to save a wait. A word may get lost: whoever hears nothing looks by
// itself after a while, so nothing is right or wrong by what was heard.

export interface Signals {
  /** How long a listener that has heard nothing waits before it looks: less where words of others do not arrive now. */
  readonly pauseMilliseconds: number;
  /** Says a word about a topic to every process, to this one at once. Never throws. */
  tell(topic: string, word: string): void;
  /** Calls `heard` for each word about the topic until what it returns is called. */
  hear(topic: string, heard: (word: string) => void): () => void;
  close(): Promise<void>;
}

/** A look is one small statement, and one takes 0.2 ms; over HTTPS some 10 ms, and it has its price. */
export const pauses = { hearing: 1000, deaf: 100, remote: 500 } as const;
