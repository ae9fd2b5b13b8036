// Placing a volume: takes the host and the room at once.
import { type Database, DatabaseError } from '../../infra/database/port.ts';
import { recordEventOf } from '../../schema/events.ts';
import { clusterOf } from '../../schema/services.ts';
import { fragment, statement } from '../../schema/statement.ts';
import type { Explanation } from '../scheduler/decide.ts';
import type { Operation } from '../work/work.ts';

const placeText = statement(
  'operations.place',
  [
    fragment(
      'fenced',
      `UPDATE operations o SET status = 'queued', step = 'create', tries = 0, queue = :queue::text,
    explanation = :explanation::jsonb, updated_at = :now::timestamptz,
    lease_until = :now::timestamptz
  WHERE o.id = :id::uuid AND o.attempt = :attempt::int AND o.status = 'running' RETURNING o.resource_id, o.request_id`,
    ),
    fragment(
      'room',
      `UPDATE pools p SET allocated_gib = p.allocated_gib + :size::int
  WHERE p.name = :pool::text AND EXISTS (SELECT 1 FROM fenced)
    AND p.allocated_gib + :size::int <= :ceiling::double precision
  RETURNING p.name, p.availability_zone`,
    ),
    fragment(
      'placed',
      `UPDATE volumes v SET host = r.name, cluster_name = ${clusterOf('r.name')},
    availability_zone = r.availability_zone, updated_at = :now::timestamptz
  FROM room r, fenced f WHERE v.id = f.resource_id AND v.host IS NULL RETURNING v.*, f.request_id`,
    ),
    recordEventOf('r.request_id', 'event', 'placed', `'volume.schedule.end'`, 'volume'),
    fragment(
      'grouped',
      `UPDATE groups g SET backend = split_part(:pool::text, '#', 1) FROM placed v
  WHERE g.id = v.group_id AND (g.backend IS NULL OR g.backend = split_part(:pool::text, '#', 1)) RETURNING g.id`,
    ),
  ],
  `SELECT CASE
  WHEN NOT EXISTS (SELECT 1 FROM fenced) THEN 'lost'
  WHEN NOT EXISTS (SELECT 1 FROM room) THEN refuse('no-room')::text
  WHEN NOT EXISTS (SELECT 1 FROM placed) THEN refuse('gone')::text
  WHEN EXISTS (SELECT 1 FROM placed v WHERE v.group_id IS NOT NULL) AND NOT EXISTS (SELECT 1 FROM grouped)
    THEN refuse('group')::text
  ELSE 'placed' END AS outcome`,
);

const refusals = ['no-room', 'gone', 'group'] as const;

/**
 * Takes the host and the room, and passes the operation to the queue of that back end: all of it, or nothing.
 * `no-room`: another volume took the room first. `gone`: the volume no longer waits. `group`: another volume of its
 * group was placed elsewhere first. `lost`: the lease was lost.
 */
export async function place(
  database: Database,
  claimed: Operation,
  chosen: { pool: string; queue: string; ceilingGiB: number; sizeGiB: number },
  explanation: Explanation,
  now: string,
): Promise<'placed' | 'lost' | (typeof refusals)[number]> {
  const parameters = {
    id: claimed.id,
    attempt: claimed.attempt,
    queue: chosen.queue,
    explanation: JSON.stringify(explanation),
    pool: chosen.pool,
    size: chosen.sizeGiB,
    ceiling: Math.min(chosen.ceilingGiB, Number.MAX_SAFE_INTEGER),
    now,
  };
  try {
    const [row] = await placeText.all<{ outcome: 'placed' | 'lost' }>(database, parameters);
    return row?.outcome ?? 'lost';
  } catch (error) {
    const refused = error instanceof DatabaseError && refusals.find((one) => one === error.reason);
    if (refused) return refused;
    throw error;
  }
}
