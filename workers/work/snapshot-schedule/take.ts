// The snapshots of one run: each with the statement of POST /snapshots.
import { timestamp } from '../../../infra/clock/port.ts';
import { DatabaseError } from '../../../infra/database/port.ts';
import { messageActions, messageDetails, messageEventId, messageResourceType } from '../../../schema/codes.ts';
import { refusal } from '../../../schema/machine.ts';
import { operationParameters } from '../../../schema/operations.ts';
import type { QuotaRefusal } from '../../../schema/quotas.ts';
import { mostCovered } from '../../../schema/snapshot-schedules.ts';
import { snapshotMachine } from '../../../schema/snapshots.ts';
import { createSnapshotTexts } from '../../../schema/statements/snapshots.ts';
import { volumeMachine } from '../../../schema/volumes.ts';
import { nudge } from '../../nudge.ts';
import type { WorkerPorts } from '../../ports.ts';
import { heartbeat } from '../../store/heartbeat.ts';
import { type CoveredVolume, coveredVolumes, tellOfVolume, whyNotTaken } from '../../store/snapshot-schedules.ts';
import type { SnapshotScheduleJson } from '../fragments.ts';
import type { Operation } from '../work.ts';
import { nameOf } from './name.ts';

/** Volumes between two extensions of the lease: 100 statements of a slow database take a tenth of it. */
const beatEach = 100;
/** Problems are stored in the row of the operation. */
const mostTold = 20;

/**
 * Takes a snapshot of each volume that the schedule covers, and returns why some were left out. Null: the lease was
 * lost. A used-up quota ends it, with one user message.
 */
export async function takeAll(
  ports: WorkerPorts,
  operation: Operation,
  schedule: SnapshotScheduleJson,
  due: string | null,
): Promise<readonly string[] | null> {
  const covered = await coveredVolumes(ports.database, schedule.id, operation.id);
  const found = new Set(covered.map(({ id }) => id));
  const refused = (schedule.volume_ids ?? [])
    .filter((id) => !found.has(id))
    .map((id) => `volume ${id} is not there any more`);
  if (covered.length > mostCovered) refused.push(`it covers more than ${mostCovered} volumes`);
  for (const [n, volume] of covered.slice(0, mostCovered).entries()) {
    if (volume.is_taken || (schedule.volume_ids === null && volume.status === 'deleting')) continue;
    if (n % beatEach === beatEach - 1) {
      const beat = await heartbeat(ports.database, operation.id, operation.attempt, timestamp(ports.clock));
      if (beat === 'lost') return null;
    }
    const outcome = await take(ports, operation, schedule, volume, due);
    if (outcome !== null) refused.push(outcome.why);
    if (outcome?.isQuota) break;
  }
  const more = refused.length - mostTold;
  return more > 0 ? [...refused.slice(0, mostTold), `and ${more} more`] : refused;
}

interface LeftOut {
  readonly why: string;
  readonly isQuota: boolean;
}

async function take(
  ports: WorkerPorts,
  operation: Operation,
  schedule: SnapshotScheduleJson,
  volume: CoveredVolume,
  due: string | null,
): Promise<LeftOut | null> {
  const { clock, database, ids } = ports;
  const begun = operationParameters({
    id: ids.uuid(),
    kind: 'snapshot.create',
    step: 'create',
    actorId: schedule.user_id,
    withinSeconds: snapshotMachine.moves.create.within ?? 0,
    arguments: {},
    requestId: schedule.request_id,
    trace: null,
  });
  try {
    const [row] = await createSnapshotTexts.snapshot_in_use.all<{ queue: string }>(database, {
      ...begun,
      id: volume.snapshot_id,
      volume_id: volume.id,
      scope: schedule.project_id,
      name: nameOf(schedule, volume, due === null ? clock.now() : Date.parse(due)),
      description: null,
      metadata: JSON.stringify({ snapshot_schedule: schedule.id }),
      schedule_id: schedule.id,
      now: timestamp(clock),
    });
    if (row === undefined) return { why: await whyNot(ports, volume), isQuota: false };
    const message = { operation: begun.operation_id, attempt: 0, kind: begun.kind, project: schedule.project_id };
    await nudge(ports, row.queue, message);
    return null;
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.failure !== 'refused' || !error.reason.startsWith('{')) throw error;
    await tell(ports, operation, volume);
    const { quota, limit } = JSON.parse(error.reason) as QuotaRefusal; // countQuota() writes it
    return { why: `the quota of ${quota} is full (${limit}): volume ${volume.id} and those after it`, isQuota: true };
  }
}

async function whyNot({ database }: WorkerPorts, { id }: CoveredVolume): Promise<string> {
  const why = await whyNotTaken(database, id);
  if (why === null) return `volume ${id} is not there any more`;
  return `volume ${id}: ${refusal(volumeMachine, 'snapshot_in_use', why, { id })}`;
}

async function tell({ database, clock, ids }: WorkerPorts, { id }: Operation, volume: CoveredVolume): Promise<void> {
  const [action_id, detail_id] = [messageActions.createSnapshot.id, messageDetails.quotaExceeded.id];
  await tellOfVolume(database, {
    ...{ message_id: ids.uuid(), operation_id: id, volume_id: volume.id, action_id, detail_id },
    resource: messageResourceType('volume'),
    event_id: messageEventId('volume', action_id, detail_id),
    now: timestamp(clock),
  });
}
