// Removes what a schedule no longer keeps, each with the statement of DELETE /snapshots/{snapshot_id}.
import { timestamp } from '../../../infra/clock/port.ts';
import { operationParameters } from '../../../schema/operations.ts';
import { snapshotMachine } from '../../../schema/snapshots.ts';
import { deleteSnapshotTexts } from '../../../schema/statements/snapshots.ts';
import { nudge } from '../../nudge.ts';
import type { WorkerPorts } from '../../ports.ts';
import { surplusSnapshots } from '../../store/snapshot-schedules.ts';
import type { SnapshotScheduleJson } from '../fragments.ts';

/** Begins to remove what is no longer kept, and returns how many. What is in use stays until a later run. */
export async function removeSurplus(ports: WorkerPorts, schedule: SnapshotScheduleJson): Promise<number> {
  const { clock, database, ids } = ports;
  const surplus = await surplusSnapshots(database, {
    ...{ id: schedule.id, project: schedule.project_id },
    now: timestamp(clock),
  });
  let removed = 0;
  for (const id of surplus) {
    const begun = operationParameters({
      id: ids.uuid(),
      kind: 'snapshot.delete',
      step: 'delete',
      actorId: schedule.user_id,
      withinSeconds: snapshotMachine.moves.delete.within ?? 0,
      arguments: {},
      requestId: schedule.request_id,
      trace: null,
    });
    const [row] = await deleteSnapshotTexts.delete.all<{
      operation_id: string | null;
      queue: string | null;
      gone: number;
    }>(database, { ...begun, id, scope: schedule.project_id, now: timestamp(clock) });
    if (row === undefined || (row.operation_id === null && row.gone === 0)) continue;
    removed += 1;
    if (row.queue === null) continue;
    const message = { operation: begun.operation_id, attempt: 0, kind: begun.kind, project: schedule.project_id };
    await nudge(ports, row.queue, message);
  }
  return removed;
}
