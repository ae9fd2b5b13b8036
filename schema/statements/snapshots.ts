// Taking snapshots and removing them: the statements of the API, which schedules send too.
import { recordEvent } from '../events.ts';
import { inScope, utc } from '../expressions.ts';
import { beginning, begins, guard } from '../machine.ts';
import { backendQueueOf, queueOperation } from '../operations.ts';
import { countQuota, snapshotDeltas } from '../quotas.ts';
import { bounded } from '../sizes.ts';
import { snapshotMachine } from '../snapshots.ts';
import { fragment, statement } from '../statement.ts';
import { volumeMachine } from '../volumes.ts';

/** The columns of SnapshotRow over the alias `r`. */
export const snapshotColumns = `r.id::text AS id, r.project_id, r.user_id, r.volume_id::text AS volume_id, r.name,
  r.description, r.size_gib, r.status, r.progress, r.metadata::text AS metadata,
  CASE WHEN r.cgsnapshot_id IS NULL THEN r.group_snapshot_id::text END AS group_snapshot_id, r.consumes_quota,
  ${utc('r.created_at')} AS created_at, ${utc('r.updated_at')} AS updated_at`;

/** The moves of the volume that a snapshot is taken by: of one that nobody uses, or of one in use as well. */
export type TakeMove = 'snapshot' | 'snapshot_in_use';

/**
 * The volume's row is written first, so that its deletion and a new snapshot cannot pass each other. The snapshot
 * belongs to the volume's project, whoever takes it. `:schedule_id` is null but where a schedule does.
 */
const createText = (move: TakeMove) =>
  statement(
    `snapshots.create-${move}`,
    [
      fragment(
        'volume',
        `UPDATE volumes r SET snapshot_count = r.snapshot_count + 1
  WHERE r.id = :volume_id::uuid AND ${inScope} AND ${guard(volumeMachine, move)}
  RETURNING r.id, r.project_id, r.host, r.size_gib, r.volume_type_id, r.image_metadata`,
      ),
      fragment(
        'snapshot',
        `INSERT INTO snapshots (id, project_id, user_id, volume_id, name, description, size_gib, status, metadata,
    volume_type_id, image_metadata, schedule_id, created_at)
  SELECT :id::uuid, v.project_id, :actor_id::text, v.id, :name::text, :description::text, v.size_gib,
    ${beginning(snapshotMachine, 'create')},
    ${bounded('snapshot metadata', ':metadata::jsonb')}, v.volume_type_id, v.image_metadata, :schedule_id::uuid, :now::timestamptz
  FROM volume v
  RETURNING *`,
      ),
      fragment('placed', `SELECT s.id, s.project_id, v.host FROM snapshot s JOIN volume v ON v.id = s.volume_id`),
      countQuota(snapshotDeltas('snapshot', 1)),
      queueOperation('placed', backendQueueOf('r.host')),
      recordEvent('event', 'snapshot', `'snapshot.create.start'`, 'snapshot'),
    ],
    `SELECT ${snapshotColumns}, (SELECT queue FROM operation) AS queue FROM snapshot r
WHERE (SELECT count(*) FROM over_limit) = 0`,
  );

/** POST /snapshots, and what a schedule does. */
export const createSnapshotTexts = {
  snapshot: createText('snapshot'),
  snapshot_in_use: createText('snapshot_in_use'),
} as const;

export type DeleteMove = 'delete' | 'force_delete' | 'unmanage';

const ofVolume = (move: DeleteMove) =>
  `r.id = :id::uuid AND v.id = r.volume_id AND ${inScope} AND ${guard(snapshotMachine, move)}` as const;

const eventOf = (move: DeleteMove) => (move === 'unmanage' ? 'snapshot.unmanage' : 'snapshot.delete');

const deleteText = (move: DeleteMove) =>
  statement(
    `snapshots.${move}`,
    [
      fragment(
        'moved',
        `UPDATE snapshots r SET ${begins(snapshotMachine, move)}
  FROM volumes v WHERE ${ofVolume(move)} AND v.host IS NOT NULL
  RETURNING r.*, v.host`,
      ),
      fragment(
        'gone',
        `DELETE FROM snapshots r USING volumes v WHERE ${ofVolume(move)} AND v.host IS NULL
  RETURNING r.*`,
      ),
      fragment(
        'given_back',
        `UPDATE volumes v SET snapshot_count = v.snapshot_count - 1 FROM gone g WHERE v.id = g.volume_id`,
      ),
      fragment(
        'ended',
        `UPDATE operations o SET status = 'failed', cause = 'the snapshot was deleted', updated_at = :now::timestamptz
  FROM gone g WHERE o.resource_id = g.id AND o.status IN ('queued', 'running')`,
      ),
      countQuota(snapshotDeltas('gone', -1)),
      queueOperation('moved', backendQueueOf('r.host')),
      recordEvent('started', 'moved', `'${eventOf(move)}.start'`, 'snapshot'),
      recordEvent('finished', 'gone', `'${eventOf(move)}.end'`, 'snapshot'),
    ],
    `SELECT (SELECT operation_id FROM operation) AS operation_id, (SELECT queue FROM operation) AS queue,
  (SELECT count(*) FROM gone)::int AS gone
WHERE (SELECT count(*) FROM over_limit) = 0`,
  );

/** DELETE /snapshots/{snapshot_id} and its kin. */
export const deleteSnapshotTexts = {
  delete: deleteText('delete'),
  force_delete: deleteText('force_delete'),
  unmanage: deleteText('unmanage'),
} as const;
