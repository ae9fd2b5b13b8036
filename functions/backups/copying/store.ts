// The SQL that begins copies: making a backup, and restoring one over a volume that is there.
import { type Database, DatabaseError } from '../../../infra/database/port.ts';
import { type BackupRow, backupMachine } from '../../../schema/backups.ts';
import { recordEvent } from '../../../schema/events.ts';
import { inScope } from '../../../schema/expressions.ts';
import { insertKey, refuseWithoutKey } from '../../../schema/keys.ts';
import { beginning, begins, guard, whyColumns } from '../../../schema/machine.ts';
import { backendQueueOf, queueOperation } from '../../../schema/operations.ts';
import { backupDeltas, countQuota } from '../../../schema/quotas.ts';
import { takesWork } from '../../../schema/services.ts';
import { bounded } from '../../../schema/sizes.ts';
import { snapshotMachine } from '../../../schema/snapshots.ts';
import { fragment, type ParametersOf, statement } from '../../../schema/statement.ts';
import { volumeMachine } from '../../../schema/volumes.ts';
import { backupColumns } from '../store.ts';

/** What a request for a backup has to know before it writes. */
export interface CreateFacts {
  /** Null: there is no such volume within the scope. */
  readonly volume_status: string | null;
  readonly volume_size: number;
  readonly snapshot_status: string | null;
  readonly snapshot_volume_id: string | null;
  readonly snapshot_size: number | null;
  /** The key of the volume. */
  readonly key_id: string | null;
  readonly key_is_kept: boolean;
  /** The backup that an incremental one builds on, available or not. */
  readonly parent_id: string | null;
  readonly parent_status: string | null;
  /** Some service makes backups in the zone that is wanted, be it up or down. */
  readonly zone_known: boolean;
  readonly service_up: boolean;
}

const createFactsText = statement(
  'backups.create-facts',
  `SELECT v.status AS volume_status, v.size_gib AS volume_size, s.status AS snapshot_status,
  s.volume_id::text AS snapshot_volume_id, s.size_gib AS snapshot_size,
  v.encryption_key_id::text AS key_id,
  EXISTS (SELECT 1 FROM encryption_keys k WHERE k.id = v.encryption_key_id) AS key_is_kept,
  p.id::text AS parent_id, p.status AS parent_status,
  :zone::text IS NULL OR EXISTS (SELECT 1 FROM services s
    WHERE s."binary" = 'cinder-backup' AND s.availability_zone = :zone::text) AS zone_known,
  EXISTS (SELECT 1 FROM services s WHERE s."binary" = 'cinder-backup' AND ${takesWork('s')}
    AND (:zone::text IS NULL OR s.availability_zone = :zone::text)) AS service_up
FROM (SELECT 1) one
LEFT JOIN (SELECT * FROM volumes r WHERE r.id = :volume_id::uuid AND ${inScope}) v ON TRUE
LEFT JOIN (SELECT * FROM snapshots r WHERE r.id = :snapshot_id::uuid AND ${inScope}) s ON TRUE
-- As Cinder chooses: the latest that is available and older than the snapshot; when none is, the newest there is.
LEFT JOIN LATERAL (SELECT r.id, r.status FROM backups r
  CROSS JOIN LATERAL (SELECT ${guard(backupMachine, 'parent')} AND (s.id IS NULL OR r.data_timestamp < s.created_at) AS fits) f
  WHERE :incremental::boolean AND r.volume_id = :volume_id::uuid AND r.project_id = :project::text
  ORDER BY f.fits DESC, CASE WHEN f.fits THEN r.data_timestamp END DESC, r.created_at DESC, r.id DESC LIMIT 1) p ON TRUE`,
);

export async function readCreateFacts(
  database: Database,
  parameters: ParametersOf<typeof createFactsText>,
): Promise<CreateFacts> {
  const [facts] = await createFactsText.all<CreateFacts>(database, parameters);
  if (facts === undefined) throw new Error('backups.create-facts returned no row');
  return facts;
}

/** The moves of a volume that is backed up: of one that nobody uses, or of one in use as well. */
export type BackupMove = 'backup' | 'backup_in_use';

