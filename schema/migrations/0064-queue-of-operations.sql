-- The next operation of a resource that has become free, and what waits for it.
CREATE INDEX IF NOT EXISTS operations_waiting ON operations (resource_id, created_at, id) WHERE status = 'queued';
-- The sweeper's two questions, which must not walk over everything that waits to be taken.
CREATE INDEX IF NOT EXISTS operations_running ON operations (lease_until, id)
  WHERE status = 'running' AND length(project_id) >= 0;
CREATE INDEX IF NOT EXISTS operations_due_to_end ON operations (deadline, id)
  WHERE status = 'queued' AND length(project_id) >= 0;
-- A queue in the rows: the oldest of each project, one project after another.
CREATE INDEX IF NOT EXISTS operations_in_queue ON operations (queue, project_id, created_at, id) WHERE status = 'queued';
