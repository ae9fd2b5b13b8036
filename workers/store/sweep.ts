import type { Database } from '../../infra/database/port.ts';
import { everyProject } from '../../schema/every-project.ts';
import { dueUnsent, maxAttempts, resendSeconds, triedOnce } from '../../schema/operations.ts';
import { statement } from '../../schema/statement.ts';
import { type Claimed, type ClaimRow, claimedColumns, leaseSeconds, toClaimed } from './claim.ts';
import type { Queued } from './queued.ts';

const now = ':now::timestamptz';

/** Rows per sweep, so that it is a short statement however much has piled up. */
const batch = 100;

const mayGoOn = `o.deadline > ${now} AND o.tries < ${maxAttempts}`;

// The sweeper looks at the work of every project.
const ofAll = everyProject('o.project_id');

/** The resource is busy: whoever frees it sends the next operation. */
const isBlocked = `EXISTS (SELECT 1 FROM operations b WHERE b.resource_id = o.resource_id AND b.status = 'running')`;

const take = `ORDER BY o.lease_until, o.id LIMIT ${batch} FOR UPDATE SKIP LOCKED`;

const requeueText = statement(
  'operations.requeue',
  `WITH expired AS (
  SELECT o.id FROM operations o WHERE ${ofAll} AND o.status = 'running' AND o.lease_until < ${now} AND ${mayGoOn} ${take}
), unclaimed AS (
  SELECT o.id FROM operations o WHERE ${ofAll} AND :resends::boolean AND o.status = 'queued'
    AND o.lease_until < ${now} - make_interval(secs => ${resendSeconds}) AND ${mayGoOn} AND NOT ${isBlocked} ${take}
)
UPDATE operations o SET status = 'queued', updated_at = ${now}, lease_until = ${now},
  tried = CASE WHEN o.status = 'running' THEN ${triedOnce(`'Its worker has not been heard of.'`)} ELSE o.tried END
FROM (SELECT id FROM expired UNION ALL SELECT id FROM unclaimed) d
WHERE o.id = d.id RETURNING o.id::text AS id, o.kind, o.attempt, o.queue, o.project_id AS project`,
);

/**
 * Takes back expired leases in all queues, and returns every operation whose message must be sent (again). With
 * `resends` that includes what nobody has claimed, for a queue that may lose messages.
 */
export function requeue(database: Database, at: string, resends: boolean): Promise<Queued[]> {
  return requeueText.all<Queued>(database, { now: at, resends });
}

const releaseText = statement(
  'operations.release',
  `UPDATE operations o SET lease_until = ${dueUnsent}
WHERE o.status = 'queued' OR (o.status = 'running' AND :is_sole::boolean)`,
);

/**
 * At start, for a queue in memory, which is lost with its process: whatever was queued is due now. With `isSole`, so
 * is whatever was running, because no other process can be working on it. Otherwise its leases expire by themselves.
 */
export async function releaseAll(database: Database, at: string, isSole: boolean): Promise<void> {
  await releaseText.all(database, { now: at, is_sole: isSole });
}

// Queued operations past their deadline are found by an index on the deadline, not among all that wait.
const overdueText = statement(
  'operations.overdue',
  `WITH late AS (
  (SELECT o.id FROM operations o
  WHERE ${ofAll} AND o.status = 'queued' AND o.deadline <= ${now} AND o.lease_until < ${now} AND NOT ${isBlocked}
  ORDER BY o.deadline, o.id LIMIT 1)
  UNION ALL
  (SELECT o.id FROM operations o
  WHERE ${ofAll} AND o.status = 'running' AND o.lease_until < ${now} AND (o.deadline <= ${now} OR o.tries >= ${maxAttempts})
  ORDER BY o.lease_until, o.id LIMIT 1)
), due AS (
  SELECT o.id FROM operations o JOIN late l ON l.id = o.id
  WHERE o.status IN ('queued', 'running') AND o.lease_until < ${now} LIMIT 1 FOR UPDATE OF o SKIP LOCKED
), busy AS (SELECT 1 WHERE FALSE), held AS (SELECT 1 WHERE FALSE), claimed AS (
  UPDATE operations o SET status = 'running', attempt = o.attempt + 1, updated_at = ${now},
    lease_until = ${now} + make_interval(secs => ${leaseSeconds})
  FROM due d WHERE o.id = d.id RETURNING o.*
)
SELECT ${claimedColumns} FROM claimed c`,
);

/** Claims one operation that is past its deadline or its last try, in order to end it; null when there is none. */
export async function claimOverdue(database: Database, at: string): Promise<Claimed | null> {
  const [row] = await overdueText.all<ClaimRow>(database, { now: at });
  const claimed = row === undefined ? null : toClaimed(row);
  return claimed === 'busy' ? null : claimed;
}

const expireText = statement(
  'messages.expire',
  `WITH keys AS (
  DELETE FROM idempotency_keys k WHERE k.created_at < ${now} - interval '1 day' AND ${everyProject('k.project_id')}
)
DELETE FROM messages m WHERE m.expires_at < ${now} AND ${everyProject('m.project_id')}`,
);

/** Removes expired user messages and request keys. */
export async function expireMessages(database: Database, at: string): Promise<void> {
  await expireText.all(database, { now: at });
}
