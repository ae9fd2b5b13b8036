// Counts the size that the back end reports for an object, before the object is adopted.
import { type Database, DatabaseError } from '../../infra/database/port.ts';
import { countQuota, growthDeltas, perVolumeLimit, snapshotDeltas } from '../../schema/quotas.ts';
import { fragment, statement } from '../../schema/statement.ts';

const fenced = fragment(
  'fenced',
  `UPDATE operations o SET updated_at = :now::timestamptz
  WHERE o.id = :id::uuid AND o.attempt = :attempt::int AND o.status = 'running' RETURNING o.resource_id`,
);

const volumeText = statement(
  'volume.manage.size',
  [
    fenced,
    fragment(
      'sized',
      `UPDATE volumes v SET size_gib = :size::int, updated_at = :now::timestamptz
  FROM fenced f WHERE v.id = f.resource_id AND v.size_gib = 0 RETURNING v.*`,
    ),
    perVolumeLimit('sized', 'v.size_gib'),
    countQuota(growthDeltas('sized', 'v.size_gib')),
    fragment(
      'room',
      `UPDATE pools p SET allocated_gib = p.allocated_gib + v.size_gib FROM sized v WHERE p.name = v.host`,
    ),
  ],
  `SELECT (SELECT count(*) FROM sized)::int AS sized
WHERE (SELECT count(*) FROM too_large) = 0 AND (SELECT count(*) FROM over_limit) = 0`,
);

const snapshotText = statement(
  'snapshot.manage.size',
  [
    fenced,
    fragment('before', `SELECT s.* FROM snapshots s JOIN fenced f ON s.id = f.resource_id`),
    fragment(
      'sized',
      `UPDATE snapshots s SET size_gib = :size::int, updated_at = :now::timestamptz
  FROM before b WHERE s.id = b.id RETURNING s.*`,
    ),
    countQuota(`${snapshotDeltas('before', -1)} UNION ALL ${snapshotDeltas('sized', 1)}`),
  ],
  `SELECT (SELECT count(*) FROM sized)::int AS sized WHERE (SELECT count(*) FROM over_limit) = 0`,
);

export interface Sizing {
  readonly id: string;
  readonly attempt: number;
  readonly size: number;
  readonly now: string;
}

async function take(
  database: Database,
  statement: typeof volumeText | typeof snapshotText,
  sizing: Sizing,
): Promise<'mine' | 'lost' | 'quota'> {
  try {
    const [row] = await statement.all<{ sized: number }>(database, sizing);
    return (row?.sized ?? 0) > 0 ? 'mine' : 'lost';
  } catch (error) {
    if (error instanceof DatabaseError && error.failure === 'refused') return 'quota';
    throw error;
  }
}

/** Sets the volume's size and counts it against quota and room: all of it, or nothing. */
export function takeVolumeSize(database: Database, sizing: Sizing): Promise<'mine' | 'lost' | 'quota'> {
  return take(database, volumeText, sizing);
}

/** Gives the snapshot its own size instead of its volume's, and counts that. */
export function takeSnapshotSize(database: Database, sizing: Sizing): Promise<'mine' | 'lost' | 'quota'> {
  return take(database, snapshotText, sizing);
}
