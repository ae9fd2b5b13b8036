// Removing what has been kept for long enough: operations that have ended, and events.
import type { Database } from '../../infra/database/port.ts';
import { statement } from '../../schema/statement.ts';

/** Rows of one statement: it takes some 10 ms and holds no lock that another request waits for. */
const batch = 500;
/** Batches of one sweep: 1,000 rows a second, more than a busy service makes, and never a sweep without end. */
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
  DELETE FROM events e USING old x WHERE e.sequence = x.sequence AND x.at < :before::timestamptz RETURNING 1
)
SELECT count(*)::int AS count FROM gone`,
);

/** How long rows are kept. */
export interface Retention {
  readonly operationDays: number;
  readonly eventDays: number;
}

export const defaultRetention: Retention = { operationDays: 30, eventDays: 90 };

/** Removes what is older than the retention; returns how many of each. What is left over goes at the next sweep. */
export async function expireHistory(
  database: Database,
  now: number,
  { operationDays, eventDays }: Retention,
): Promise<{ operations: number; events: number }> {
  const before = (days: number) => new Date(now - days * 86_400_000).toISOString();
  return {
    operations: await expire(database, operationsText, before(operationDays)),
    events: await expire(database, eventsText, before(eventDays)),
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
