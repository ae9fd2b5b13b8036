// Which dispatcher delivers to which subscriptions. A dispatcher reports every few seconds; the subscriptions of one
// that has stopped reporting are free for others.
import type { Database } from '../../../infra/database/port.ts';
import { everyProject } from '../../../schema/every-project.ts';
import { statement } from '../../../schema/statement.ts';

/** Rows per statement: their URLs, types and secrets pass through the Data API. */
const batch = 100;

export interface ClaimedRow {
  readonly id: string;
  readonly fence: string;
  readonly project_id: string;
  readonly all_projects: boolean;
  readonly protocol: string;
  readonly url: string;
  readonly types: string;
  readonly resource_type: string | null;
  readonly resource_id: string | null;
  readonly secret: string;
  /** Null when its time is over. */
  readonly former_secret: string | null;
  readonly former_until: number | null;
  readonly transaction: string;
  readonly sequence: string;
  readonly failures: number;
  /** Milliseconds since 1970. */
  readonly retry_at: number | null;
}

const milliseconds = (column: string) => `(extract(epoch FROM ${column}) * 1000)::double precision`;

const claimText = statement(
  'subscriptions.claim',
  `WITH lives AS (
  INSERT INTO dispatchers AS d (id, until)
  VALUES (:dispatcher::uuid, :now::timestamptz + make_interval(secs => :lease_seconds::int))
  ON CONFLICT (id) DO UPDATE SET until = EXCLUDED.until
), dead AS (
  DELETE FROM dispatchers d WHERE d.until < :now::timestamptz - interval '1 hour' AND d.id <> :dispatcher::uuid
), free AS (
  SELECT s.id FROM subscriptions s
  WHERE s.state = 'enabled' AND ${everyProject('s.project_id')} AND s.dispatcher IS DISTINCT FROM :dispatcher::uuid
    AND NOT EXISTS (SELECT 1 FROM dispatchers d WHERE d.id = s.dispatcher AND d.until > :now::timestamptz)
  ORDER BY s.id LIMIT ${batch} FOR UPDATE OF s SKIP LOCKED
)
UPDATE subscriptions s SET dispatcher = :dispatcher::uuid, fence = s.fence + 1
FROM free f WHERE s.id = f.id
RETURNING s.id::text AS id, s.fence::text AS fence, s.project_id, s.all_projects, s.protocol, s.url,
  s.types::text AS types, s.resource_type, s.resource_id::text AS resource_id, s.secret,
  CASE WHEN s.former_until > :now::timestamptz THEN s.former_secret END AS former_secret,
  ${milliseconds('s.former_until')} AS former_until, s.transaction::text AS transaction, s.sequence::text AS sequence,
  s.failures, ${milliseconds('s.retry_at')} AS retry_at`,
);

/**
 * Reports that the dispatcher is alive, and takes free subscriptions: call it again while it returns `batch` of them.
 */
export async function claimSubscriptions(
  database: Database,
  parameters: { readonly dispatcher: string; readonly now: string; readonly lease_seconds: number },
): Promise<{ readonly rows: readonly ClaimedRow[]; readonly hasMore: boolean }> {
  const rows = await claimText.all<ClaimedRow>(database, parameters);
  return { rows, hasMore: rows.length === batch };
}

const confirmText = statement(
  'subscriptions.confirm',
  `SELECT s.id::text AS id FROM jsonb_to_recordset(:claimed::jsonb) AS c (id uuid, fence bigint)
JOIN subscriptions s ON s.id = c.id AND s.fence = c.fence AND s.state = 'enabled'`,
);

export interface Fenced {
  readonly id: string;
  readonly fence: string;
}

/** Those that are still as they were claimed: not changed, disabled or deleted, and not another dispatcher's. */
export async function confirmSubscriptions(database: Database, claimed: readonly Fenced[]): Promise<Set<string>> {
  const text = JSON.stringify(claimed.map(({ id, fence }) => ({ id, fence })));
  const rows = await confirmText.all<{ readonly id: string }>(database, { claimed: text });
  return new Set(rows.map(({ id }) => id));
}

const releaseText = statement(
  'subscriptions.release',
  `WITH gone AS (DELETE FROM dispatchers d WHERE d.id = :dispatcher::uuid)
UPDATE subscriptions s SET dispatcher = NULL
WHERE s.dispatcher = :dispatcher::uuid AND ${everyProject('s.project_id')}`,
);

/** Releases everything that a dispatcher has, when it stops. */
export async function releaseSubscriptions(database: Database, dispatcher: string): Promise<void> {
  await releaseText.all(database, { dispatcher });
}

export interface WaitingRow {
  readonly id: string;
  readonly subscription_id: string;
  readonly kind: 'event' | 'redelivery' | 'test';
  readonly transaction: string;
  readonly sequence: string;
  readonly event_type: string;
  readonly resource_id: string;
  readonly attempts: number;
  /** Milliseconds since 1970. */
  readonly first_attempt_at: number | null;
  readonly next_attempt_at: number | null;
}

const waitingBatch = 1_000;

const waitingText = statement(
  'deliveries.waiting',
  `SELECT d.id::text AS id, d.subscription_id::text AS subscription_id, d.kind, d.transaction::text AS transaction,
  d.sequence::text AS sequence, d.event_type, d.resource_id::text AS resource_id, d.attempts,
  ${milliseconds('d.first_attempt_at')} AS first_attempt_at, ${milliseconds('d.next_attempt_at')} AS next_attempt_at
FROM deliveries d
WHERE d.status = 'waiting'
  AND d.subscription_id IN (SELECT i::uuid FROM jsonb_array_elements_text(:subscriptions::jsonb) i)
  AND (d.subscription_id, d.transaction, d.sequence, d.resource_id)
    > (:subscription::uuid, :transaction::text::bigint, :sequence::text::bigint, :resource::uuid)
ORDER BY d.subscription_id, d.transaction, d.sequence, d.resource_id LIMIT ${waitingBatch}`,
);

const nil = '00000000-0000-0000-0000-000000000000';

/** What still has to be delivered to these subscriptions, each in the order of the log. */
export async function readWaiting(database: Database, subscriptions: readonly string[]): Promise<WaitingRow[]> {
  const all: WaitingRow[] = [];
  const text = JSON.stringify(subscriptions);
  for (;;) {
    const last = all.at(-1);
    const rows = await waitingText.all<WaitingRow>(database, {
      subscriptions: text,
      subscription: last?.subscription_id ?? nil,
      transaction: last?.transaction ?? '-1',
      sequence: last?.sequence ?? '-1',
      resource: last?.resource_id ?? nil,
    });
    all.push(...rows);
    if (rows.length < waitingBatch) return all;
  }
}
