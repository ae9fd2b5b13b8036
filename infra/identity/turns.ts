// Whose turn it is, where work is costly and anybody may ask for it: each address has its share, and each account
// within one.
import { TooManySignIns } from './port.ts';

/** For whom work is done. */
export interface Turn {
  /** Where the request comes from; null: not known, which is an address like others. */
  readonly address: string | null;
  readonly account: string;
  /** Before all others. Default: in its turn. */
  readonly isFirst?: boolean;
}

export interface TurnsOptions {
  /** How many are worked on at once. */
  readonly concurrency: number;
  /** How many may wait, and as many of the first; what is too much is refused with TooManySignIns. */
  readonly maxWaiting: number;
  /** About how long a full line takes, for those that are refused. */
  readonly retrySeconds: number;
}

/**
 * Runs so much at once and lets the rest wait. Addresses take turns, and so do the accounts of one address, so
 * whoever asks for much waits behind themselves. When the line is full the newest of the address that has most in it
 * makes room; where that is the newcomer's own, it is refused.
 */
export function takingTurns({ concurrency, maxWaiting, retrySeconds }: TurnsOptions) {
  const [first, others] = [new Line(maxWaiting), new Line(maxWaiting)];
  let running = 0;

  function wait(turn: Turn): Promise<void> {
    return new Promise((go, refuse) => {
      const one: Waiting = { ...turn, address: turn.address ?? '', go, refuse };
      const tooMuch = (turn.isFirst ? first : others).add(one);
      tooMuch?.refuse(new TooManySignIns(retrySeconds));
    });
  }

  return async <T>(turn: Turn, work: () => Promise<T>): Promise<T> => {
    if (running >= concurrency)
      await wait(turn); // whoever ends hands its place over
    else running += 1;
    try {
      return await work();
    } finally {
      const next = first.take() ?? others.take();
      if (next === undefined) running -= 1;
      else next.go();
    }
  };
}

interface Waiting {
  readonly address: string;
  readonly account: string;
  go(): void;
  refuse(error: Error): void;
}

type Accounts = Map<string, Waiting[]>;

/** Those who wait. The keys of the maps are in the order of their turns: whoever had one goes to the end. */
class Line {
  readonly #addresses = new Map<string, Accounts>();
  readonly #most: number;
  #size = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Returns the one that has to go for it, which may be itself; null when there is room. */
  add(one: Waiting): Waiting | null {
    const room = this.#size < this.#most ? null : this.#makeRoomFor(one);
    if (room === one) return one;
    const accounts = this.#addresses.get(one.address) ?? new Map();
    this.#addresses.set(one.address, accounts);
    accounts.set(one.account, [...(accounts.get(one.account) ?? []), one]);
    this.#size += 1;
    return room;
  }

  take(): Waiting | undefined {
    const [address, accounts] = firstOf(this.#addresses) ?? [];
    const [account, line] = (accounts && firstOf(accounts)) ?? [];
    if (address === undefined || accounts === undefined || account === undefined) return undefined;
    const one = line?.shift();
    this.#addresses.delete(address);
    accounts.delete(account);
    if (line !== undefined && line.length > 0) accounts.set(account, line);
    if (accounts.size > 0) this.#addresses.set(address, accounts);
    this.#size -= 1;
    return one;
  }

  #makeRoomFor(one: Waiting): Waiting {
    const address = largest(this.#addresses, sizeOf);
    const own = this.#addresses.get(one.address);
    if (address === null || sizeOf(address) > sizeOf(own) + 1) return this.#dropFrom(address) ?? one;
    // Its own address has most: then the account that has most there.
    const account = own === undefined ? null : largest(own, ({ length }) => length);
    const mine = own?.get(one.account)?.length ?? 0;
    return own !== undefined && account !== null && account.length > mine + 1 ? (this.#dropFrom(own) ?? one) : one;
  }

  /** Takes out the newest of the account that has most. */
  #dropFrom(accounts: Accounts | null): Waiting | undefined {
    const dropped = accounts === null ? undefined : largest(accounts, ({ length }) => length)?.pop();
    if (dropped === undefined || accounts === null) return undefined;
    if (accounts.get(dropped.account)?.length === 0) accounts.delete(dropped.account);
    if (accounts.size === 0) this.#addresses.delete(dropped.address);
    this.#size -= 1;
    return dropped;
  }
}

const sizeOf = (accounts: Accounts | undefined): number =>
  accounts === undefined ? 0 : [...accounts.values()].reduce((sum, { length }) => sum + length, 0);

/** Some 200 at the most: stepping over what was deleted costs nothing here. */
function firstOf<T>(all: ReadonlyMap<string, T>): readonly [string, T] | undefined {
  for (const one of all) return one;
  return undefined;
}

/** Of several that are as large, the latest. */
function largest<T>(all: ReadonlyMap<string, T>, size: (one: T) => number): T | null {
  let found: T | null = null;
  for (const one of all.values()) if (found === null || size(one) >= size(found)) found = one;
  return found;
}
