-- The order in which events are read: (transaction, sequence). A transaction that commits late has a low number, so a reader
-- that stops below the oldest one still open never passes an event by. By sequence alone it did.
DROP INDEX IF EXISTS events_of_resource, events_of_project;
CREATE INDEX IF NOT EXISTS events_of_resource_in_order ON events (resource_id, transaction, sequence);
CREATE INDEX IF NOT EXISTS events_of_project_in_order ON events (project_id, transaction, sequence);
CREATE INDEX IF NOT EXISTS events_of_all_in_order ON events (transaction, sequence) WHERE length(project_id) >= 0;

-- Operations that have ended, oldest first: they are removed when they have been kept for long enough.
CREATE INDEX IF NOT EXISTS operations_ended ON operations (updated_at) WHERE status IN ('done', 'failed');
