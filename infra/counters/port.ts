/** How many a second on average, and how many at once after a pause. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** Counts who asks how often and how much at once. Synchronous: it stands before every request. */
export interface Counters {
  /** Counts one request of that key. Returns 0, or how many milliseconds too early it came; then it is not counted. */
  take(key: string, rate: Rate): number;
  /**
   * Begins one piece of work of that key, unless `most` are under way: in this process, or in all that count together.
   * Each `true` needs its leave().
   */
  enter(key: string, most: number, where: 'here' | 'everywhere'): boolean;
  leave(key: string): void;
}
