// The snapshot schedule: its row and its machine.
import { machine } from './machine.ts';

export interface SnapshotScheduleRow {
  readonly id: string;
  readonly project_id: string;
  readonly user_id: string;
  readonly name: string;
  readonly description: string | null;
  readonly cron: string;
  readonly timezone: string;
  readonly volume_ids: string | null;
  readonly volume_type_id: string | null;
  readonly volume_metadata: string | null;
  readonly keep_count: number | null;
  readonly keep_days: number | null;
  readonly name_template: string;
  readonly enabled: boolean;
  readonly next_run_at: string | null;
  readonly last_run_at: string | null;
  readonly last_ended_at: string | null;
  readonly last_taken: number | null;
  readonly last_removed: number | null;
  readonly last_error: string | null;
  readonly created_at: string;
  readonly updated_at: string | null;
}

/** The most volumes in one run. */
export const mostCovered = 1_000;

/** A snapshot takes up to an hour; a run ends when its last snapshot does. */
export const snapshotScheduleMachine = machine({
  resource: 'snapshot_schedule',
  table: 'snapshot_schedules',
  states: {},
  resettable: [],
  obstacles: {},
  moves: {
    run: { from: 'any', ok: 'previous', within: 7200, work: 'snapshot_schedule.run', step: 'run' },
  },
});
