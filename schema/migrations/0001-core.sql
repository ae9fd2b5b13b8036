-- What exists: volumes and what belongs to them, the work on them, and what it all counts for.
-- Every tenant query has an index that begins with the project. Times are in UTC and come from the caller's clock.

-- Stops the statement that calls it, and everything that statement did, with a reason for the caller to read.
CREATE OR REPLACE FUNCTION refuse(reason text) RETURNS boolean LANGUAGE plpgsql AS $body$
BEGIN
  RAISE EXCEPTION '%', reason USING ERRCODE = 'SC001';
END
$body$;

CREATE TABLE volume_types (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  description text,
  is_public boolean NOT NULL DEFAULT true,
  extra_specs jsonb NOT NULL DEFAULT '{}',
  qos_specs_id uuid,
  created_at timestamptz NOT NULL,
  updated_at timestamptz,
  CONSTRAINT volume_types_name UNIQUE (name)
);

CREATE TABLE volume_type_access (
  volume_type_id uuid NOT NULL REFERENCES volume_types (id) ON DELETE CASCADE,
  project_id text NOT NULL,
  created_at timestamptz NOT NULL,
  CONSTRAINT volume_type_access_once PRIMARY KEY (volume_type_id, project_id)
);
CREATE INDEX volume_type_access_of_project ON volume_type_access (project_id, volume_type_id);

CREATE TABLE default_volume_types (
  project_id text PRIMARY KEY,
  volume_type_id uuid NOT NULL REFERENCES volume_types (id),
  created_at timestamptz NOT NULL
);

CREATE TABLE volumes (
  id uuid PRIMARY KEY,
  project_id text NOT NULL,
  user_id text NOT NULL,
  name text,
  description text,
  size_gib int NOT NULL CHECK (size_gib > 0),
  status text NOT NULL,
  previous_status text,
  attach_status text NOT NULL DEFAULT 'detached',
  migration_status text,
  availability_zone text,
  -- host@backend#pool; null until the scheduler has chosen.
  host text,
  volume_type_id uuid REFERENCES volume_types (id),
  snapshot_id uuid,
  source_volid uuid,
  group_id uuid,
  consistencygroup_id uuid,
  bootable boolean NOT NULL DEFAULT false,
  multiattach boolean NOT NULL DEFAULT false,
  encryption_key_id uuid,
  replication_status text,
  metadata jsonb NOT NULL DEFAULT '{}',
  admin_metadata jsonb NOT NULL DEFAULT '{}',
  image_metadata jsonb,
  provider_id text,
  -- What the driver wants to be told when it is asked for this volume again.
  location text,
  service_uuid uuid,
  shared_targets boolean,
  cluster_name text,
  consumes_quota boolean NOT NULL DEFAULT true,
  -- How many snapshots it has: on the row itself, so that a delete and a new snapshot cannot pass each other.
  snapshot_count int NOT NULL DEFAULT 0 CONSTRAINT volumes_snapshot_count CHECK (snapshot_count >= 0),
  created_at timestamptz NOT NULL,
  updated_at timestamptz,
  launched_at timestamptz
);
CREATE INDEX volumes_of_project ON volumes (project_id, created_at DESC, id DESC);
CREATE INDEX volumes_of_project_by_name ON volumes (project_id, name, created_at DESC, id DESC);
CREATE INDEX volumes_of_project_by_status ON volumes (project_id, status, created_at DESC, id DESC);
CREATE INDEX volumes_by_age ON volumes (created_at DESC, id DESC);
-- fastupdate off: with a list of pending entries the planner walks the whole table for a rare value (41 ms instead of
-- 0.9 ms at 100,000 volumes), and writing costs no more.
CREATE INDEX volumes_by_metadata ON volumes USING gin (metadata jsonb_path_ops) WITH (fastupdate = off);
-- With the default sample of 100 values the planner takes one rare value in ten for a common one, and walks the newest
-- volumes instead of this index: 22 of 300 values took over 10 ms at 100,000 volumes; with 1,000 none does.
ALTER TABLE volumes ALTER COLUMN metadata SET STATISTICS 1000;
CREATE INDEX volumes_by_admin_metadata ON volumes USING gin (admin_metadata jsonb_path_ops) WITH (fastupdate = off);
CREATE INDEX volumes_of_host ON volumes (host, id);
CREATE INDEX volumes_of_type ON volumes (volume_type_id, id) WHERE volume_type_id IS NOT NULL;
CREATE INDEX volumes_of_group ON volumes (group_id, id) WHERE group_id IS NOT NULL;