/** The volume or the snapshot that is read, and the parent, are moved in the statement that makes the row. */
const createText = (move: BackupMove) =>
  statement(
    `backups.create-${move}`,
    [
      fragment(
        'volume',
        `UPDATE volumes r SET ${begins(volumeMachine, move)}
  WHERE r.id = :volume_id::uuid AND :snapshot_id::uuid IS NULL AND ${inScope} AND ${guard(volumeMachine, move)}
  RETURNING r.*`,
      ),
      fragment(
        'snapshot',
        `UPDATE snapshots r SET ${begins(snapshotMachine, 'backup')}
  WHERE r.id = :snapshot_id::uuid AND r.volume_id = :volume_id::uuid AND ${inScope}
    AND ${guard(snapshotMachine, 'backup')}
  RETURNING r.*`,
      ),
      fragment(
        'source',
        `SELECT v.id, v.host, v.name, v.description, v.size_gib, v.bootable, v.metadata, v.image_metadata, v.encryption_key_id,
    :now::timestamptz AS data_timestamp
  FROM volume v
  UNION ALL
  SELECT v.id, v.host, v.name, v.description, s.size_gib, v.bootable, v.metadata, s.image_metadata, v.encryption_key_id,
    s.created_at
  FROM snapshot s JOIN volumes v ON v.id = s.volume_id`,
      ),
      fragment(
        'parent',
        `UPDATE backups r SET dependent_count = r.dependent_count + 1
  WHERE r.id = :parent_id::uuid AND EXISTS (SELECT 1 FROM source) AND ${guard(backupMachine, 'parent')} RETURNING r.id`,
      ),
      fragment(
        'backup',
        `INSERT INTO backups (id, project_id, user_id, volume_id, snapshot_id, parent_id, name, description, container,
    availability_zone, size_gib, status, metadata, encryption_key_id, bootable, volume_name, volume_description,
    volume_metadata, image_metadata, host, data_timestamp, created_at)
  SELECT :id::uuid, :project::text, :actor_id::text, s.id, :snapshot_id::uuid, :parent_id::uuid, :name::text,
    :description::text, :container::text, :zone::text, s.size_gib, ${beginning(backupMachine, 'create')},
    ${bounded('backup metadata', ':metadata::jsonb')}, :key_id::uuid, s.bootable, s.name, s.description, s.metadata, s.image_metadata,
    split_part(s.host, '#', 1), s.data_timestamp, :now::timestamptz
  FROM source s WHERE (:parent_id::uuid IS NULL OR EXISTS (SELECT 1 FROM parent))
    AND s.encryption_key_id IS NOT DISTINCT FROM :volume_key_id::uuid
  RETURNING *`,
      ),
      insertKey('backup', 'backup_id'),
      countQuota(backupDeltas('backup', 1)),
      queueOperation('backup', backendQueueOf('r.host'), { reads: 'COALESCE(:snapshot_id::uuid, :volume_id::uuid)' }),
      recordEvent('event', 'backup', `'backup.create.start'`, 'backup'),
      recordEvent('volume_told', 'volume', `'volume.backup.start'`, 'volume'),
      recordEvent('snapshot_told', 'snapshot', `'snapshot.backup.start'`, 'snapshot'),
    ],
    `SELECT ${backupColumns}, (SELECT queue FROM operation) AS queue,
  CASE WHEN r.id IS NULL THEN refuse('changed') ELSE ${refuseWithoutKey('backup')} END AS refused
FROM (SELECT 1) one LEFT JOIN backup r ON TRUE WHERE (SELECT count(*) FROM over_limit) = 0`,
  );

const createTexts = { backup: createText('backup'), backup_in_use: createText('backup_in_use') } as const;

export interface CreatedBackup extends BackupRow {
  /** The queue of the back end that does it. */
  readonly queue: string;
}

/**
 * Makes the row, counts it, moves what is read and queues the copy: all of it or none. Null when the volume, the snapshot or
 * the parent is not as it was a moment ago.
 */
export function insertBackup(
  database: Database,
  move: BackupMove,
  parameters: ParametersOf<(typeof createTexts)[BackupMove]>,
): Promise<CreatedBackup | null> {
  return orChanged(() => createTexts[move].all<CreatedBackup>(database, parameters));
}

