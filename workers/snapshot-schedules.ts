// Runs of snapshot schedules that are due: started here, and carried out by the scheduler
// (workers/work/snapshot-schedule/).
import { nextDue } from '../infra/calendar/port.ts';
import { timestamp } from '../infra/clock/port.ts';
import { operationParameters } from '../schema/operations.ts';
import { snapshotScheduleMachine } from '../schema/snapshot-schedules.ts';
import { beginRun } from '../schema/statements/snapshot-schedule-runs.ts';
import { nudge } from './nudge.ts';
import type { WorkerPorts } from './ports.ts';
import { type DueSchedule, dueSchedules, mostDue } from './store/snapshot-schedules.ts';

/**
 * Starts one run of each schedule that is due. A schedule that missed several times runs once, and its next run is
 * the first in the future. Several sweepers at once start a run only once.
 */
export async function beginDueRuns(ports: WorkerPorts): Promise<void> {
  for (;;) {
    const due = await dueSchedules(ports.database, timestamp(ports.clock));
    for (const one of due) await begin(ports, one);
    if (due.length < mostDue) return;
  }
}

async function begin(ports: WorkerPorts, { id, project_id, user_id, cron, timezone, due }: DueSchedule): Promise<void> {
  const { clock, database, ids } = ports;
  const next = nextDue(cron, timezone, clock.now());
  const operation = ids.uuid();
  const [begun] = await beginRun.all<{ queue: string }>(database, {
    ...operationParameters({
      id: operation,
      kind: 'snapshot_schedule.run',
      step: 'run',
      actorId: user_id,
      withinSeconds: snapshotScheduleMachine.moves.run.within ?? 0,
      arguments: { due },
      requestId: `req-${ids.uuid()}`,
      trace: null,
    }),
    ...{ id, scope: project_id, due, next: next === null ? null : new Date(next).toISOString() },
    now: timestamp(clock),
  });
  if (begun === undefined) return; // another sweeper has begun it
  await nudge(ports, begun.queue, { operation, attempt: 0, kind: 'snapshot_schedule.run', project: project_id });
}
