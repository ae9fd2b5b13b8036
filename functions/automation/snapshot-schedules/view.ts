import * as is from '../../http/answer-types.ts';
import { field, time, view } from '../../http/view.ts';
import type { ScheduleRow } from './store.ts';

const parsed = (json: string | null) => (json === null ? null : JSON.parse(json)); // jsonb columns

/** A schedule, its next run, and what came of its last one. */
export const scheduleView = view<ScheduleRow>({
  id: field(is.uuid, (row) => row.id),
  project_id: field(is.text, (row) => row.project_id),
  user_id: field(is.text, (row) => row.user_id),
  name: field(is.text, (row) => row.name),
  description: field(is.orNull(is.text), (row) => row.description),
  cron: field(is.text, (row) => row.cron),
  timezone: field(is.text, (row) => row.timezone),
  volume_ids: field(is.orNull(is.listOf(is.uuid)), (row) => parsed(row.volume_ids)),
  volume_type_id: field(is.orNull(is.uuid), (row) => row.volume_type_id),
  metadata: field(is.orNull(is.texts), (row) => parsed(row.volume_metadata)),
  keep: field(is.object({ count: is.orNull(is.count), days: is.orNull(is.count) }), (row) => ({
    count: row.keep_count,
    days: row.keep_days,
  })),
  name_template: field(is.text, (row) => row.name_template),
  enabled: field(is.boolean, (row) => row.enabled),
  next_run_at: field(is.orNull(is.moment), (row) => time(row.next_run_at)),
  running_operation_id: field(is.orNull(is.uuid), (row) => row.running_operation_id),
  last_run_at: field(is.orNull(is.moment), (row) => time(row.last_run_at)),
  last_run_ended_at: field(is.orNull(is.moment), (row) => time(row.last_ended_at)),
  last_run_taken: field(is.orNull(is.count), (row) => row.last_taken),
  last_run_removed: field(is.orNull(is.count), (row) => row.last_removed),
  last_error: field(is.orNull(is.text), (row) => row.last_error),
  created_at: field(is.moment, (row) => time(row.created_at)),
  updated_at: field(is.orNull(is.moment), (row) => time(row.updated_at)),
});
