// The SQL of asking for a sweep.
import { type Database, type Parameters, sql } from '../../infra/database/port.ts';
import { backendQueue, schedulerQueue } from '../../schema/operations.ts';

const dueText = sql(
  'workers-cleanup.due',
  `UPDATE operations o SET lease_until = :now::timestamptz - make_interval(secs => 1)
WHERE o.status = 'queued' AND o.lease_until > :now::timestamptz
  AND (:resource_id::uuid IS NULL OR o.resource_id = :resource_id::uuid)
  AND (:resource_type::text IS NULL OR o.resource_type = :resource_type::text)
  AND (:binary::text IS NULL OR (o.queue = '${schedulerQueue}') = (:binary::text = 'cinder-scheduler'))
  AND (:queue::text IS NULL OR o.queue = :queue::text)`,
);

/**
 * Lets the next sweep send what nobody has claimed, without waiting until it is due. What is running is let alone: its
 * lease says whether somebody is at it.
 */
export async function makeDue(database: Database, host: string | null, parameters: Parameters): Promise<void> {
  await database.all(dueText, { ...parameters, queue: host === null ? null : backendQueue(host) });
}
