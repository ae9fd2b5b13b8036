// Requests in progress: how many this process has, what it reported to the other processes, and what they reported.

/** A process reports a key from this share of its limit on: less is not worth a statement. */
const worthReporting = 1 / 16;

/** What a process reports. A count of 0 takes the key back. */
export interface Report {
  readonly key: string;
  readonly count: number;
}

export class UnderWay {
  readonly #own = new Map<string, { count: number; readonly reportFrom: number }>();
  readonly #reported = new Map<string, number>();
  #others = new Map<string, number>();
  #othersUntil = 0;

  /** False when the limit is reached. `isShared`: requests of other processes count as well. */
  enter(key: string, most: number, isShared: boolean, now: number): boolean {
    const count = this.#own.get(key)?.count ?? 0;
    const others = isShared && now < this.#othersUntil ? (this.#others.get(key) ?? 0) : 0;
    if (count + others >= most) return false;
    this.#own.set(key, { count: count + 1, reportFrom: isShared ? most * worthReporting : Number.POSITIVE_INFINITY });
    return true;
  }

  /** True when the other processes should be told at once. */
  leave(key: string): boolean {
    const one = this.#own.get(key);
    if (one === undefined) return false;
    one.count -= 1;
    if (one.count <= 0) this.#own.delete(key);
    return this.#hasFallen(key);
  }

  /** Whether some key must be reported at once, because requests ended while the last report was on its way. */
  hasFallen(): boolean {
    return [...this.#reported.keys()].some((key) => this.#hasFallen(key));
  }

  /** The last report was at least twice the present count. */
  #hasFallen(key: string): boolean {
    const reported = this.#reported.get(key);
    return reported !== undefined && (this.#own.get(key)?.count ?? 0) <= reported / 2;
  }

  /** Whether a statement would tell the other processes, or us, anything new about the key. */
  matters(key: string): boolean {
    const one = this.#own.get(key);
    const isMuch = one !== undefined && one.count >= one.reportFrom;
    return isMuch || this.#reported.has(key) || this.#others.has(key);
  }

  /** What to report now, the largest first; keys that were reported and have ended are 0. */
  reports(most: number): Report[] {
    const over = [...this.#reported.keys()].filter((key) => !this.#own.has(key)).map((key) => ({ key, count: 0 }));
    const held = [...this.#own].filter(([key, one]) => one.count >= one.reportFrom || this.#reported.has(key));
    const counts = held.map(([key, { count }]) => ({ key, count }));
    return [...over, ...counts.sort((a, b) => b.count - a.count)].slice(0, most);
  }

  /** Records that these reports were sent, and the counts of the others, which hold until `until`. */
  settled(reports: readonly Report[], others: ReadonlyMap<string, number>, until: number): void {
    for (const { key, count } of reports) {
      if (count === 0) this.#reported.delete(key);
      else this.#reported.set(key, count);
    }
    this.#others = new Map(others);
    this.#othersUntil = until;
  }
}
