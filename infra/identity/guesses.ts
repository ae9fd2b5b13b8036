// Wrong passwords, counted in memory: guessing through one process is held to some 120 tries an hour and account.
import type { Clock } from '../clock/port.ts';
import { recent } from '../recent/port.ts';
import type { Guesses } from './port.ts';

export interface GuessOptions {
  /** So many wrong passwords close an account. Default 10. */
  readonly most?: number;
  /** … when they come within so many seconds. Default 300. */
  readonly withinSeconds?: number;
  /** How long it stays closed. Default 300. */
  readonly closedSeconds?: number;
  /** How many accounts are watched at least, and at most twice as many; those that failed least recently are forgotten. Default 10,000. */
  readonly maxAccounts?: number;
}

export const guessDefaults = { most: 10, withinSeconds: 300, closedSeconds: 300, maxAccounts: 10_000 } as const;

interface Watched {
  count: number;
  since: number;
  closedUntil: number;
}

/**
 * Closes an account for a while after too many wrong passwords, even to the right one. Each process counts for
 * itself and forgets when it ends. Somebody who knows a user's name can so keep that user from signing in: tokens
 * that were already issued go on, and an application credential counts apart from its user's password.
 */
export function countedGuesses(clock: Pick<Clock, 'now'>, options: GuessOptions = {}): Guesses {
  const { most, withinSeconds, closedSeconds, maxAccounts } = { ...guessDefaults, ...options };
  const accounts = recent<Watched>(2 * maxAccounts);
  return {
    isClosed: (account) => (accounts.get(account)?.closedUntil ?? 0) > clock.now(),
    async right(account) {
      if ((accounts.get(account)?.closedUntil ?? 0) > clock.now()) return false;
      accounts.delete(account);
      return true;
    },
    async wrong(account) {
      const now = clock.now();
      const known = accounts.get(account);
      const isFresh = known !== undefined && now - known.since < withinSeconds * 1000;
      const watched = isFresh ? known : { count: 0, since: now, closedUntil: 0 };
      watched.count += 1;
      if (watched.count >= most) {
        watched.closedUntil = now + closedSeconds * 1000;
        watched.count = 0;
        watched.since = now;
      }
      accounts.set(account, watched);
    },
  };
}
