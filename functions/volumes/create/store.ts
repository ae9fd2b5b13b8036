// The SQL that makes volumes: what a request has to know, and the row with its work, from nothing or from a backup, alone or
// in a group.
import { type Database, DatabaseError } from '../../../infra/database/port.ts';
import { backupMachine } from '../../../schema/backups.ts';
import { recordEvent } from '../../../schema/events.ts';
import { inScope } from '../../../schema/expressions.ts';
import { groupMachine, legacyGroupType } from '../../../schema/groups.ts';
import { insertKey, refuseWithoutKey } from '../../../schema/keys.ts';
import { beginning, begins, guard, whyColumns } from '../../../schema/machine.ts';
import { queueOperation, schedulerQueue } from '../../../schema/operations.ts';
import { countQuota, volumeDeltas } from '../../../schema/quotas.ts';
import { bounded } from '../../../schema/sizes.ts';
import { snapshotMachine } from '../../../schema/snapshots.ts';
import { fragment, type ParametersOf, type Part, statement } from '../../../schema/statement.ts';
import { isMultiattach } from '../../../schema/volume-types.ts';
import { type VolumeRow, volumeMachine } from '../../../schema/volumes.ts';
import { volumeColumns, withType } from '../store.ts';

/** What a create request has to know before it writes. */
export interface CreateFacts {
  readonly type_id: string | null;
  readonly type_name: string | null;
  readonly type_specs: string | null;
  readonly type_is_multiattach: boolean;
  readonly type_is_encrypted: boolean;
  readonly type_provider: string | null;
  readonly type_control_location: string | null;
  readonly type_cipher: string | null;
  readonly type_key_bits: number | null;
  /** The type encrypts as the type of the snapshot or volume that is copied. */
  readonly encryption_matches: boolean;
  /** The key of what the volume is made from. */
  readonly source_key_id: string | null;
  readonly source_key_is_kept: boolean;
  readonly image_key_id: string | null;
  readonly snapshot_status: string | null;
  readonly snapshot_size: number | null;
  readonly snapshot_host: string | null;
  readonly source_status: string | null;
  /** What stands in the way of a copy of it: names of obstacles. */
  readonly source_obstacles: string | null;
  readonly source_size: number | null;
  readonly source_zone: string | null;
  readonly source_bootable: boolean | null;
  readonly zone_exists: boolean;
  readonly per_volume_limit: number;
  readonly group_status: string | null;
  readonly group_is_legacy: boolean | null;
  readonly group_has_type: boolean;
  readonly backup_status: string | null;
  readonly backup_size: number | null;
  /** The metadata of the volume that was backed up, as JSON. */
  readonly backup_metadata: string | null;
}

const visibleType = `(t.is_public OR :is_admin::boolean OR EXISTS (
    SELECT 1 FROM volume_type_access a WHERE a.volume_type_id = t.id AND a.project_id = :project::text))`;

