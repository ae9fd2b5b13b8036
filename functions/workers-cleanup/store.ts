// The SQL of asking for a sweep.
import type { Database } from '../../infra/database/port.ts';
import { backendQueue, dueUnsent, quickQueueOf, schedulerQueue } from '../../schema/operations.ts';
import { isUp } from '../../schema/services.ts';
import { type ParametersOf, statement } from '../../schema/statement.ts';

const dueText = statement(
  'workers-cleanup.due',
  `WITH service AS (
  SELECT x.* FROM (SELECT s.id, s.host, s."binary" AS binary, s.cluster_name, s.disabled,
      ${isUp('s')} AS is_up,
      CASE s."binary" WHEN 'cinder-scheduler' THEN '${schedulerQueue}' ELSE 'volume:' || s.host END AS queue
    FROM services s WHERE s."binary" IN ('cinder-volume', 'cinder-scheduler')) x
  WHERE (:disabled::boolean IS NULL OR x.disabled = :disabled::boolean)
    AND (:is_up::boolean IS NULL OR x.is_up = :is_up::boolean)
    AND (:cluster::text IS NULL OR x.cluster_name = :cluster::text)
), due AS (
  UPDATE operations o SET lease_until = ${dueUnsent}
  WHERE o.status = 'queued' AND o.step <> 'completion' AND o.lease_until > ${dueUnsent}
    AND (:resource_id::uuid IS NULL OR o.resource_id = :resource_id::uuid)
    AND (:resource_type::text IS NULL OR o.resource_type = :resource_type::text)
    AND (:binary::text IS NULL OR (o.queue = '${schedulerQueue}') = (:binary::text = 'cinder-scheduler'))
    AND (:queue::text IS NULL OR ${quickQueueOf('o.queue')} = :queue::text)
    AND ((:disabled::boolean IS NULL AND :is_up::boolean IS NULL AND :cluster::text IS NULL)
      OR ${quickQueueOf('o.queue')} IN (SELECT s.queue FROM service s))
  RETURNING ${quickQueueOf('o.queue')} AS queue
)
SELECT s.id::text AS id, s.host, s.binary, s.cluster_name, s.is_up FROM service s
WHERE s.queue IN (SELECT d.queue FROM due d) ORDER BY s.binary, s.host`,
);

/** A service whose work is sent again. */
export interface CleanedRow {
  readonly id: string;
  readonly host: string;
  readonly binary: string;
  readonly cluster_name: string | null;
  readonly is_up: boolean;
}

/**
 * Lets the next sweep send what nobody has claimed, without waiting until it is due, and says whose work that is.
 * What is running is let alone: its lease says whether somebody is at it.
 */
export function makeDue(
  database: Database,
  host: string | null,
  parameters: Omit<ParametersOf<typeof dueText>, 'queue'>,
): Promise<CleanedRow[]> {
  return dueText.all<CleanedRow>(database, { ...parameters, queue: host === null ? null : backendQueue(host) });
}
