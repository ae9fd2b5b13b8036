-- Groups of volumes, their types, and the snapshots taken of all their members together.

CREATE TABLE group_types (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  description text,
  is_public boolean NOT NULL DEFAULT true,
  group_specs jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL,
  updated_at timestamptz,
  CONSTRAINT group_types_name UNIQUE (name)
);

-- The type that is named when none is, and the one of the consistency groups of the legacy API.
INSERT INTO group_types (id, name, description, is_public, created_at) VALUES
  ('00000000-0000-4000-8000-000000000011', '__DEFAULT__', 'Default Group Type', true, '2026-01-01T00:00:00Z'),
  ('00000000-0000-4000-8000-000000000012', 'default_cgsnapshot_type', 'Default group type for migrating cgsnapshot',
    true, '2026-01-01T00:00:00Z');

CREATE TABLE groups (
  id uuid PRIMARY KEY,
  project_id text NOT NULL,
  user_id text NOT NULL,
  name text,
  description text,
  status text NOT NULL,
  previous_status text,
  availability_zone text,
  group_type_id uuid NOT NULL REFERENCES group_types (id),
  -- host@backend where all members live; null until the first of them is placed.
  backend text,
  group_snapshot_id uuid,
  source_group_id uuid,
  replication_status text NOT NULL DEFAULT 'disabled',
  -- On the row itself, so that a deletion and a new member or snapshot cannot pass each other.
  volume_count int NOT NULL DEFAULT 0 CONSTRAINT groups_volume_count CHECK (volume_count >= 0),
  snapshot_count int NOT NULL DEFAULT 0 CONSTRAINT groups_snapshot_count CHECK (snapshot_count >= 0),
  -- Members whose creation has not ended: a group that is made from a source is available when this comes to 0.
  pending int NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  updated_at timestamptz
);
CREATE INDEX groups_of_project ON groups (project_id, created_at DESC, id DESC);
CREATE INDEX groups_of_project_by_name ON groups (project_id, name, created_at DESC, id DESC);
CREATE INDEX groups_by_age ON groups (created_at DESC, id DESC);
CREATE INDEX groups_of_type ON groups (group_type_id, id);
CREATE INDEX groups_made_from_group ON groups (source_group_id) WHERE source_group_id IS NOT NULL;
CREATE INDEX groups_made_from_snapshot ON groups (group_snapshot_id) WHERE group_snapshot_id IS NOT NULL;

-- The volume types that members may have.
CREATE TABLE group_volume_types (
  group_id uuid NOT NULL REFERENCES groups (id) ON DELETE CASCADE,
  volume_type_id uuid NOT NULL REFERENCES volume_types (id),
  CONSTRAINT group_volume_types_once PRIMARY KEY (group_id, volume_type_id)
);
CREATE INDEX group_volume_types_of_type ON group_volume_types (volume_type_id);

ALTER TABLE volumes ADD CONSTRAINT volumes_group FOREIGN KEY (group_id) REFERENCES groups (id);

CREATE TABLE group_snapshots (
  id uuid PRIMARY KEY,
  project_id text NOT NULL,
  user_id text NOT NULL,
  group_id uuid NOT NULL REFERENCES groups (id),
  group_type_id uuid NOT NULL REFERENCES group_types (id),
  name text,
  description text,
  status text NOT NULL,
  previous_status text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz
);
CREATE INDEX group_snapshots_of_project ON group_snapshots (project_id, created_at DESC, id DESC);
CREATE INDEX group_snapshots_by_age ON group_snapshots (created_at DESC, id DESC);
CREATE INDEX group_snapshots_of_group ON group_snapshots (group_id, created_at DESC, id DESC);
CREATE INDEX snapshots_of_group_snapshot ON snapshots (group_snapshot_id, id) WHERE group_snapshot_id IS NOT NULL;