const factsText = statement(
  'volumes.create-facts',
  `WITH parent AS (
  SELECT s.status, s.size_gib, v.host, s.volume_type_id, v.availability_zone, v.bootable, v.encryption_key_id
  FROM snapshots s JOIN volumes v ON v.id = s.volume_id
  WHERE s.id = :snapshot_id::uuid AND (:is_admin::boolean OR s.project_id = :project::text)
), source AS (
  SELECT ${whyColumns(volumeMachine, 'copy')}, r.size_gib, r.volume_type_id, r.availability_zone, r.bootable,
    r.encryption_key_id FROM volumes r
  WHERE r.id = :source_volid::uuid AND (:is_admin::boolean OR r.project_id = :project::text)
), backup AS (
  SELECT b.status, b.size_gib, b.bootable, b.volume_metadata, b.encryption_key_id,
    -- What is encrypted can only become a volume of a type that encrypts.
    CASE WHEN b.encryption_key_id IS NOT NULL THEN (SELECT v.volume_type_id FROM volumes v WHERE v.id = b.volume_id) END
      AS volume_type_id
  FROM backups b
  WHERE b.id = :backup_id::uuid AND (:is_admin::boolean OR b.project_id = :project::text)
), wanted AS (
  SELECT t.id, t.name, t.extra_specs FROM volume_types t
  WHERE CASE WHEN :type::text IS NOT NULL THEN (t.id::text = :type::text OR t.name = :type::text) AND ${visibleType}
    ELSE t.id = COALESCE((SELECT volume_type_id FROM parent), (SELECT volume_type_id FROM source),
      (SELECT volume_type_id FROM backup),
      (SELECT d.volume_type_id FROM default_volume_types d WHERE d.project_id = :project::text),
      (SELECT n.id FROM volume_types n WHERE n.name = :default_type::text)) END
  ORDER BY (t.id::text = :type::text) DESC LIMIT 1
)
SELECT w.id::text AS type_id, w.name AS type_name, w.extra_specs::text AS type_specs,
  ${isMultiattach('w.extra_specs')} AS type_is_multiattach,
  e.volume_type_id IS NOT NULL AS type_is_encrypted, e.provider AS type_provider,
  e.control_location AS type_control_location, e.cipher AS type_cipher, e.key_size AS type_key_bits,
  ROW(e.provider, e.control_location, e.cipher, e.key_size)
    IS NOT DISTINCT FROM ROW(f.provider, f.control_location, f.cipher, f.key_size) AS encryption_matches,
  x.key_id::text AS source_key_id, :image_key_id::uuid::text AS image_key_id,
  -- An image names a key of images, which is the project's: not that of any volume.
  EXISTS (SELECT 1 FROM encryption_keys k WHERE k.id = x.key_id AND (:image_key_id::uuid IS NULL
    OR (k.image_id IS NOT NULL AND k.project_id = :project::text))) AS source_key_is_kept,
  p.status AS snapshot_status, p.size_gib AS snapshot_size, p.host AS snapshot_host,
  s.status AS source_status, s.obstacles AS source_obstacles, s.size_gib AS source_size, COALESCE(p.availability_zone, s.availability_zone) AS source_zone,
  COALESCE(p.bootable, s.bootable, b.bootable) AS source_bootable,
  b.status AS backup_status, b.size_gib AS backup_size, b.volume_metadata::text AS backup_metadata,
  g.status AS group_status, g.group_type_id = '${legacyGroupType}' AS group_is_legacy,
  EXISTS (SELECT 1 FROM group_volume_types y WHERE y.group_id = g.id AND y.volume_type_id = w.id) AS group_has_type,
  EXISTS (SELECT 1 FROM services z WHERE z.availability_zone = :zone::text AND z."binary" = 'cinder-volume') AS zone_exists,
  COALESCE((SELECT q.hard_limit FROM quotas q WHERE q.project_id = :project::text AND q.resource = 'per_volume_gigabytes'
      AND q.type_id = ''),
    (SELECT k.hard_limit FROM quota_classes k WHERE k.class_name = 'default' AND k.resource = 'per_volume_gigabytes'
      AND k.type_id = ''), -1)::int AS per_volume_limit
FROM (SELECT 1) one LEFT JOIN wanted w ON TRUE LEFT JOIN parent p ON TRUE LEFT JOIN source s ON TRUE
LEFT JOIN backup b ON TRUE LEFT JOIN volume_type_encryption e ON e.volume_type_id = w.id
LEFT JOIN volume_type_encryption f ON f.volume_type_id = COALESCE(p.volume_type_id, s.volume_type_id)
CROSS JOIN LATERAL (
  SELECT COALESCE(p.encryption_key_id, s.encryption_key_id, b.encryption_key_id, :image_key_id::uuid) AS key_id) x
LEFT JOIN groups g ON g.id = :group_id::uuid AND g.project_id = :project::text`,
);

export async function readCreateFacts(
  database: Database,
  parameters: ParametersOf<typeof factsText>,
): Promise<CreateFacts> {
  const [facts] = await factsText.all<CreateFacts>(database, parameters);
  if (facts === undefined) throw new Error('volumes.create-facts returned no row');
  return facts;
}

/** What the source says of the image that it came from. The image of an image comes with its bytes: see settle.ts. */
const inheritedImage = `COALESCE((SELECT x.image_metadata FROM snapshots x WHERE x.id = :snapshot_id::uuid),
      (SELECT x.image_metadata FROM volumes x WHERE x.id = :source_volid::uuid),
      (SELECT x.image_metadata FROM backups x WHERE x.id = :backup_id::uuid))`;

/** The row, its key, its quota, its work and its event, after what has to be moved or locked before. */
const createText = <const Before extends readonly Part[]>(
  name: string,
  before: Before,
  condition: string,
  more = { columns: '', values: '', last: '' },
) =>
  statement(
    name,
    [
      before,
      fragment(
        'volume',
        `INSERT INTO volumes (id, project_id, user_id, name, description, size_gib, status, availability_zone, volume_type_id,
    snapshot_id, source_volid, bootable, multiattach, metadata, image_metadata, encryption_key_id, created_at${more.columns})
  SELECT :id::uuid, :project::text, :actor_id::text, :name::text, :description::text, :size::int, ${beginning(volumeMachine, 'create')},
    :zone::text, :type_id::uuid, :snapshot_id::uuid, :source_volid::uuid, :bootable::boolean, :multiattach::boolean,
    ${bounded('volume metadata', ':metadata::jsonb')}, ${inheritedImage}, :key_id::uuid, :now::timestamptz${more.values}${condition}
  RETURNING *`,
      ),
      insertKey('volume', 'volume_id'),
      countQuota(volumeDeltas('volume', 1)),
      queueOperation('volume', `'${schedulerQueue}'`, {
        reads: 'COALESCE(r.snapshot_id, r.source_volid, :backup_id::uuid)',
      }),
      recordEvent('event', 'volume', `'volume.create.start'`, 'volume'),
    ],
    `SELECT ${volumeColumns}, ${refuseWithoutKey('volume')}::text AS refused
FROM ${withType('volume')} WHERE (SELECT count(*) FROM over_limit) = 0${more.last}`,
  );

