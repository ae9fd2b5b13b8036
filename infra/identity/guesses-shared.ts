// Wrong passwords, counted by all processes on one database: guessing through many of them is as slow as through one.
import type { Clock } from '../clock/port.ts';
import { type Database, sql } from '../database/port.ts';
import { recent } from '../recent/port.ts';
import { type GuessOptions, guessDefaults } from './guesses.ts';
import type { Guesses } from './port.ts';

export interface SharedGuessesNeeds {
  readonly database: Database;
  readonly clock: Pick<Clock, 'now'>;
}

// Each wrong one deletes some that are over, so that a flood of made-up names is gone when its time is.
const wrong = sql(
  'identity.guesses.wrong',
  `WITH over AS (
  DELETE FROM password_guesses WHERE account IN (
    SELECT g.account FROM password_guesses g WHERE g.over_at < :now::timestamptz AND g.account <> :account::text
    ORDER BY g.over_at LIMIT 100 FOR UPDATE SKIP LOCKED
  )
)
INSERT INTO password_guesses AS g (account, count, since, over_at)
VALUES (:account::text, 1, :now::timestamptz, :now::timestamptz + make_interval(secs => :within::int))
ON CONFLICT (account) DO UPDATE SET
  count = CASE WHEN g.since <= :window::timestamptz THEN 1 WHEN g.count + 1 >= :most::int THEN 0 ELSE g.count + 1 END,
  since = CASE WHEN g.since <= :window::timestamptz OR g.count + 1 >= :most::int THEN :now::timestamptz ELSE g.since END,
  closed_until = CASE WHEN g.since > :window::timestamptz AND g.count + 1 >= :most::int
    THEN :now::timestamptz + make_interval(secs => :closed::int) ELSE g.closed_until END,
  over_at = :now::timestamptz + make_interval(secs => greatest(:within::int, :closed::int))
RETURNING (extract(epoch FROM g.closed_until) * 1000)::double precision AS closed_until`,
);

// What was seen before the deletion: a row that is closed stays, and is told.
const right = sql(
  'identity.guesses.right',
  `WITH gone AS (
  DELETE FROM password_guesses g
  WHERE g.account = :account::text AND coalesce(g.closed_until <= :now::timestamptz, TRUE)
)
SELECT (extract(epoch FROM g.closed_until) * 1000)::double precision AS closed_until
FROM password_guesses g WHERE g.account = :account::text AND g.closed_until > :now::timestamptz`,
);

interface Row {
  readonly closed_until: number | null;
}

/**
 * Like countedGuesses(), for all processes together and beyond their end: one statement for each password that was
 * looked at. An account that was closed elsewhere is found so when its password has been checked, and from then on
 * before. Accounts are kept by their SHA-256.
 */
export function sharedGuesses({ database, clock }: SharedGuessesNeeds, options: GuessOptions = {}): Guesses {
  const { most, withinSeconds, closedSeconds, maxAccounts } = { ...guessDefaults, ...options };
  /** Until when accounts are closed, as far as it is known here. */
  const closed = recent<number>(2 * maxAccounts);

  function learn(account: string, until: number | null | undefined): boolean {
    if (until == null || until <= clock.now()) return false;
    closed.set(account, until);
    return true;
  }

  return {
    isClosed: (account) => (closed.get(account) ?? 0) > clock.now(),
    async wrong(account) {
      const now = clock.now();
      const [row] = await database.all<Row>(wrong, {
        account: await hashOf(account),
        now: new Date(now).toISOString(),
        window: new Date(now - withinSeconds * 1000).toISOString(),
        within: withinSeconds,
        closed: closedSeconds,
        most,
      });
      learn(account, row?.closed_until);
    },
    async right(account) {
      const now = new Date(clock.now()).toISOString();
      const [row] = await database.all<Row>(right, { account: await hashOf(account), now });
      return !learn(account, row?.closed_until);
    },
  };
}

async function hashOf(account: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(account));
  return btoa(String.fromCharCode(...new Uint8Array(digest)));
}
