-- Backups: the rows. Their bytes stand in the object store, each backup's manifest where `location` says.
CREATE TABLE backups (
  id uuid PRIMARY KEY,
  project_id text NOT NULL,
  user_id text NOT NULL,
  -- No reference: a backup outlives its volume, and that is what it is for.
  volume_id uuid NOT NULL,
  snapshot_id uuid,
  -- The backup that an incremental one builds on.
  parent_id uuid,
  name text,
  description text,
  container text,
  availability_zone text,
  size_gib int NOT NULL CHECK (size_gib > 0),
  object_count int NOT NULL DEFAULT 0,
  status text NOT NULL,
  fail_reason text,
  metadata jsonb NOT NULL DEFAULT '{}',
  encryption_key_id uuid,
  -- Whether the volume could be booted from: a volume that is made from the backup can as well.
  bootable boolean NOT NULL DEFAULT false,
  -- The metadata of the volume when it was backed up: a volume that is restored anew gets it back.
  volume_metadata jsonb NOT NULL DEFAULT '{}',
  -- host@backend whose worker reaches the bytes.
  host text NOT NULL,
  -- The key of the manifest; null until all data is there.
  location text,
  -- How many incremental backups build on it: on the row itself, so that a deletion and a new one cannot pass each other.
  dependent_count int NOT NULL DEFAULT 0 CONSTRAINT backups_dependent_count CHECK (dependent_count >= 0),
  -- When the data was as the backup has it.
  data_timestamp timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz
);
CREATE INDEX backups_of_project ON backups (project_id, created_at DESC, id DESC);
CREATE INDEX backups_of_project_by_name ON backups (project_id, name, created_at DESC, id DESC);
CREATE INDEX backups_of_project_by_status ON backups (project_id, status, created_at DESC, id DESC);
CREATE INDEX backups_of_volume ON backups (volume_id, project_id, data_timestamp DESC);
CREATE INDEX backups_by_age ON backups (created_at DESC, id DESC);
