-- Volumes that one project offers another. The key is shown once and kept only as a salted hash.
CREATE TABLE transfers (
  id uuid PRIMARY KEY,
  volume_id uuid NOT NULL REFERENCES volumes (id) ON DELETE CASCADE,
  name text,
  salt text NOT NULL,
  crypt_hash text NOT NULL,
  no_snapshots boolean NOT NULL DEFAULT false,
  source_project_id text NOT NULL,
  destination_project_id text,
  -- An accepted transfer stays as history and is in no list.
  accepted boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL,
  updated_at timestamptz
);
CREATE INDEX transfers_of_project ON transfers (source_project_id, created_at DESC, id DESC) WHERE NOT accepted;
CREATE INDEX transfers_by_age ON transfers (created_at DESC, id DESC) WHERE NOT accepted;
CREATE INDEX transfers_of_volume ON transfers (volume_id);
