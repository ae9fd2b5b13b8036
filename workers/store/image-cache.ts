// The SQL of the image-volume cache. Its volumes are ordinary rows, in a project that nobody is in. A new entry has
// its own removal queued from the start, so a worker that dies leaves nothing behind.
import { type Database, DatabaseError } from '../../infra/database/port.ts';
import { recordEventOf } from '../../schema/events.ts';
import { derivedId } from '../../schema/groups.ts';
import { beginning, begins } from '../../schema/machine.ts';
import { backendQueueOf, dueUnsent, insertOperation } from '../../schema/operations.ts';
import { clusterOf } from '../../schema/services.ts';
import { fragment, fragmentOf, type Literal, statement } from '../../schema/statement.ts';
import { volumeMachine } from '../../schema/volumes.ts';

/** The project of the cache's volumes. No token has it. */
export const cacheProject = 'image-cache';

/** An image as the cache knows it, on one pool. */
export interface CacheKey {
  /** host@backend#pool. */
  readonly host: string;
  readonly imageId: string;
  readonly digest: string;
}

export interface CachedVolume {
  readonly id: string;
  readonly size_gib: number;
  readonly location: string | null;
}

const findText = statement(
  'image-cache.find',
  `UPDATE image_cache c SET last_used_at = :now::timestamptz FROM volumes v
WHERE v.id = c.volume_id AND c.host = :host::text AND c.image_id = :image::text AND c.digest = :digest::text
  AND v.status = 'available' AND v.size_gib <= :size::int
RETURNING v.id::text AS id, v.size_gib, v.location`,
);

/** A volume that holds the image and is not larger than that; null when there is none. Marks it as used now. */
export async function findCached(
  database: Database,
  { host, imageId, digest }: CacheKey,
  sizeGiB: number,
  now: string,
): Promise<CachedVolume | null> {
  const parameters = { host, image: imageId, digest, size: sizeGiB, now };
  const [row] = await findText.all<CachedVolume>(database, parameters);
  return row ?? null;
}

/** No user has requested it. */
const noRequest = 'NULL::text';

const removal = <const Id extends string, const Due extends string>(
  name: string,
  from: string,
  id: Literal<Id>,
  due: Literal<Due>,
) =>
  fragmentOf(
    name,
    insertOperation(
      {
        id,
        kind: `'volume.delete'`,
        resource_type: `'volume'`,
        resource_id: 'r.id',
        project_id: 'r.project_id',
        user_id: 'r.user_id',
        queue: backendQueueOf('r.host'),
        step: `'delete'`,
        lease_until: due,
        deadline: `${due} + interval '1 day'`,
      },
      `${from} r`,
    ),
    ':now::timestamptz',
    id,
    due,
  );

