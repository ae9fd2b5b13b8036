// How a run of a snapshot schedule begins: when it is due, and when somebody asks for it.
import { recordEvent } from '../events.ts';
import { inScope } from '../expressions.ts';
import { queueOperation, schedulerQueue } from '../operations.ts';
import { fragment, statement } from '../statement.ts';

/** A run of the schedule `r` has not ended. */
export const isRunning = `EXISTS (SELECT 1 FROM operations o WHERE o.resource_id = r.id
    AND o.kind = 'snapshot_schedule.run' AND o.status IN ('queued', 'running'))` as const;

/**
 * Begins a run, unless one is under way: the operation and its event. With `:due` only when it is due then, so of several
 * that begin the same run one does; and its next run is set in the same statement. Null: a run that was asked for. It
 * returns the operation's id and its queue, or nothing.
 */
export const beginRun = statement(
  'snapshot-schedules.begin-run',
  [
    fragment(
      'schedule',
      `UPDATE snapshot_schedules r SET
    next_run_at = CASE WHEN :due::timestamptz IS NULL THEN r.next_run_at ELSE :next::timestamptz END
  WHERE r.id = :id::uuid AND ${inScope} AND NOT ${isRunning}
    AND (:due::timestamptz IS NULL OR r.next_run_at = :due::timestamptz)
  RETURNING r.*`,
    ),
    queueOperation('schedule', `'${schedulerQueue}'`),
    recordEvent('event', 'schedule', `'snapshot_schedule.run.start'`, 'snapshot_schedule'),
  ],
  'SELECT o.operation_id, o.queue, s.project_id FROM operation o, schedule s',
);
