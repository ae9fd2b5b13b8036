// Wrong passwords, counted by all processes on one database: guessing through many of them is as slow as through one.
import { statement } from '../../schema/statement.ts';
import type { Clock } from '../clock/port.ts';
import type { Database } from '../database/port.ts';
import { type GuessOptions, guessDefaults, pairOf, waits } from './guesses.ts';
import type { Guesses, Try } from './port.ts';

export interface SharedGuessesNeeds {
  readonly database: Database;
  readonly clock: Pick<Clock, 'now'>;
}

/** A number of the rule that a row is counted by. */
const rule = <const Name extends 'free' | 'within' | 'wait' | 'longest'>(name: Name) =>
  `CASE WHEN g.account = :pair::text THEN :pair_${name}::int ELSE :account_${name}::int END` as const;
const isOver = `g.since <= :now::timestamptz - make_interval(secs => ${rule('within')})` as const;
const next = `(CASE WHEN ${isOver} THEN 1 ELSE g.count + 1 END)`;
// 2 to the 20th is longer than any wait, and no overflow.
const wait = `least(${rule('longest')}, ${rule('wait')} * 2 ^ least(20, ${next} - ${rule('free')}))`;

// Each wrong one deletes some that are over, so that a flood of made-up names is gone when its time is. Both rows in
// order of the key: two statements with the same account never wait for each other in a circle.
const wrong = statement(
  'identity.guesses.wrong',
  `WITH over AS (
  DELETE FROM password_guesses WHERE account IN (
    SELECT g.account FROM password_guesses g
    WHERE g.over_at < :now::timestamptz AND g.account NOT IN (:pair::text, :account::text)
    ORDER BY g.over_at LIMIT 100 FOR UPDATE SKIP LOCKED
  )
)
INSERT INTO password_guesses AS g (account, count, since, closed_until, over_at)
SELECT k.key, 1, :now::timestamptz,
  CASE WHEN k.free <= 1 THEN :now::timestamptz + make_interval(secs => k.wait) END,
  :now::timestamptz + make_interval(secs => k.within)
FROM (VALUES (:pair::text, :pair_free::int, :pair_wait::int, :pair_within::int),
  (:account::text, :account_free::int, :account_wait::int, :account_within::int)) AS k (key, free, wait, within)
ORDER BY k.key
ON CONFLICT (account) DO UPDATE SET
  count = ${next},
  since = CASE WHEN ${isOver} THEN :now::timestamptz ELSE g.since END,
  closed_until = CASE WHEN ${next} >= ${rule('free')}
    THEN :now::timestamptz + make_interval(secs => ${wait}) ELSE g.closed_until END,
  over_at = :now::timestamptz + make_interval(secs => greatest(${rule('within')}, ${rule('longest')}))
RETURNING g.account, (extract(epoch FROM g.closed_until) * 1000)::double precision AS closed_until`,
);

// What was seen before the deletion: a row that is closed stays, and is told.
const right = statement(
  'identity.guesses.right',
  `WITH gone AS (
  DELETE FROM password_guesses g
  WHERE g.account = :pair::text AND coalesce(g.closed_until <= :now::timestamptz, TRUE)
)
SELECT g.account, (extract(epoch FROM g.closed_until) * 1000)::double precision AS closed_until
FROM password_guesses g WHERE g.account IN (:pair::text, :account::text) AND g.closed_until > :now::timestamptz`,
);

interface Row {
  readonly account: string;
  readonly closed_until: number | null;
}

/**
 * Like countedGuesses(), for all processes together and beyond their end: one statement for each password that was
 * looked at. Who has to wait by what was counted elsewhere is known when one more password has been checked here, and
 * from then on before. Accounts and addresses are kept by their SHA-256.
 */
export function sharedGuesses({ database, clock }: SharedGuessesNeeds, options: GuessOptions = {}): Guesses {
  const { pair, account } = { ...guessDefaults, ...options };
  const waiting = waits(clock, options);
  const rules = {
    pair_free: pair.free,
    pair_within: pair.withinSeconds,
    pair_wait: pair.waitSeconds,
    pair_longest: pair.longestSeconds,
    account_free: account.free,
    account_within: account.withinSeconds,
    account_wait: account.waitSeconds,
    account_longest: account.longestSeconds,
  };

  const keysOf = async (one: Try) => ({ pair: await hashOf(pairOf(one)), account: await hashOf(one.account) });

  function learn(one: Try, keys: { readonly pair: string }, rows: readonly Row[]): void {
    for (const row of rows) {
      if (row.closed_until === null) continue;
      waiting.until(row.account === keys.pair ? pairOf(one) : one.account, row.closed_until);
    }
  }

  return {
    wait: waiting.of,
    async wrong(one) {
      const keys = await keysOf(one);
      const now = new Date(clock.now()).toISOString();
      learn(one, keys, await wrong.all<Row>(database, { ...keys, ...rules, now }));
    },
    async right(one) {
      const keys = await keysOf(one);
      const now = new Date(clock.now()).toISOString();
      learn(one, keys, await right.all<Row>(database, { ...keys, now }));
      const wait = waiting.of(one);
      if (wait === 0) waiting.signedIn(one);
      return wait;
    },
  };
}

async function hashOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return btoa(String.fromCharCode(...new Uint8Array(digest)));
}
