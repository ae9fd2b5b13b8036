// The SQL of putting a volume back to a snapshot.
import type { Database } from '../../infra/database/port.ts';
import { recordEvent } from '../../schema/events.ts';
import { inScope } from '../../schema/expressions.ts';
import { begins, guard, type Why, whyColumns } from '../../schema/machine.ts';
import { backendQueueOf, queueOperation } from '../../schema/operations.ts';
import { snapshotMachine } from '../../schema/snapshots.ts';
import { fragment, type ParametersOf, statement } from '../../schema/statement.ts';
import { volumeMachine } from '../../schema/volumes.ts';
import type { BegunWork } from '../work/begin.ts';

/** The newest snapshot of the volume: the only one that it can be put back to. */
const newest = `(SELECT n.id FROM snapshots n WHERE n.volume_id = :id::uuid ORDER BY n.created_at DESC, n.id DESC LIMIT 1)`;

const beginText = statement(
  'volumes.revert',
  [
    fragment(
      'source',
      `SELECT r.id, r.size_gib, r.project_id FROM snapshots r
  WHERE r.id = :snapshot_id::uuid AND r.volume_id = :id::uuid AND r.id = ${newest} AND ${guard(snapshotMachine, 'revert')}
  FOR UPDATE`,
    ),
    fragment(
      'moved',
      `UPDATE volumes r SET ${begins(volumeMachine, 'revert')}
  FROM source s WHERE r.id = :id::uuid AND r.size_gib = s.size_gib AND r.project_id = s.project_id
    AND ${inScope} AND ${guard(volumeMachine, 'revert')}
  RETURNING r.*`,
    ),
    fragment(
      'restoring',
      `UPDATE snapshots r SET ${begins(snapshotMachine, 'revert')}
  FROM moved m WHERE r.id = :snapshot_id::uuid RETURNING r.*`,
    ),
    queueOperation('moved', backendQueueOf('r.host')),
    recordEvent(
      'event',
      'moved',
      `'volume.revert.start'`,
      'volume',
      `jsonb_build_object('reverts_to', :snapshot_id::uuid)`,
    ),
    recordEvent('snapshot_told', 'restoring', `'snapshot.revert.start'`, 'snapshot'),
  ],
  `SELECT operation_id, queue FROM operation`,
);

/** Both go busy with the operation, or nothing changes and the answer is null. */
export async function beginRevert(
  database: Database,
  parameters: ParametersOf<typeof beginText>,
): Promise<BegunWork | null> {
  const [row] = await beginText.all<BegunWork>(database, parameters);
  return row ?? null;
}

const whyText = statement(
  'volumes.revert-refused',
  `SELECT ${whyColumns(volumeMachine, 'revert')}, r.size_gib, s.id::text AS snapshot_id, s.status AS snapshot_status, s.size_gib AS snapshot_size,
  s.volume_id = r.id AS is_own, s.id = ${newest} AS is_newest
FROM volumes r LEFT JOIN snapshots s ON s.id = :snapshot_id::uuid AND s.project_id = r.project_id
WHERE r.id = :id::uuid AND ${inScope}`,
);

export interface RevertWhy extends Why {
  readonly size_gib: number;
  readonly snapshot_id: string | null;
  readonly snapshot_status: string | null;
  readonly snapshot_size: number | null;
  readonly is_own: boolean | null;
  readonly is_newest: boolean | null;
}

/** What stands in the way; null when there is no such volume. */
export async function whyNotRevert(
  database: Database,
  parameters: { id: string; snapshot_id: string; scope: string | null },
): Promise<RevertWhy | null> {
  const [row] = await whyText.all<RevertWhy>(database, parameters);
  return row ?? null;
}