/** The group's row is written first: its deletion and a new volume cannot pass each other. */
const grouped = fragment(
  'grouped',
  `UPDATE groups r SET volume_count = r.volume_count + 1, pending = r.pending + 1
  WHERE r.id = :group_id::uuid AND r.project_id = :project::text AND ${guard(groupMachine, 'add_volume')}
  RETURNING r.id, r.group_type_id`,
);
const groupColumns = {
  columns: ', group_id, consistencygroup_id',
  values: `, g.id, CASE WHEN g.group_type_id = '${legacyGroupType}' THEN g.id END`,
  last: '',
};

/**
 * What is copied is read again with its row locked, so that nothing takes it away before its copy is counted. It may
 * have grown since its facts were read: the copy is never smaller.
 */
const copySource = [
  fragment(
    'source_volume',
    `SELECT r.id FROM volumes r
  WHERE r.id = :source_volid::uuid AND ${inScope} AND r.size_gib <= :size::int AND ${guard(volumeMachine, 'copy')}
  FOR NO KEY UPDATE`,
  ),
  fragment(
    'source_snapshot',
    `SELECT r.id FROM snapshots r
  WHERE r.id = :snapshot_id::uuid AND ${inScope} AND ${guard(snapshotMachine, 'copy')} FOR NO KEY UPDATE`,
  ),
] as const;
const hasSource = '(EXISTS (SELECT 1 FROM source_volume) OR EXISTS (SELECT 1 FROM source_snapshot))';
const needsSource = ` AND (SELECT CASE WHEN NOT ${hasSource} THEN refuse('changed') END) IS NULL`;

/** The backup is being restored from the moment that the volume is asked for, so that nobody can delete it meanwhile. */
const fromBackup = fragment(
  'backup',
  `UPDATE backups r SET ${begins(backupMachine, 'fill_volume')}
  WHERE r.id = :backup_id::uuid AND ${inScope} AND ${guard(backupMachine, 'fill_volume')} RETURNING r.*`,
);
const restoring = recordEvent('restoring', 'backup', `'backup.restore.start'`, 'backup');
const hasBackup = 'EXISTS (SELECT 1 FROM backup)';

/** Group and backup are moved together or not at all. */
const agreed = fragment(
  'agreed',
  `SELECT CASE WHEN (SELECT count(*) FROM grouped) <> (SELECT count(*) FROM backup) THEN refuse('changed') END AS ok`,
);

const texts = {
  alone: {
    plain: createText('volumes.create', [], ''),
    copy: createText('volumes.create-copy', [copySource], `\n  WHERE ${hasSource}`),
    backup: createText('volumes.create-from-backup', [fromBackup, restoring], `\n  WHERE ${hasBackup}`),
  },
  grouped: {
    plain: createText('volumes.create-in-group', [grouped], '\n  FROM grouped g', groupColumns),
    copy: createText('volumes.create-copy-in-group', [grouped, copySource], `\n  FROM grouped g WHERE ${hasSource}`, {
      ...groupColumns,
      last: needsSource,
    }),
    backup: createText(
      'volumes.create-in-group-from-backup',
      [grouped, fromBackup, restoring, agreed],
      `\n  FROM grouped g WHERE ${hasBackup}`,
      { ...groupColumns, last: ' AND (SELECT count(ok) FROM agreed) = 0' },
    ),
  },
} as const;

/** What every way to make a volume takes. */
export type NewVolume = ParametersOf<typeof texts.grouped.copy> & ParametersOf<typeof texts.grouped.backup>;

/**
 * Makes the row, counts it, queues its creation and records the event: all of it or none. A backup is moved to
 * `restoring` with it, and a group counts it. Null when the source may not be copied any more, or the group takes
 * no volumes.
 */
export async function insertVolume(database: Database, parameters: NewVolume): Promise<VolumeRow | null> {
  const { group_id: group, ...alone } = parameters;
  const isCopy = parameters.source_volid !== null || parameters.snapshot_id !== null;
  const from = parameters.backup_id !== null ? 'backup' : isCopy ? 'copy' : 'plain';
  if (group === null) {
    const [row] = await texts.alone[from].all<VolumeRow>(database, alone);
    return row ?? null;
  }
  const rows = await texts.grouped[from].all<VolumeRow>(database, parameters).catch((error: unknown) => {
    if (from === 'backup' && error instanceof DatabaseError && error.reason === 'changed') return [];
    throw error;
  });
  return rows[0] ?? null;
}
