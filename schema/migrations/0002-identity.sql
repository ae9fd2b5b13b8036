-- The embedded Keystone: who there is, what they may, and what no longer holds.
-- Ids are 32 hexadecimal digits, as Keystone's are; only the default domain has a word.

CREATE TABLE domains (
  id text PRIMARY KEY,
  name text NOT NULL,
  description text NOT NULL DEFAULT '',
  enabled boolean NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL,
  CONSTRAINT domains_name UNIQUE (name)
);

CREATE TABLE projects (
  id text PRIMARY KEY,
  domain_id text NOT NULL REFERENCES domains (id) ON DELETE CASCADE,
  name text NOT NULL,
  description text NOT NULL DEFAULT '',
  enabled boolean NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL,
  CONSTRAINT projects_name UNIQUE (domain_id, name)
);

CREATE TABLE users (
  id text PRIMARY KEY,
  domain_id text NOT NULL REFERENCES domains (id) ON DELETE CASCADE,
  name text NOT NULL,
  -- Hashed; null: this user cannot sign in with a password.
  password text,
  email text,
  description text,
  default_project_id text,
  enabled boolean NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL,
  CONSTRAINT users_name UNIQUE (domain_id, name)
);

CREATE TABLE roles (
  id text PRIMARY KEY,
  name text NOT NULL,
  description text,
  -- The policy rules name it: it can be neither renamed nor deleted.
  immutable boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL
);
-- Policies compare role names without regard to case, so "Admin" must not be another role than "admin".
CREATE UNIQUE INDEX roles_name ON roles (lower(name));

CREATE TABLE role_implications (
  prior_role_id text NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
  implied_role_id text NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
  CONSTRAINT role_implications_once PRIMARY KEY (prior_role_id, implied_role_id)
);

-- On a project, on a domain, or (with neither) on the whole system.
CREATE TABLE role_assignments (
  user_id text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  role_id text NOT NULL REFERENCES roles (id) ON DELETE CASCADE,
  project_id text REFERENCES projects (id) ON DELETE CASCADE,
  domain_id text REFERENCES domains (id) ON DELETE CASCADE,
  CONSTRAINT role_assignments_once UNIQUE NULLS NOT DISTINCT (user_id, project_id, domain_id, role_id),
  CONSTRAINT role_assignments_one_target CHECK (project_id IS NULL OR domain_id IS NULL)
);
CREATE INDEX role_assignments_of_project ON role_assignments (project_id) WHERE project_id IS NOT NULL;
CREATE INDEX role_assignments_of_domain ON role_assignments (domain_id) WHERE domain_id IS NOT NULL;
CREATE INDEX role_assignments_of_role ON role_assignments (role_id);

CREATE TABLE application_credentials (
  id text PRIMARY KEY,
  user_id text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  project_id text NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
  name text NOT NULL,
  description text,
  -- Hashed, like a password.
  secret text NOT NULL,
  -- The ids of the roles it passes on, as long as its user has them.
  role_ids jsonb NOT NULL,
  unrestricted boolean NOT NULL DEFAULT false,
  expires_at timestamptz,
  created_at timestamptz NOT NULL,
  CONSTRAINT application_credentials_name UNIQUE (user_id, name)
);
CREATE INDEX application_credentials_of_project ON application_credentials (project_id);

-- Tokens of a subject that were issued until a time no longer hold. No token lives beyond expires_at.
CREATE TABLE revocations (
  -- `user:ID`, `project:ID`, `token:AUDIT_ID` … see infra/identity/port.ts.
  subject text PRIMARY KEY,
  revoked_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
CREATE INDEX revocations_by_age ON revocations (revoked_at, subject);
CREATE INDEX revocations_over ON revocations (expires_at);

INSERT INTO domains (id, name, description, created_at)
VALUES ('default', 'Default', 'The default domain', '2026-01-01T00:00:00Z');

INSERT INTO roles (id, name, immutable, created_at) VALUES
  ('00000000000040008000000000000a01', 'admin', true, '2026-01-01T00:00:00Z'),
  ('00000000000040008000000000000a02', 'manager', true, '2026-01-01T00:00:00Z'),
  ('00000000000040008000000000000a03', 'member', true, '2026-01-01T00:00:00Z'),
  ('00000000000040008000000000000a04', 'reader', true, '2026-01-01T00:00:00Z'),
  ('00000000000040008000000000000a05', 'service', true, '2026-01-01T00:00:00Z');

INSERT INTO role_implications (prior_role_id, implied_role_id) VALUES
  ('00000000000040008000000000000a01', '00000000000040008000000000000a02'),
  ('00000000000040008000000000000a02', '00000000000040008000000000000a03'),
  ('00000000000040008000000000000a03', '00000000000040008000000000000a04');
