// Names of images that this worker has made lately.
//
// The dashboard remembers which names there are for 30 s (Ceph 16.2; what it says of an image is fresh, and a name whose
// image has gone is left out). So its list may lack what was made since, and is filled up with what we know.

/** How old the dashboard's names may be, in seconds. */
export const listingAge = 30;

/** A little longer than names are remembered: clocks and answers take their time. */
const keptMilliseconds = (listingAge + 15) * 1000;

export class Touched {
  readonly #now: () => number;
  /** When each was touched last, oldest first. */
  readonly #times = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  add(pool: string, name: string): void {
    const key = `${pool}/${name}`;
    this.#times.delete(key);
    this.#times.set(key, this.#now());
    this.#forget();
  }

  /** The names in a pool that the dashboard may not list yet. */
  in(pool: string): string[] {
    this.#forget();
    const prefix = `${pool}/`;
    return [...this.#times.keys()].filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
  }

  #forget(): void {
    const oldest = this.#now() - keptMilliseconds;
    for (const [key, time] of this.#times) {
      if (time >= oldest) return;
      this.#times.delete(key);
    }
  }
}
