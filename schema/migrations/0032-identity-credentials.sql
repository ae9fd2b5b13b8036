-- What an application credential may be used for. The rules of a user are listed and deleted by themselves; a credential
-- keeps its own copy, so that it never comes to reach more than it was made for.
CREATE TABLE access_rules (
  id text PRIMARY KEY,
  user_id text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  service text NOT NULL,
  method text NOT NULL,
  path text NOT NULL,
  created_at timestamptz NOT NULL,
  CONSTRAINT access_rules_once UNIQUE (user_id, service, method, path)
);

-- A JSON array of `{id, service, method, path}`; null: whatever its roles allow.
ALTER TABLE application_credentials ADD COLUMN access_rules jsonb;

-- What users keep to sign in elsewhere: keys of EC2, certificates. The blob is sealed.
CREATE TABLE user_credentials (
  -- That of an EC2 credential is the SHA-256 of its access key.
  id text PRIMARY KEY,
  user_id text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  project_id text REFERENCES projects (id) ON DELETE CASCADE,
  type text NOT NULL,
  blob text NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE INDEX user_credentials_of_user ON user_credentials (user_id);
CREATE INDEX user_credentials_of_project ON user_credentials (project_id) WHERE project_id IS NOT NULL;

-- Limits of resources of any service: by default, and of one project or domain. The services read them.
CREATE TABLE registered_limits (
  id text PRIMARY KEY,
  -- A service of the catalog, stored or built in: so there is no foreign key.
  service_id text NOT NULL,
  region_id text,
  resource_name text NOT NULL,
  default_limit bigint NOT NULL,
  description text,
  created_at timestamptz NOT NULL,
  CONSTRAINT registered_limits_once UNIQUE NULLS NOT DISTINCT (service_id, region_id, resource_name)
);

CREATE TABLE project_limits (
  id text PRIMARY KEY,
  registered_limit_id text NOT NULL REFERENCES registered_limits (id),
  project_id text REFERENCES projects (id) ON DELETE CASCADE,
  domain_id text REFERENCES domains (id) ON DELETE CASCADE,
  resource_limit bigint NOT NULL,
  description text,
  created_at timestamptz NOT NULL,
  CONSTRAINT project_limits_once UNIQUE NULLS NOT DISTINCT (registered_limit_id, project_id, domain_id),
  CONSTRAINT project_limits_one_owner CHECK ((project_id IS NULL) <> (domain_id IS NULL))
);
CREATE INDEX project_limits_of_project ON project_limits (project_id) WHERE project_id IS NOT NULL;
CREATE INDEX project_limits_of_domain ON project_limits (domain_id) WHERE domain_id IS NOT NULL;
