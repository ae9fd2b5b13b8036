// Runs of snapshot schedules that are due: begun here, and done by the scheduler (workers/work/snapshot-schedule/).
import { nextDue } from '../infra/calendar/port.ts';
import { timestamp } from '../infra/clock/port.ts';
import { operationParameters } from '../schema/operations.ts';
import { snapshotScheduleMachine } from '../schema/snapshot-schedules.ts';
import { beginRun } from '../schema/statements/snapshot-schedule-runs.ts';
import { nudge } from './nudge.ts';
import type { WorkerPorts } from './ports.ts';
import { type DueSchedule, dueSchedules, mostDue } from './store/snapshot-schedules.ts';

/**
 * Begins one run of each schedule that is due. One that was due several times while nobody looked runs once; its next
 * run is the first that is still to come. Several sweepers at once begin a run once.
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