CREATE TABLE snapshots (
  id uuid PRIMARY KEY,
  project_id text NOT NULL,
  user_id text NOT NULL,
  volume_id uuid NOT NULL REFERENCES volumes (id),
  name text,
  description text,
  size_gib int NOT NULL CHECK (size_gib > 0),
  status text NOT NULL,
  previous_status text,
  progress text,
  metadata jsonb NOT NULL DEFAULT '{}',
  volume_type_id uuid REFERENCES volume_types (id),
  group_snapshot_id uuid,
  cgsnapshot_id uuid,
  location text,
  consumes_quota boolean NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL,
  updated_at timestamptz
);
CREATE INDEX snapshots_of_project ON snapshots (project_id, created_at DESC, id DESC);
CREATE INDEX snapshots_of_project_by_name ON snapshots (project_id, name, created_at DESC, id DESC);
CREATE INDEX snapshots_of_project_by_status ON snapshots (project_id, status, created_at DESC, id DESC);
CREATE INDEX snapshots_by_age ON snapshots (created_at DESC, id DESC);
CREATE INDEX snapshots_of_volume ON snapshots (volume_id, created_at DESC, id DESC);
ALTER TABLE snapshots ALTER COLUMN metadata SET STATISTICS 1000;
CREATE INDEX snapshots_by_metadata ON snapshots USING gin (metadata jsonb_path_ops) WITH (fastupdate = off);

CREATE TABLE attachments (
  id uuid PRIMARY KEY,
  volume_id uuid NOT NULL REFERENCES volumes (id),
  project_id text NOT NULL,
  instance_uuid uuid,
  attached_host text,
  mountpoint text,
  attach_status text NOT NULL,
  attach_mode text,
  connector jsonb,
  connection_info jsonb,
  attached_at timestamptz,
  detached_at timestamptz,
  created_at timestamptz NOT NULL,
  updated_at timestamptz
);
CREATE INDEX attachments_of_volume ON attachments (volume_id, created_at, id);
CREATE INDEX attachments_of_project ON attachments (project_id, created_at DESC, id DESC);
CREATE INDEX attachments_of_instance ON attachments (instance_uuid) WHERE instance_uuid IS NOT NULL;

