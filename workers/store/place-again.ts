import type { Database } from '../../infra/database/port.ts';
import { schedulerQueue, triedOnce } from '../../schema/operations.ts';
import { fragment, statement } from '../../schema/statement.ts';
import type { RefusalJson } from '../work/hints.ts';
import type { Operation } from '../work/work.ts';
import { nextOfResource, type Queued, queuedJson, toQueued } from './queued.ts';

const now = ':now::timestamptz';

// If the only volume of a group is placed again, the group may move with it.
const text = statement(
  'operations.place-again',
  [
    fragment(
      'before',
      `SELECT v.id, v.host, v.size_gib, v.group_id FROM volumes v JOIN operations o ON o.resource_id = v.id
  WHERE o.id = :id::uuid AND v.host IS NOT NULL FOR UPDATE OF v`,
    ),
    fragment(
      'fenced',
      `UPDATE operations o SET status = 'queued', step = 'schedule', tries = 0, queue = '${schedulerQueue}',
    cause = :cause::text, tried = ${triedOnce(':cause::text')}, updated_at = ${now}, lease_until = ${now},
    arguments = o.arguments || jsonb_build_object('refusals', COALESCE(o.arguments -> 'refusals', '[]'::jsonb)
      || jsonb_build_array(jsonb_build_object('pool', b.host, 'cause', :cause::text, 'detail', :detail::text)))
  FROM before b
  WHERE o.id = :id::uuid AND o.attempt = :attempt::int AND o.status = 'running' RETURNING o.id, o.resource_id`,
    ),
    fragment(
      'unplaced',
      `UPDATE volumes v SET host = NULL, cluster_name = NULL, updated_at = ${now} FROM fenced f WHERE v.id = f.resource_id`,
    ),
    fragment(
      'room',
      `UPDATE pools p SET allocated_gib = greatest(0, p.allocated_gib - b.size_gib) FROM before b, fenced f
  WHERE p.name = b.host`,
    ),
    fragment(
      'ungrouped',
      `UPDATE groups g SET backend = NULL FROM before b, fenced f WHERE g.id = b.group_id
    AND NOT EXISTS (SELECT 1 FROM volumes o WHERE o.group_id = g.id AND o.id <> b.id AND o.host IS NOT NULL)`,
    ),
    nextOfResource,
  ],
  `SELECT ${queuedJson('next')} AS next FROM fenced f`,
);

/**
 * Takes the volume from the pool that refused it, returns the room, and queues the operation for the scheduler again
 * with the refusal stored: all of it, or nothing. Returns the work that waited for the volume; null when the lease
 * was lost.
 */
export async function placeAgain(
  database: Database,
  { id, attempt }: Operation,
  { cause, detail }: Omit<RefusalJson, 'pool'>,
  at: string,
): Promise<readonly Queued[] | null> {
  const [row] = await text.all<{ next: string | null }>(database, { id, attempt, cause, detail, now: at });
  return row === undefined ? null : toQueued(row.next);
}
