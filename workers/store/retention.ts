// Removes what has been kept long enough: ended operations, events, and the results of webhooks.
import type { Database } from '../../infra/database/port.ts';
import { statement } from '../../schema/statement.ts';

/** Rows per statement: it takes about 10 ms and holds no lock that another request waits for. */
const batch = 500;
/** Batches per sweep: 1,000 rows a second, more than a busy service makes, and no sweep runs forever. */
const mostBatches = 20;

// FOR UPDATE SKIP LOCKED: two sweepers share the work instead of waiting for each other.
const operationsText = statement(
  'operations.expire',
  `WITH old AS (
  SELECT o.id FROM operations o
  WHERE o.status IN ('done', 'failed') AND o.updated_at < :before::timestamptz
  ORDER BY o.updated_at LIMIT ${batch} FOR UPDATE SKIP LOCKED
), gone AS (
  DELETE FROM operations o USING old x WHERE o.id = x.id RETURNING 1
)
SELECT count(*)::int AS count FROM gone`,
);

// The oldest have the lowest numbers, so no index on the time is needed.
const eventsText = statement(
  'events.expire',
  `WITH old AS (
  SELECT e.sequence, e.at FROM events e ORDER BY e.sequence LIMIT ${batch} FOR UPDATE SKIP LOCKED
), gone AS (
  DELETE FROM events e USING old x WHERE e.sequence = x.sequence AND x.at < :before::timestamptz
  RETURNING e.transaction, e.sequence
), furthest AS (
  SELECT g.transaction, g.sequence FROM gone g ORDER BY g.transaction DESC, g.sequence DESC LIMIT 1
), remembered AS (
  UPDATE events_removed x SET transaction = f.transaction, sequence = f.sequence FROM furthest f
  WHERE (f.transaction, f.sequence) > (x.transaction, x.sequence)
)
SELECT count(*)::int AS count FROM gone`,
);

// What is still to be delivered is kept until its subscription resumes.
const deliveriesText = statement(
  'deliveries.expire',
  `WITH old AS (
  SELECT d.id FROM deliveries d WHERE d.status <> 'waiting' AND d.updated_at < :before::timestamptz
  ORDER BY d.updated_at LIMIT ${batch} FOR UPDATE SKIP LOCKED
), gone AS (
  DELETE FROM deliveries d USING old x WHERE d.id = x.id RETURNING 1
)
SELECT count(*)::int AS count FROM gone`,
);

/** How long rows are kept, and how many. */
export interface Retention {
  readonly operationDays: number;
  readonly eventDays: number;
  readonly deliveryDays: number;
  /** The most ended operations. Null: all of that time. */
  readonly mostOperations: number | null;
  readonly mostEvents: number | null;
}

export const defaultRetention: Retention = {
  operationDays: 30,
  eventDays: 90,
  deliveryDays: 7,
  mostOperations: null,
  mostEvents: null,
};

const newestOperationsText = statement(
  'operations.newest',
  `SELECT o.updated_at::text AS since FROM operations o WHERE o.status IN ('done', 'failed')
ORDER BY o.updated_at DESC OFFSET :most::int - 1 LIMIT 1`,
);

// Rolled-back transactions leave gaps in the numbers, so slightly fewer may be kept.
const newestEventsText = statement(
  'events.newest',
  `SELECT e.at::text AS since FROM events e
WHERE e.sequence <= (SELECT max(x.sequence) FROM events x) - :most::bigint + 1 ORDER BY e.sequence DESC LIMIT 1`,
);

/** Kept in any case: a reader of the event log can be this far behind without losing any. */
const leastMilliseconds = 60_000;

/** Removes what is not to be kept, and returns how many of each. What is left goes in the next sweep. */
export async function expireHistory(
  database: Database,
  now: number,
  { operationDays, eventDays, deliveryDays, mostOperations, mostEvents }: Retention,
): Promise<{ operations: number; events: number; deliveries: number }> {
  /** Rows before this time are removed: too old, or not among the newest `most`. */
  const before = async (days: number, newest: typeof newestEventsText, most: number | null) => {
    const byAge = now - days * 86_400_000;
    const [found] = most === null ? [] : await newest.all<{ since: string }>(database, { most });
    const byNumber = found === undefined ? byAge : Math.min(Date.parse(found.since), now - leastMilliseconds);
    return new Date(Math.max(byAge, byNumber)).toISOString();
  };
  return {
    operations: await expire(
      database,
      operationsText,
      await before(operationDays, newestOperationsText, mostOperations),
    ),
    events: await expire(database, eventsText, await before(eventDays, newestEventsText, mostEvents)),
    deliveries: await expire(database, deliveriesText, new Date(now - deliveryDays * 86_400_000).toISOString()),
  };
}

async function expire(database: Database, statement: typeof eventsText, before: string): Promise<number> {
  let total = 0;
  for (let n = 0; n < mostBatches; n += 1) {
    const [row] = await statement.all<{ count: number }>(database, { before });
    total += row?.count ?? 0;
    if ((row?.count ?? 0) < batch) break;
  }
  return total;
}
