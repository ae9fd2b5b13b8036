/** How many per second on average, and how many at once after a pause. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** Counts how often and how much at once clients ask. Synchronous, because it runs before every request. */
export interface Counters {
  /** Counts one request for that key. Returns 0, or how many milliseconds it came too early; then it is not counted. */
  take(key: string, rate: Rate): number;
  /**
   * Begins one piece of work for that key, unless `most` are in progress: in this process, or in all that count
   * together. Each `true` needs its leave().
   */
  enter(key: string, most: number, where: 'here' | 'everywhere'): boolean;
  leave(key: string): void;
}
