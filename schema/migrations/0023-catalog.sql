-- Words by which operators sort their projects.
ALTER TABLE projects ADD COLUMN tags jsonb NOT NULL DEFAULT '[]';

-- What an operator adds to the embedded Keystone's catalog. What Scoria serves itself follows from the settings and has
-- no rows here, nor has the region of the settings: so regions are named without a foreign key.

CREATE TABLE catalog_services (
  id text PRIMARY KEY,
  type text NOT NULL,
  name text NOT NULL DEFAULT '',
  description text NOT NULL DEFAULT '',
  enabled boolean NOT NULL,
  created_at timestamptz NOT NULL
);

CREATE TABLE catalog_regions (
  id text PRIMARY KEY,
  parent_region_id text,
  description text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL
);
CREATE INDEX catalog_regions_of_parent ON catalog_regions (parent_region_id);

CREATE TABLE catalog_endpoints (
  id text PRIMARY KEY,
  service_id text NOT NULL REFERENCES catalog_services (id) ON DELETE CASCADE,
  interface text NOT NULL CHECK (interface IN ('public', 'internal', 'admin')),
  region_id text,
  url text NOT NULL,
  name text,
  description text,
  enabled boolean NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE INDEX catalog_endpoints_of_service ON catalog_endpoints (service_id);
CREATE INDEX catalog_endpoints_of_region ON catalog_endpoints (region_id);
