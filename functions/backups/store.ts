// The SQL of backups: reading them, and changing and deleting them. What copies data: copying/store.ts.

import type { Database } from '../../infra/database/port.ts';
import { type BackupRow, backupMachine } from '../../schema/backups.ts';
import { recordEvent } from '../../schema/events.ts';
import { givenNames, inScope, utc } from '../../schema/expressions.ts';
import { insertNewKey } from '../../schema/keys.ts';
import { beginning, begins, guard, type Why, whyColumns } from '../../schema/machine.ts';
import { backendQueueOf, queueOperation } from '../../schema/operations.ts';
import { backupDeltas, countQuota } from '../../schema/quotas.ts';
import { resettingStatus } from '../../schema/reset-status.ts';
import { takesWork } from '../../schema/services.ts';
import { bounded } from '../../schema/sizes.ts';
import { fragment, type ParametersOf, statement } from '../../schema/statement.ts';
import type { ListQuery } from '../http/list.ts';
import { type Page, readPage } from '../http/pagination.ts';
import { type Scope, scopeParameter } from '../http/policy.ts';
import { backupList } from './query.ts';
import type { RecordRow } from './record.ts';

/** The columns of BackupRow over the alias `r`. */
export const backupColumns = `r.id::text AS id, r.project_id, r.user_id, r.volume_id::text AS volume_id,
  r.snapshot_id::text AS snapshot_id, r.parent_id::text AS parent_id, r.name, r.description, r.container,
  r.availability_zone, r.size_gib, r.object_count, r.status, r.fail_reason, r.metadata::text AS metadata,
  r.encryption_key_id::text AS encryption_key_id, r.bootable, r.location, r.dependent_count > 0 AS has_dependents,
  ${utc('r.data_timestamp')} AS data_timestamp, ${utc('r.created_at')} AS created_at,
  ${utc('r.updated_at')} AS updated_at`;

const showText = statement(
  'backups.show',
  `SELECT ${backupColumns} FROM backups r WHERE r.id = :id::uuid AND ${inScope}`,
);

/** The backup, or null when it is not within the scope. */
export async function findBackup(database: Database, scope: Scope, id: string): Promise<BackupRow | null> {
  const [row] = await showText.all<BackupRow>(database, { id, ...scopeParameter(scope) });
  return row ?? null;
}

const recordText = statement(
  'backups.record',
  `SELECT ${backupColumns}, r.volume_name, r.volume_description, r.volume_metadata::text AS volume_metadata, r.image_metadata::text AS image_metadata,
  (SELECT json_build_object('algorithm', k.algorithm, 'bit_length', k.bit_length, 'mode', k.mode, 'material', k.material,
    'sealed_as', k.sealed_as)::text FROM encryption_keys k WHERE k.id = r.encryption_key_id) AS sealed_key
FROM backups r WHERE r.id = :id::uuid AND ${inScope}`,
);

/** The backup with all that its record has, or null when it is not within the scope. */
export async function readRecord(database: Database, scope: Scope, id: string): Promise<RecordRow | null> {
  const [row] = await recordText.all<RecordRow>(database, { id, ...scopeParameter(scope) });
  return row ?? null;
}

/** One page of backups, whole rows. */
export function listBackups(database: Database, query: ListQuery, scope: Scope): Promise<Page<BackupRow>> {
  const source = { name: 'backups.list', columns: backupColumns, from: 'backups r' };
  return readPage(database, source, backupList, query, scope);
}

const updateText = statement(
  'backups.update',
  [
    fragment(
      'backup',
      `UPDATE backups r SET ${givenNames('r')},
    metadata = COALESCE(${bounded('backup metadata', ':metadata::jsonb')}, r.metadata), updated_at = :now::timestamptz
  WHERE r.id = :id::uuid AND ${inScope} RETURNING r.*`,
    ),
    recordEvent('event', 'backup', `'backup.update.end'`, 'backup'),
  ],
  `SELECT ${backupColumns} FROM backup r`,
);

/** Null when there is no such backup within the scope. */
export async function updateBackup(
  database: Database,
  scope: Scope,
  parameters: Omit<ParametersOf<typeof updateText>, 'scope'>,
): Promise<BackupRow | null> {
  const [row] = await updateText.all<BackupRow>(database, { ...parameters, ...scopeParameter(scope) });
  return row ?? null;
}

const resetText = statement(
  'backups.reset-status',
  resettingStatus(backupMachine, inScope, `'backup.reset_status.end'`),
  `SELECT id::text AS id FROM moved`,
);

/** Writes a status over the present one. False when there is no such backup. */
export async function resetStatus(
  database: Database,
  scope: Scope,
  parameters: Omit<ParametersOf<typeof resetText>, 'scope'>,
): Promise<boolean> {
  return (await resetText.all(database, { ...parameters, ...scopeParameter(scope) })).length > 0;
}