/** What a restore over a volume has to know before it writes. */
export interface RestoreFacts {
  /** Null: there is no such backup within the scope. */
  readonly backup_status: string | null;
  readonly backup_size: number;
  /** Null: there is no such volume within the scope. */
  readonly volume_status: string | null;
  /** Names of what stands in the way. */
  readonly volume_obstacles: string | null;
  readonly volume_name: string | null;
  readonly volume_size: number;
  readonly volume_has_snapshots: boolean;
  readonly volume_key_id: string | null;
  readonly backup_key_id: string | null;
  readonly backup_key_is_kept: boolean;
  /** Both have the same key: what is restored opens with the key that the volume has. */
  readonly keys_are_equal: boolean;
}

const restoreFactsText = statement(
  'backups.restore-facts',
  `SELECT b.status AS backup_status, b.size_gib AS backup_size, v.status AS volume_status, v.obstacles AS volume_obstacles,
  v.name AS volume_name,
  v.size_gib AS volume_size, COALESCE(v.snapshot_count, 0) > 0 AS volume_has_snapshots,
  v.encryption_key_id::text AS volume_key_id, b.encryption_key_id::text AS backup_key_id,
  c.id IS NOT NULL AS backup_key_is_kept, COALESCE(c.sealed_as = k.sealed_as, FALSE) AS keys_are_equal
FROM (SELECT 1) one
LEFT JOIN (SELECT * FROM backups r WHERE r.id = :id::uuid AND ${inScope}) b ON TRUE
LEFT JOIN (SELECT r.*, y.obstacles FROM volumes r CROSS JOIN LATERAL (SELECT ${whyColumns(volumeMachine, 'restore')}) y
  WHERE r.id = :volume_id::uuid AND ${inScope}) v ON TRUE
LEFT JOIN encryption_keys c ON c.id = b.encryption_key_id LEFT JOIN encryption_keys k ON k.id = v.encryption_key_id`,
);

export async function readRestoreFacts(
  database: Database,
  parameters: ParametersOf<typeof restoreFactsText>,
): Promise<RestoreFacts> {
  const [facts] = await restoreFactsText.all<RestoreFacts>(database, parameters);
  if (facts === undefined) throw new Error('backups.restore-facts returned no row');
  return facts;
}

const restoreText = statement(
  'backups.restore',
  [
    fragment(
      'volume',
      `UPDATE volumes r SET ${begins(volumeMachine, 'restore')}
  WHERE r.id = :volume_id::uuid AND ${inScope} AND ${guard(volumeMachine, 'restore')}
    AND r.encryption_key_id IS NOT DISTINCT FROM :volume_key_id::uuid
    AND (:key_id::uuid IS NULL OR r.snapshot_count = 0)
  RETURNING r.*`,
    ),
    fragment(
      'backup',
      `UPDATE backups r SET ${begins(backupMachine, 'restore')}
  WHERE r.id = :id::uuid AND ${inScope} AND ${guard(backupMachine, 'restore')} RETURNING r.*`,
    ),
    fragment('placed', `SELECT b.id, b.project_id, v.host FROM backup b CROSS JOIN volume v`),
    insertKey('volume', 'volume_id'),
    queueOperation('placed', backendQueueOf('r.host'), { reads: 'r.id' }),
    recordEvent(
      'event',
      'backup',
      `'backup.restore.start'`,
      'backup',
      `jsonb_build_object('restored_to', :volume_id::uuid)`,
    ),
    recordEvent('volume_told', 'volume', `'volume.restore.start'`, 'volume'),
  ],
  `SELECT o.queue, CASE WHEN o.queue IS NULL THEN refuse('changed') ELSE ${refuseWithoutKey('placed')} END AS refused
FROM (SELECT 1) one LEFT JOIN operation o ON TRUE`,
);

/**
 * Moves both and queues the copy, with the key that the volume will have when the data is in it: all of it or none.
 * Null when either is not as it was a moment ago.
 */
export function beginRestore(
  database: Database,
  parameters: ParametersOf<typeof restoreText>,
): Promise<{ readonly queue: string } | null> {
  return orChanged(() => restoreText.all<{ readonly queue: string }>(database, parameters));
}

async function orChanged<Row>(run: () => Promise<Row[]>): Promise<Row | null> {
  try {
    const [row] = await run();
    return row ?? null;
  } catch (error) {
    if (error instanceof DatabaseError && error.reason === 'changed') return null;
    throw error;
  }
}
