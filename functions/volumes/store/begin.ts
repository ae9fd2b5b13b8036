// The SQL of deleting and extending: the volume is busy and its work is queued, or nothing happens.
import { type Database, DatabaseError } from '../../../infra/database/port.ts';
import { backupMachine } from '../../../schema/backups.ts';
import { recordEvent } from '../../../schema/events.ts';
import { inScope } from '../../../schema/expressions.ts';
import { arrives, begins, guard, isAt } from '../../../schema/machine.ts';
import { backendQueueOf, queueOperation } from '../../../schema/operations.ts';
import { countQuota, growthDeltas, perVolumeLimit, volumeDeltas } from '../../../schema/quotas.ts';
import { snapshotMachine } from '../../../schema/snapshots.ts';
import { fragment, type ParametersOf, statement } from '../../../schema/statement.ts';
import { type VolumeMove, volumeMachine } from '../../../schema/volumes.ts';
import type { BegunWorkIfAny } from '../../work/begin.ts';

export interface BegunMove extends BegunWorkIfAny {
  /** The keys that end with it. */
  readonly key_ids?: string | null;
}

/**
 * Deletes (or gives up): the volume goes to `deleting` with its operation, or, when it was never scheduled, is gone at once with
 * the work that was under way for it. With cascade, its snapshots go with it.
 */
function deleteText(move: VolumeMove, isCascade: boolean) {
  const event = move === 'unmanage' ? 'volume.unmanage' : 'volume.delete';
  const cascaded = fragment(
    'cascaded',
    `UPDATE snapshots r SET ${begins(snapshotMachine, 'delete_cascade')}
  FROM moved m WHERE r.volume_id = m.id AND r.status <> 'deleting' AND r.copies = 0 AND r.project_id = m.project_id
  RETURNING r.*`,
  );
  // Read again with the snapshots locked: a copy of one may have begun meanwhile.
  const passed = isCascade
    ? `CASE WHEN (SELECT count(*) FROM cascaded) <> (SELECT count(*) FROM snapshots s, moved m
    WHERE s.volume_id = m.id AND s.status <> 'deleting') THEN refuse('changed') END`
    : 'NULL';
  return statement(
    `volumes.${move}`,
    [
      fragment(
        'moved',
        `UPDATE volumes r SET ${begins(volumeMachine, move)}
  WHERE r.id = :id::uuid AND ${inScope} AND r.host IS NOT NULL AND ${guard(volumeMachine, move)}
  RETURNING r.*`,
      ),
      isCascade ? [cascaded, recordEvent('cascading', 'cascaded', `'snapshot.delete.start'`, 'snapshot')] : [],
      fragment(
        'gone',
        `DELETE FROM volumes r WHERE r.id = :id::uuid AND ${inScope} AND r.host IS NULL AND r.snapshot_count = 0 AND r.group_id IS NULL
  RETURNING r.*`,
      ),
      fragment(
        'ended',
        `UPDATE operations o SET status = 'failed', secret = NULL, cause = 'the volume was deleted', updated_at = :now::timestamptz
  FROM gone g WHERE o.resource_id = g.id AND o.status IN ('queued', 'running') RETURNING o.arguments`,
      ),
      fragment(
        'backup_free',
        `UPDATE backups r SET status = ${arrives(backupMachine, 'volume.create')}, updated_at = :now::timestamptz
  FROM ended e WHERE r.id = (e.arguments->>'backup_id')::uuid AND ${isAt(backupMachine, 'volume.create')} RETURNING r.*`,
      ),
      recordEvent('backup_told', 'backup_free', `'backup.restore.end'`, 'backup'),
      countQuota(volumeDeltas('gone', -1)),
      queueOperation('moved', backendQueueOf('r.host')),
      recordEvent('started', 'moved', `'${event}.start'`, 'volume'),
      recordEvent('finished', 'gone', `'${event}.end'`, 'volume'),
    ],
    `SELECT (SELECT operation_id FROM operation) AS operation_id, (SELECT queue FROM operation) AS queue,
  (SELECT count(*) FROM gone)::int AS gone, ${passed} AS passed,
  (SELECT json_agg(x.encryption_key_id) FILTER (WHERE x.encryption_key_id IS NOT NULL)
    FROM (SELECT m.encryption_key_id FROM moved m UNION ALL SELECT g.encryption_key_id FROM gone g) x)::text AS key_ids
WHERE (SELECT count(*) FROM over_limit) = 0`,
  );
}

const deleteTexts = {
  delete: deleteText('delete', false),
  delete_cascade: deleteText('delete_cascade', true),
  force_delete: deleteText('force_delete', false),
  force_delete_cascade: deleteText('force_delete_cascade', true),
  unmanage: deleteText('unmanage', false),
} as const;

export type DeleteMove = keyof typeof deleteTexts;

/** What has changed between the statement's look and its write is refused as if it had been so before. */
function orNone(error: unknown): [] {
  if (error instanceof DatabaseError && error.reason === 'changed') return [];
  throw error;
}

/** Null when the volume may not be deleted now (or is not within the scope). */
export async function beginDelete(
  database: Database,
  move: DeleteMove,
  parameters: ParametersOf<(typeof deleteTexts)[DeleteMove]>,
): Promise<BegunMove | null> {
  const [row] = await deleteTexts[move]
    .all<BegunMove & { gone: number }>(database, parameters)
    .catch((error: unknown) => orNone(error));
  return row !== undefined && (row.gone > 0 || row.operation_id !== null) ? row : null;
}

const extendText = (move: 'extend' | 'extend_attached') =>
  statement(
    `volumes.${move}`,
    [
      fragment(
        'moved',
        `UPDATE volumes r SET ${begins(volumeMachine, move)}
  WHERE r.id = :id::uuid AND ${inScope} AND r.host IS NOT NULL AND ${guard(volumeMachine, move)}
  RETURNING r.*`,
      ),
      perVolumeLimit('moved', ':new_size::int'),
      countQuota(growthDeltas('moved', '(:new_size::int - v.size_gib)')),
      queueOperation('moved', backendQueueOf('r.host')),
      recordEvent(
        'event',
        'moved',
        `'volume.resize.start'`,
        'volume',
        `jsonb_build_object('new_size', :new_size::int)`,
      ),
    ],
    `SELECT operation_id, queue FROM operation
WHERE (SELECT count(*) FROM too_large) = 0 AND (SELECT count(*) FROM over_limit) = 0`,
  );
const extendTexts = { extend: extendText('extend'), extend_attached: extendText('extend_attached') } as const;

/** Takes the quota for the growth and queues it; null when the volume may not be extended now. */
export async function beginExtend(
  database: Database,
  move: keyof typeof extendTexts,
  parameters: ParametersOf<(typeof extendTexts)[keyof typeof extendTexts]>,
): Promise<BegunMove | null> {
  const [row] = await extendTexts[move].all<BegunMove>(database, parameters);
  return row ?? null;
}
