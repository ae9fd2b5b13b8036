-- Schedules of snapshots: when which volumes of a project are snapshotted, and which of these snapshots are kept.
CREATE TABLE IF NOT EXISTS snapshot_schedules (
  id uuid PRIMARY KEY,
  project_id text NOT NULL,
  -- Whose the snapshots are.
  user_id text NOT NULL,
  name text NOT NULL,
  description text,
  cron text NOT NULL,
  timezone text NOT NULL,
  -- What it covers: one of the three.
  volume_ids jsonb,
  volume_type_id uuid,
  volume_metadata jsonb,
  keep_count int CHECK (keep_count > 0),
  keep_days int CHECK (keep_days > 0),
  name_template text NOT NULL,
  enabled boolean NOT NULL DEFAULT true,
  -- Null while it is disabled, and when its expression has no further time.
  next_run_at timestamptz,
  -- Of the last run that has ended: when it was due, how many snapshots it took and removed, and what went wrong.
  last_run_at timestamptz,
  last_ended_at timestamptz,
  last_taken int,
  last_removed int,
  last_error text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz,
  CONSTRAINT snapshot_schedules_cover CHECK (num_nonnulls(volume_ids, volume_type_id, volume_metadata) = 1),
  CONSTRAINT snapshot_schedules_keep CHECK (num_nonnulls(keep_count, keep_days) > 0)
);
CREATE INDEX IF NOT EXISTS snapshot_schedules_of_project ON snapshot_schedules (project_id, created_at DESC, id DESC);
CREATE INDEX IF NOT EXISTS snapshot_schedules_by_age ON snapshot_schedules (created_at DESC, id DESC)
  WHERE length(project_id) >= 0;
CREATE INDEX IF NOT EXISTS snapshot_schedules_due ON snapshot_schedules (next_run_at, id) WHERE length(project_id) >= 0;

-- The schedule that took it: written by its run and by nobody else, so that retention removes nothing of a user's.
ALTER TABLE snapshots ADD COLUMN IF NOT EXISTS schedule_id uuid;
CREATE INDEX IF NOT EXISTS snapshots_of_schedule ON snapshots (schedule_id, volume_id, created_at DESC, id DESC)
  WHERE schedule_id IS NOT NULL;

INSERT INTO quota_classes (class_name, resource, hard_limit) VALUES ('default', 'snapshot_schedules', 100)
ON CONFLICT DO NOTHING;
