// Wrong passwords, counted in memory: what one address may try at one account, and what all may together.
import type { Clock } from '../clock/port.ts';
import { recent } from '../recent/port.ts';
import type { Guesses, Try } from './port.ts';

/** So many wrong ones within a time are free; from then on each makes the next wait. */
export interface GuessRule {
  readonly free: number;
  readonly withinSeconds: number;
  /** After the first that is not free; after each further one twice as long. */
  readonly waitSeconds: number;
  readonly longestSeconds: number;
}

export interface GuessOptions {
  /** Of one address at one account. */
  readonly pair?: GuessRule;
  /** Of all addresses at one account: that closes it to those that have not signed in before. */
  readonly account?: GuessRule;
  /**
   * Addresses to which no account is closed: an operator's way in. As clientOf() writes them. Default this machine's
   * own.
   */
  readonly operators?: readonly string[];
  /**
   * How many accounts are watched at least, and at most twice as many; those that failed least recently are
   * forgotten. Default 10,000.
   */
  readonly maxAccounts?: number;
}

/**
 * One address: five at once, then after 1, 2, 4, 8 … 300 s: some 13 in ten minutes and 12 an hour after that. All
 * together: 100 in five minutes, which takes eight addresses or more.
 */
export const guessDefaults = {
  pair: { free: 5, withinSeconds: 3600, waitSeconds: 1, longestSeconds: 300 },
  account: { free: 100, withinSeconds: 300, waitSeconds: 300, longestSeconds: 300 },
  operators: ['127.0.0.1', '0:0:0:0::/64'],
  maxAccounts: 10_000,
} as const satisfies GuessOptions;

export const pairOf = ({ address, account }: Try) => `${address ?? ''} ${account}`;

/** How long whoever signed in from there stays known. */
const knownMilliseconds = 24 * 3_600_000;

/** What is known here of who has to wait, however it was counted. */
export function waits(
  clock: Pick<Clock, 'now'>,
  { operators = guessDefaults.operators, maxAccounts = guessDefaults.maxAccounts }: GuessOptions,
) {
  const until = recent<number>(4 * maxAccounts);
  /** The pairs that have signed in: strangers close no account to them. */
  const known = recent<number>(2 * maxAccounts);
  const left = (key: string) => Math.max(0, Math.ceil(((until.get(key) ?? 0) - clock.now()) / 1000));
  return {
    until: (key: string, at: number) => until.set(key, at),
    of(one: Try): number {
      const pair = pairOf(one);
      const isSpared =
        (one.address !== null && operators.includes(one.address)) || (known.get(pair) ?? 0) > clock.now();
      return Math.max(left(pair), isSpared ? 0 : left(one.account));
    },
    signedIn: (one: Try) => known.set(pairOf(one), clock.now() + knownMilliseconds),
  };
}

/**
 * Makes an address wait for an account after some wrong passwords, even with the right one, and closes the account to
 * addresses that are not known after many from everywhere. Each process counts for itself and forgets when it ends.
 * Tokens that were already issued go on, and an application credential counts apart from its user's password.
 */
export function countedGuesses(clock: Pick<Clock, 'now'>, options: GuessOptions = {}): Guesses {
  const { pair, account, maxAccounts } = { ...guessDefaults, ...options };
  const counted = recent<{ count: number; since: number }>(4 * maxAccounts);
  const waiting = waits(clock, options);

  function count(key: string, rule: GuessRule): void {
    const now = clock.now();
    const known = counted.get(key);
    const isFresh = known !== undefined && now - known.since < rule.withinSeconds * 1000;
    const watched = isFresh ? known : { count: 0, since: now };
    watched.count += 1;
    counted.set(key, watched);
    const beyond = watched.count - rule.free;
    if (beyond < 0) return;
    const seconds = Math.min(rule.longestSeconds, rule.waitSeconds * 2 ** beyond);
    waiting.until(key, now + seconds * 1000);
  }

  return {
    wait: waiting.of,
    async right(one) {
      const wait = waiting.of(one);
      if (wait > 0) return wait;
      counted.delete(pairOf(one));
      waiting.signedIn(one);
      return 0;
    },
    async wrong(one) {
      count(pairOf(one), pair);
      count(one.account, account);
    },
  };
}