export type DeleteMove = 'delete' | 'force_delete';

const deleteText = (move: DeleteMove) =>
  statement(
    `backups.${move}`,
    [
      fragment(
        'moved',
        `UPDATE backups r SET ${begins(backupMachine, move)}
  WHERE r.id = :id::uuid AND ${inScope} AND ${guard(backupMachine, move)}
  RETURNING r.*`,
      ),
      queueOperation('moved', backendQueueOf('r.host')),
      recordEvent('event', 'moved', `'backup.delete.start'`, 'backup'),
    ],
    `SELECT o.queue, (SELECT json_agg(m.encryption_key_id) FROM moved m WHERE m.encryption_key_id IS NOT NULL)::text AS key_ids
FROM operation o`,
  );
const deleteTexts = { delete: deleteText('delete'), force_delete: deleteText('force_delete') } as const;

export interface BegunDelete {
  readonly queue: string;
  /** The keys that end with it. */
  readonly key_ids: string | null;
}

/** The work that was begun; null when the backup is not within the scope or may not be deleted now. */
export async function beginDelete(
  database: Database,
  scope: Scope,
  move: DeleteMove,
  parameters: Omit<ParametersOf<(typeof deleteTexts)[keyof typeof deleteTexts]>, 'scope'>,
): Promise<BegunDelete | null> {
  const [row] = await deleteTexts[move].all<BegunDelete>(database, { ...parameters, ...scopeParameter(scope) });
  return row ?? null;
}

const whyText = (move: DeleteMove) =>
  statement(
    `backups.why-not-${move}`,
    `SELECT ${whyColumns(backupMachine, move)} FROM backups r WHERE r.id = :id::uuid AND ${inScope}`,
  );
const whyTexts = { delete: whyText('delete'), force_delete: whyText('force_delete') } as const;

/** Why a deletion was refused. Null when there is no such backup. */
export async function whyNot(database: Database, scope: Scope, move: DeleteMove, id: string): Promise<Why | null> {
  const [row] = await whyTexts[move].all<Why>(database, { id, ...scopeParameter(scope) });
  return row ?? null;
}

const importText = statement(
  'backups.import',
  [
    fragment(
      'place',
      `SELECT s.host FROM services s WHERE s."binary" = 'cinder-volume' AND ${takesWork('s')} AND EXISTS (
    SELECT 1 FROM services b WHERE b."binary" = 'cinder-backup' AND b.host = split_part(s.host, '@', 1))
  ORDER BY s.host LIMIT 1`,
    ),
    fragment(
      'backup',
      `INSERT INTO backups (id, project_id, user_id, volume_id, snapshot_id, name, description, container,
    availability_zone, size_gib, object_count, status, metadata, bootable, volume_name, volume_description,
    volume_metadata, image_metadata,
    encryption_key_id, host, data_timestamp, created_at)
  SELECT :id::uuid, :project::text, :actor_id::text, :volume_id::uuid, :snapshot_id::uuid, :name::text,
    :description::text, :container::text, :zone::text, :size::int, :object_count::int,
    ${beginning(backupMachine, 'import')},
    ${bounded('backup metadata', ':metadata::jsonb')},
    :bootable::boolean, :volume_name::text, :volume_description::text,
    ${bounded('volume metadata', ':volume_metadata::jsonb')}, ${bounded('volume image metadata', ':image_metadata::jsonb')},
    :key_id::uuid, p.host, :data_timestamp::timestamptz, :now::timestamptz
  FROM place p
  ON CONFLICT (id) DO NOTHING RETURNING *`,
    ),
    insertNewKey('backup', 'backup_id'),
    countQuota(backupDeltas('backup', 1)),
    queueOperation('backup', backendQueueOf('r.host')),
    recordEvent('event', 'backup', `'backup.import.start'`, 'backup'),
  ],
  `SELECT (SELECT count(*) FROM place)::int AS places, (SELECT queue FROM operation) AS queue, ${backupColumns}
FROM (SELECT 1) one LEFT JOIN backup r ON TRUE WHERE (SELECT count(*) FROM over_limit) = 0`,
);

export interface Imported extends BackupRow {
  readonly queue: string;
}

/** Makes the row of a record and queues the look at its data. `exists`: the id is taken. `no-service`: no worker can take it. */
export async function insertImported(
  database: Database,
  parameters: ParametersOf<typeof importText>,
): Promise<Imported | 'exists' | 'no-service'> {
  const [row] = await importText.all<Omit<Imported, 'id'> & { id: string | null; places: number }>(
    database,
    parameters,
  );
  if (row === undefined || row.places === 0) return 'no-service';
  return row.id === null ? 'exists' : { ...row, id: row.id };
}
