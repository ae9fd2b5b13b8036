// Counters that several processes share by way of the database, without a statement for each request: each counts for
// itself, and all settle about once a second what they have let pass.
import { statement } from '../../schema/statement.ts';
import type { Clock } from '../clock/port.ts';
import type { Database } from '../database/port.ts';
import type { Ids } from '../ids/port.ts';
import type { Log } from '../log/port.ts';
import { recent } from '../recent/port.ts';
import type { Counters, Rate } from './port.ts';
import { UnderWay } from './under-way.ts';

export interface SharedCountersOptions {
  readonly database: Database;
  readonly clock: Pick<Clock, 'now'>;
  readonly ids: Pick<Ids, 'uuid'>;
  readonly log: Log;
  /** How often a process that lets requests pass tells the others. Default 1. */
  readonly settleSeconds?: number;
  /** The most keys that are remembered here; see memoryCounters(). Default 20,000. */
  readonly mostKeys?: number;
}

/** The keys of one statement: some 100 bytes each. */
const mostKeysAtOnce = 2000;
/** After how many settlements what is over is deleted. */
const settlementsBetweenPrunes = 60;

/** How long what a process tells of its work under way holds: a crashed one takes nobody's place for longer. */
const tellingSeconds = 60;

// In order of the key, so that two processes that settle at once wait for each other and never in a circle. A
// settlement that is sent again because its answer was lost counts twice: on the strict side, and once.
const settle = statement(
  'counters.settle',
  `WITH sent AS (
  INSERT INTO under_way_counters AS u (process, key, count, until)
  SELECT :process::uuid, k.key, k.count, CASE k.count WHEN 0 THEN 0 ELSE :until::double precision END
  FROM jsonb_to_recordset(:reports::jsonb) AS k (key text, count int)
  ON CONFLICT (process, key) DO UPDATE SET count = excluded.count, until = excluded.until
), rates AS (
  INSERT INTO rate_counters AS c (key, due)
  SELECT k.key, :now::double precision + k.spent
  FROM jsonb_to_recordset(:keys::jsonb) AS k (key text, spent double precision) ORDER BY k.key
  ON CONFLICT (key) DO UPDATE SET
    due = greatest(c.due, :now::double precision) + (excluded.due - :now::double precision)
  RETURNING c.key, c.due
), others AS (
  SELECT u.key, sum(u.count)::integer AS count FROM under_way_counters u
  WHERE u.process <> :process::uuid AND u.until > :now::double precision
  GROUP BY u.key ORDER BY 2 DESC, u.key LIMIT ${mostKeysAtOnce}
)
SELECT r.key, r.due, NULL::integer AS count FROM rates r
UNION ALL SELECT o.key, NULL::double precision, o.count FROM others o`,
);

interface Settled {
  readonly key: string;
  readonly due: number | null;
  readonly count: number | null;
}

const prune = statement(
  'counters.prune',
  `WITH rates AS (
  DELETE FROM rate_counters WHERE key IN (
    SELECT c.key FROM rate_counters c WHERE c.due < :now::double precision ORDER BY c.key LIMIT 10000
    FOR UPDATE SKIP LOCKED
  )
)
DELETE FROM under_way_counters WHERE (process, key) IN (
  SELECT u.process, u.key FROM under_way_counters u WHERE u.until < :now::double precision
  ORDER BY u.process, u.key LIMIT 10000 FOR UPDATE SKIP LOCKED
)`,
);

interface Counted {
  /** When the next request would be due if none had come early. */
  due: number;
  /** What passed but has not been settled yet, in milliseconds of the rate. */
  spent: number;
}

/**
 * Holds all processes on one database to one rate. In any time T they let pass at most `rate · T` and, once, for each
 * process a burst and what it can let pass in one settlement's time; then what was too much is made up for, so that
 * the mean is the rate. What is under way at once (enter, leave) they tell each other as often, from a sixteenth of
 * what may be on: work of more than one settlement's time is counted by all. Without the database each process holds to
 * the rate for itself, and to what is under way in it.
 */
export function sharedCounters(options: SharedCountersOptions): Counters & { settled(): Promise<void> } {
  const { database, clock, ids, log, settleSeconds = 1, mostKeys = 20_000 } = options;
  const counted = recent<Counted>(mostKeys);
  const unsettled = new Map<string, Counted>();
  const underWay = new UnderWay();
  const process = ids.uuid();
  let settledAt = clock.now();
  let settlements = 0;
  let settling: Promise<void> | null = null;

  async function settleNow(): Promise<void> {
    const now = clock.now();
    settledAt = now;
    settlements += 1;
    const sent = [...unsettled].slice(0, mostKeysAtOnce).map(([key, one]) => ({ key, one, spent: one.spent }));
    const keys = JSON.stringify(sent.map(({ key, spent }) => ({ key, spent })));
    const reports = underWay.reports(mostKeysAtOnce);
    const until = now + tellingSeconds * 1000;
    const values = { now, until, process, keys, reports: JSON.stringify(reports) };
    const rows = await settle.all<Settled>(database, values);
    const due = new Map(rows.flatMap((row) => (row.due === null ? [] : [[row.key, row.due] as const])));
    const others = new Map(rows.flatMap((row) => (row.count === null ? [] : [[row.key, row.count] as const])));
    underWay.settled(reports, others, until);
    for (const { key, one, spent } of sent) {
      one.spent -= spent;
      if (one.spent <= 0) unsettled.delete(key);
      // What has passed meanwhile is not in what the database says.
      one.due = Math.max(one.due, (due.get(key) ?? 0) + one.spent);
    }
    if (settlements % settlementsBetweenPrunes === 0) await prune.all(database, { now });
  }

  function settleBehind(): void {
    settling ??= settleNow().then(
      () => {
        settling = null;
        if (underWay.hasFallen()) settleBehind();
      },
      (error: unknown) => {
        settling = null;
        log.warn('counters-not-settled', { reason: String(error) });
      },
    );
  }

  const isTime = (now: number) => now - settledAt >= settleSeconds * 1000;

  function countedOf(key: string): Counted {
    const known = counted.get(key);
    if (known !== undefined) return known;
    // What has not been settled yet is not forgotten.
    const made = unsettled.get(key) ?? { due: 0, spent: 0 };
    counted.set(key, made);
    return made;
  }

  return {
    take(key, { perSecond, burst }: Rate) {
      const now = clock.now();
      const interval = 1000 / perSecond;
      const one = countedOf(key);
      const next = Math.max(one.due, now);
      const early = next - now - interval * (burst - 1);
      if (early <= 0) {
        one.due = next + interval;
        one.spent += interval;
        // While the database is unavailable nothing is settled, and keys beyond the limit are dropped.
        if (unsettled.size < mostKeys) unsettled.set(key, one);
      }
      if (unsettled.size > 0 && isTime(now)) settleBehind();
      return Math.max(0, early);
    },
    enter(key, most, where) {
      const now = clock.now();
      const isFree = underWay.enter(key, most, where === 'everywhere', now);
      if (underWay.matters(key) && isTime(now)) settleBehind();
      return isFree;
    },
    leave(key) {
      if (underWay.leave(key)) settleBehind();
    },
    /** Resolves when the settlement in progress has ended: for tests, and before a process ends. */
    settled: () => settling ?? Promise.resolve(),
  };
}
