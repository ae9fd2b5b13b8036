import { type Database, sql } from '../../infra/database/port.ts';
import { everyProject } from '../../schema/every-project.ts';
import { maxAttempts, resendSeconds } from '../../schema/operations.ts';
import { type Claimed, type ClaimRow, claimedColumns, leaseSeconds, resourceColumn, toClaimed } from './claim.ts';

const now = ':now::timestamptz';

/** Rows at a time, so that one sweep is a short statement whatever has piled up. */
const batch = 100;

/** A queue in memory reaches nobody else: each process looks after the queues that it consumes. */
const ours = `o.queue IN (SELECT q FROM jsonb_array_elements_text(:queues::jsonb) q)`;

const requeueText = sql(
  'operations.requeue',
  `WITH due AS (
  SELECT o.id FROM operations o
  WHERE o.status IN ('queued', 'running') AND o.lease_until < ${now} AND o.deadline > ${now} AND o.tries < ${maxAttempts}
    AND ${ours}
  ORDER BY o.lease_until, o.id LIMIT ${batch} FOR UPDATE SKIP LOCKED
)
UPDATE operations o SET status = 'queued', updated_at = ${now},
  lease_until = ${now} + make_interval(secs => ${resendSeconds})
FROM due d WHERE o.id = d.id RETURNING o.id::text AS id, o.kind, o.attempt, o.queue`,
);

export interface Due {
  readonly id: string;
  readonly kind: string;
  readonly attempt: number;
  readonly queue: string;
}

/** Takes back expired leases, and returns every operation whose message has to be sent (again). */
export function requeue(database: Database, at: string, queues: readonly string[]): Promise<Due[]> {
  return database.all<Due>(requeueText, { now: at, queues: JSON.stringify(queues) });
}

const releaseText = sql(
  'operations.release',
  `UPDATE operations o SET lease_until = ${now} - make_interval(secs => 1)
WHERE (o.status = 'queued' OR (o.status = 'running' AND :is_sole::boolean)) AND ${ours}`,
);

/**
 * At start: what was queued is due now, because a queue in memory died with its process. With `isSole` so is what was
 * running: nobody else can be at it. Otherwise its leases run out by themselves.
 */
export async function releaseAll(
  database: Database,
  at: string,
  queues: readonly string[],
  isSole: boolean,
): Promise<void> {
  await database.all(releaseText, { now: at, queues: JSON.stringify(queues), is_sole: isSole });
}

const overdueText = sql(
  'operations.overdue',
  `WITH due AS (
  SELECT o.id FROM operations o
  WHERE o.status IN ('queued', 'running') AND o.lease_until < ${now}
    AND (o.deadline <= ${now} OR o.tries >= ${maxAttempts})
    AND (o.status = 'running' OR NOT EXISTS (
      SELECT 1 FROM operations b WHERE b.resource_id = o.resource_id AND b.id <> o.id AND b.status = 'running'))
  ORDER BY o.lease_until, o.id LIMIT 1 FOR UPDATE SKIP LOCKED
), busy AS (SELECT 1 WHERE FALSE), claimed AS (
  UPDATE operations o SET status = 'running', attempt = o.attempt + 1, updated_at = ${now},
    lease_until = ${now} + make_interval(secs => ${leaseSeconds})
  FROM due d WHERE o.id = d.id RETURNING o.*
)
SELECT ${claimedColumns}, ${resourceColumn} FROM claimed c`,
);

/** Claims one operation that is past its deadline or its last try, to be ended; null when there is none. */
export async function claimOverdue(database: Database, at: string): Promise<Claimed | null> {
  const [row] = await database.all<ClaimRow>(overdueText, { now: at });
  const claimed = row === undefined ? null : toClaimed(row);
  return claimed === 'busy' ? null : claimed;
}

const expireText = sql(
  'messages.expire',
  `DELETE FROM messages m WHERE m.expires_at < ${now} AND ${everyProject('m.project_id')}`,
);

/** Removes user messages whose time is over. */
export async function expireMessages(database: Database, at: string): Promise<void> {
  await database.all(expireText, { now: at });
}