-- Work that a worker has to do. The row is the truth; the message that names it is a nudge.
CREATE TABLE operations (
  id uuid PRIMARY KEY,
  -- `volume.create`: the resource and the move of its machine.
  kind text NOT NULL,
  resource_type text NOT NULL,
  resource_id uuid NOT NULL,
  project_id text NOT NULL,
  user_id text NOT NULL,
  -- The queue whose consumer does the present step.
  queue text NOT NULL,
  step text NOT NULL,
  -- queued -> running -> done | failed; running -> queued again when a lease runs out or a step is handed on.
  status text NOT NULL DEFAULT 'queued',
  -- Grows with every claim and fences late workers.
  attempt int NOT NULL DEFAULT 0,
  -- Claims of the present step.
  tries int NOT NULL DEFAULT 0,
  -- While running: nobody else may claim before. While queued: when the sweeper sends the message again.
  lease_until timestamptz NOT NULL,
  deadline timestamptz NOT NULL,
  arguments jsonb NOT NULL DEFAULT '{}',
  request_id text,
  trace text,
  -- How the scheduler decided, and why the work failed.
  explanation jsonb,
  cause text,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE INDEX operations_of_resource ON operations (resource_id, created_at DESC, id DESC);
CREATE INDEX operations_of_project ON operations (project_id, created_at DESC, id DESC);
-- One worker at a time for each resource.
CREATE UNIQUE INDEX operations_one_running ON operations (resource_id) WHERE status = 'running';
CREATE INDEX operations_open ON operations (lease_until, id) WHERE status IN ('queued', 'running');

CREATE TABLE events (
  sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- The transaction that wrote it: a reader takes only what is below the oldest one still open, so that a cursor
  -- never passes over an event that commits late.
  transaction bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
  type text NOT NULL,
  resource_type text NOT NULL,
  resource_id uuid NOT NULL,
  project_id text NOT NULL,
  request_id text,
  data jsonb NOT NULL DEFAULT '{}',
  at timestamptz NOT NULL
);
CREATE INDEX events_of_resource ON events (resource_id, sequence);
CREATE INDEX events_of_project ON events (project_id, sequence);

CREATE TABLE messages (
  id uuid PRIMARY KEY,
  project_id text NOT NULL,
  request_id text,
  resource_type text,
  resource_uuid uuid,
  action_id text NOT NULL,
  detail_id text NOT NULL,
  event_id text NOT NULL,
  message_level text NOT NULL DEFAULT 'ERROR',
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX messages_of_project ON messages (project_id, created_at DESC, id DESC);
CREATE INDEX messages_of_resource ON messages (resource_uuid, created_at DESC) WHERE resource_uuid IS NOT NULL;
CREATE INDEX messages_by_age ON messages (created_at DESC, id DESC);
CREATE INDEX messages_expiring ON messages (expires_at);

-- What a project has: one row for each project, resource and volume type ('' is all types together).
CREATE TABLE quota_usages (
  project_id text NOT NULL,
  resource text NOT NULL,
  type_id text NOT NULL DEFAULT '',
  -- No CHECK on its sign: a row is proposed with its delta before ON CONFLICT adds it to what is there.
  in_use bigint NOT NULL,
  CONSTRAINT quota_usages_once PRIMARY KEY (project_id, resource, type_id)
);

-- What a project may have; -1 is no limit. A missing row falls back to the class `default`.
CREATE TABLE quotas (
  project_id text NOT NULL,
  resource text NOT NULL,
  type_id text NOT NULL DEFAULT '',
  hard_limit bigint NOT NULL,
  CONSTRAINT quotas_once PRIMARY KEY (project_id, resource, type_id)
);

CREATE TABLE quota_classes (
  class_name text NOT NULL,
  resource text NOT NULL,
  type_id text NOT NULL DEFAULT '',
  hard_limit bigint NOT NULL,
  CONSTRAINT quota_classes_once PRIMARY KEY (class_name, resource, type_id)
);
INSERT INTO quota_classes (class_name, resource, hard_limit) VALUES
  ('default', 'volumes', 10),
  ('default', 'snapshots', 10),
  ('default', 'gigabytes', 1000),
  ('default', 'backups', 10),
  ('default', 'backup_gigabytes', 1000),
  ('default', 'per_volume_gigabytes', -1),
  ('default', 'groups', 10);

-- Who acts: schedulers, and one row for each back end.
CREATE TABLE services (
  id uuid PRIMARY KEY,
  host text NOT NULL,
  "binary" text NOT NULL,
  availability_zone text NOT NULL,
  disabled boolean NOT NULL DEFAULT false,
  disabled_reason text,
  frozen boolean NOT NULL DEFAULT false,
  replication_status text NOT NULL DEFAULT 'disabled',
  active_backend_id text,
  cluster_name text,
  backend_state text,
  created_at timestamptz NOT NULL,
  -- The last heartbeat.
  updated_at timestamptz NOT NULL,
  CONSTRAINT services_once UNIQUE (host, "binary")
);

-- What the back ends have, as they last said.
CREATE TABLE pools (
  -- host@backend#pool
  name text PRIMARY KEY,
  backend text NOT NULL,
  availability_zone text NOT NULL,
  total_gib double precision,
  free_gib double precision,
  provisioned_gib double precision NOT NULL DEFAULT 0,
  -- The sizes of the volumes that are here or on their way: changed in the statement that changes them.
  allocated_gib bigint NOT NULL DEFAULT 0,
  reserved_percentage int NOT NULL DEFAULT 0,
  max_over_subscription_ratio double precision NOT NULL DEFAULT 1,
  thin boolean NOT NULL DEFAULT false,
  capabilities jsonb NOT NULL DEFAULT '{}',
  updated_at timestamptz NOT NULL
);
CREATE INDEX pools_of_backend ON pools (backend, name);

-- The type of volumes that name none.
INSERT INTO volume_types (id, name, description, is_public, created_at)
VALUES ('00000000-0000-4000-8000-000000000001', '__DEFAULT__', 'Default Volume Type', true, '2026-01-01T00:00:00Z');