// Evicts the least recently used: those for which the count or the room leaves no place, counting the new one.
const reserveText = statement(
  'image-cache.reserve',
  [
    fragment(
      'others',
      `SELECT c.volume_id, count(*) OVER newest AS rank, sum(v.size_gib) OVER newest AS total
  FROM image_cache c JOIN volumes v ON v.id = c.volume_id
  WHERE split_part(c.host, '#', 1) = split_part(:host::text, '#', 1) AND v.status = 'available'
  WINDOW newest AS (ORDER BY c.last_used_at DESC, c.volume_id ROWS UNBOUNDED PRECEDING)`,
    ),
    fragment(
      'room',
      `UPDATE pools p SET allocated_gib = p.allocated_gib + :size::int
  WHERE p.name = :host::text AND NOT EXISTS (SELECT 1 FROM image_cache c WHERE c.host = :host::text
      AND c.image_id = :image::text) AND :size::int <= :most_gib::int
    AND p.allocated_gib + :size::int <= COALESCE(p.total_gib, 'Infinity') * p.max_over_subscription_ratio
  RETURNING p.name, p.availability_zone`,
    ),
    fragment(
      'made',
      `INSERT INTO volumes (id, project_id, user_id, name, size_gib, status, host, cluster_name, availability_zone,
    consumes_quota, created_at)
  SELECT :id::uuid, '${cacheProject}', '${cacheProject}', 'image-' || :image::text, :size::int, ${beginning(volumeMachine, 'cache')}, r.name,
    ${clusterOf('r.name')}, r.availability_zone, FALSE, :now::timestamptz
  FROM room r RETURNING *`,
    ),
    fragment(
      'entry',
      `INSERT INTO image_cache (volume_id, host, image_id, digest, last_used_at)
  SELECT m.id, m.host, :image::text, :digest::text, :now::timestamptz FROM made m`,
    ),
    fragment(
      'evicted',
      `UPDATE volumes r SET ${begins(volumeMachine, 'delete')}
  FROM others o WHERE r.id = o.volume_id AND EXISTS (SELECT 1 FROM made) AND r.status = 'available'
    AND r.snapshot_count = 0 AND (o.rank > :most_count::int - 1 OR o.total > :most_gib::int - :size::int)
  RETURNING r.*`,
    ),
    recordEventOf(noRequest, 'made_told', 'made', `'volume.create.start'`, 'volume'),
    recordEventOf(noRequest, 'evicted_told', 'evicted', `'volume.delete.start'`, 'volume'),
    removal('removals', 'evicted', derivedId(':id::uuid::text', 'r.id::text'), dueUnsent),
    removal('undo', 'made', ':undo_id::uuid', ':undo_at::timestamptz'),
  ],
  `SELECT id::text AS id FROM made`,
);

export interface Reservation {
  /** The ids of the volume, and of the work that removes it unless it is kept. */
  readonly id: string;
  readonly undoId: string;
  readonly sizeGiB: number;
  readonly now: string;
  /** When it is removed, unless it has been kept by then. */
  readonly undoAt: string;
  readonly mostCount: number;
  readonly mostGiB: number;
}

/**
 * Creates the row of a new volume of the cache, and begins to remove those that must make way. False: there is no
 * place.
 */
export async function reserveCached(database: Database, key: CacheKey, wanted: Reservation): Promise<boolean> {
  const rows = await reserveText
    .all(database, {
      host: key.host,
      image: key.imageId,
      digest: key.digest,
      id: wanted.id,
      undo_id: wanted.undoId,
      size: wanted.sizeGiB,
      now: wanted.now,
      undo_at: wanted.undoAt,
      most_count: wanted.mostCount,
      most_gib: wanted.mostGiB,
    })
    .catch((error: unknown) => {
      // Another worker is filling it right now.
      if (error instanceof DatabaseError && error.reason === 'image_cache_once') return [];
      throw error;
    });
  return rows.length > 0;
}

const keepText = statement(
  'image-cache.keep',
  [
    fragment(
      'kept',
      `UPDATE operations o SET status = 'done', updated_at = :now::timestamptz
  WHERE o.id = :undo_id::uuid AND o.status = 'queued' RETURNING o.resource_id`,
    ),
    fragment(
      'changed',
      `UPDATE volumes r SET ${begins(volumeMachine, 'keep_cached')}, location = :location::text
  FROM kept k WHERE r.id = k.resource_id RETURNING r.*`,
    ),
    recordEventOf(noRequest, 'event', 'changed', `'volume.create.end'`, 'volume'),
  ],
  `SELECT id::text AS id FROM changed`,
);

/** It holds the image now and may be cloned. */
export async function keepCached(
  database: Database,
  parameters: { undo_id: string; location: string | null; now: string },
): Promise<void> {
  await keepText.all(database, parameters);
}

const dropText = statement(
  'image-cache.drop',
  `UPDATE operations o SET lease_until = ${dueUnsent}
WHERE o.id = :undo_id::uuid AND o.status = 'queued'`,
);

/** It does not hold the image: the sweeper's next round removes it. */
export async function dropCached(database: Database, undoId: string, now: string): Promise<void> {
  await dropText.all(database, { undo_id: undoId, now });
}
