// What is under way at once in this process, what it has told the others of it, and what they have told.

/** A process tells of a key when it has this part of what may be under way: less is not worth a statement. */
const worthTelling = 1 / 16;

/** What a process tells: nothing more of that key when the count is 0. */
export interface Telling {
  readonly key: string;
  readonly count: number;
}

export class UnderWay {
  readonly #own = new Map<string, { count: number; readonly tellFrom: number }>();
  readonly #told = new Map<string, number>();
  #others = new Map<string, number>();
  #othersUntil = 0;

  /** `isShared`: what others have under way counts as well. */
  enter(key: string, most: number, isShared: boolean, now: number): boolean {
    const count = this.#own.get(key)?.count ?? 0;
    const others = isShared && now < this.#othersUntil ? (this.#others.get(key) ?? 0) : 0;
    if (count + others >= most) return false;
    this.#own.set(key, { count: count + 1, tellFrom: isShared ? most * worthTelling : Number.POSITIVE_INFINITY });
    return true;
  }

  /** True when the others should hear of it at once. */
  leave(key: string): boolean {
    const one = this.#own.get(key);
    if (one === undefined) return false;
    one.count -= 1;
    if (one.count <= 0) this.#own.delete(key);
    return this.#hasFallen(key);
  }

  /** Whether the others should hear of some key at once: of what ended while they were being told. */
  hasFallen(): boolean {
    return [...this.#told.keys()].some((key) => this.#hasFallen(key));
  }

  /** They were told of twice as much, or more. */
  #hasFallen(key: string): boolean {
    const told = this.#told.get(key);
    return told !== undefined && (this.#own.get(key)?.count ?? 0) <= told / 2;
  }

  /** Whether a statement would tell the others, or us, anything about the key. */
  matters(key: string): boolean {
    const one = this.#own.get(key);
    const isMuch = one !== undefined && one.count >= one.tellFrom;
    return isMuch || this.#told.has(key) || this.#others.has(key);
  }

  /** What is to be told now, the most first; what was told and is over as 0. */
  tellings(most: number): Telling[] {
    const over = [...this.#told.keys()].filter((key) => !this.#own.has(key)).map((key) => ({ key, count: 0 }));
    const held = [...this.#own].filter(([key, one]) => one.count >= one.tellFrom || this.#told.has(key));
    const counts = held.map(([key, { count }]) => ({ key, count }));
    return [...over, ...counts.sort((a, b) => b.count - a.count)].slice(0, most);
  }

  /** Those have been told, and the others have so much, which is believed until then. */
  settled(tellings: readonly Telling[], others: ReadonlyMap<string, number>, until: number): void {
    for (const { key, count } of tellings) {
      if (count === 0) this.#told.delete(key);
      else this.#told.set(key, count);
    }
    this.#others = new Map(others);
    this.#othersUntil = until;
  }
}
