import { timestamp } from '../../../infra/clock/port.ts';
import { schedulerQueue } from '../../../schema/operations.ts';
import { fragment } from '../../../schema/statement.ts';
import { DriverError } from '../../driver.ts';
import { nudge } from '../../nudge.ts';
import type { WorkerPorts } from '../../ports.ts';
import { awaitSnapshots, progressOf, recordRun } from '../../store/snapshot-schedules.ts';
import { argumentsAs, type SnapshotScheduleJson, snapshotSchedule } from '../fragments.ts';
import { done, type Operation, type Scheduled, work } from '../work.ts';
import { removeSurplus } from './retain.ts';
import { takeAll } from './take.ts';

/** How long a run waits before it checks its snapshots: the first time, and each further time. */
const lookSeconds = { first: 1, later: 5 } as const;

const lost: Scheduled = { outcome: 'lost' };

/** What a run stores in its arguments. */
const running = argumentsAs((given) => ({
  due: typeof given.due === 'string' ? given.due : null,
  refused: Array.isArray(given.refused) ? given.refused.map(String) : [],
}));

const ended = (error: string) =>
  fragment(
    'resource',
    `UPDATE snapshot_schedules r SET last_ended_at = :now::timestamptz, last_error = ${error},
    last_run_at = COALESCE((f.arguments ->> 'due')::timestamptz, f.created_at)
  FROM fenced f WHERE r.id = f.resource_id RETURNING r.*`,
  );

/**
 * Takes a snapshot of each volume that the schedule covers, waits until they exist, then removes those that the
 * schedule no longer keeps. A second try finds the snapshots that were already taken. It fails when any volume was
 * left out; the others still have their snapshots.
 */
export const runSnapshotSchedule = work({
  kind: 'snapshot_schedule.run',
  does: 'takes the snapshots of a schedule and removes those that it keeps no longer',
  steps: ['run', 'retain'],
  needs: {},
  uses: [],
  async run() {
    throw new DriverError('fatal', 'The scheduler runs schedules, and no back end.');
  },
  schedule: {
    needs: { schedule: snapshotSchedule, running },
    isPoolless: true,
    async run({ schedule, running: { due, refused } }, operation, _pools, ports): Promise<Scheduled> {
      if (schedule === null) return done(); // deleted meanwhile
      const isTaken = operation.step === 'retain';
      const left = isTaken ? refused : await takeAll(ports, operation, schedule, due);
      return left === null ? lost : retain(ports, operation, schedule, left);
    },
  },
  events: { done: 'snapshot_schedule.run.end', failed: 'snapshot_schedule.run.error' },
  message: { action: 'runSnapshotSchedule', detail: 'scheduleIncomplete' },
  done: { resource: ended('NULL') },
  failed: { resource: ended('left(:cause::text, 1000)') },
});

/** Releases the run until its snapshots are checked again. */
async function wait(ports: WorkerPorts, { id, attempt, kind, step }: Operation, project: string, more: object) {
  const seconds = step === 'run' ? lookSeconds.first : lookSeconds.later;
  const isMine = await awaitSnapshots(ports.database, {
    ...{ operation_id: id, attempt, more: JSON.stringify(more), delay_seconds: seconds },
    now: timestamp(ports.clock),
  });
  if (isMine) await nudge(ports, schedulerQueue, { operation: id, attempt, kind, project }, seconds);
  return lost;
}

async function retain(
  ports: WorkerPorts,
  operation: Operation,
  schedule: SnapshotScheduleJson,
  refused: readonly string[],
): Promise<Scheduled> {
  const { id: operation_id, attempt } = operation;
  const fence = { id: schedule.id, operation_id, attempt, now: timestamp(ports.clock) };
  const progress = await progressOf(ports.database, fence);
  if (progress.mine === 0) return lost;
  if (progress.creating > 0) return wait(ports, operation, schedule.project_id, { refused });
  const removed = await removeSurplus(ports, schedule);
  await recordRun(ports.database, { operation_id, attempt, taken: progress.taken - progress.failed, removed });
  const failed = progress.failed === 0 ? [] : [`${progress.failed} snapshots failed: see their user messages`];
  const wrong = [...refused, ...failed];
  if (wrong.length === 0) return done();
  return { outcome: 'failed', cause: wrong.join('; '), detail: 'scheduleIncomplete', isBusy: false };
}
