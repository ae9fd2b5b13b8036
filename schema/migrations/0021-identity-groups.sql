-- Groups of users, and roles that are inherited: given on a domain for all of its projects, or on a project for those
-- below it. "groups" are those of volumes.

CREATE TABLE user_groups (
  id text PRIMARY KEY,
  domain_id text NOT NULL REFERENCES domains (id) ON DELETE CASCADE,
  name text NOT NULL,
  description text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL,
  CONSTRAINT user_groups_name UNIQUE (domain_id, name)
);

CREATE TABLE user_group_members (
  group_id text NOT NULL REFERENCES user_groups (id) ON DELETE CASCADE,
  user_id text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  PRIMARY KEY (group_id, user_id)
);
CREATE INDEX user_group_members_of_user ON user_group_members (user_id);

ALTER TABLE role_assignments ALTER COLUMN user_id DROP NOT NULL;
ALTER TABLE role_assignments ADD COLUMN group_id text REFERENCES user_groups (id) ON DELETE CASCADE;
ALTER TABLE role_assignments ADD COLUMN inherited boolean NOT NULL DEFAULT false;
ALTER TABLE role_assignments DROP CONSTRAINT role_assignments_once;
ALTER TABLE role_assignments ADD CONSTRAINT role_assignments_once
  UNIQUE NULLS NOT DISTINCT (user_id, group_id, project_id, domain_id, role_id, inherited);
ALTER TABLE role_assignments ADD CONSTRAINT role_assignments_one_actor CHECK ((user_id IS NULL) <> (group_id IS NULL));
ALTER TABLE role_assignments ADD CONSTRAINT role_assignments_inherit_from_somewhere
  CHECK (NOT inherited OR project_id IS NOT NULL OR domain_id IS NOT NULL);
CREATE INDEX role_assignments_of_group ON role_assignments (group_id) WHERE group_id IS NOT NULL;

-- A project stands in its domain, or below another project of the domain.
ALTER TABLE projects ADD COLUMN parent_id text REFERENCES projects (id);
CREATE INDEX projects_of_parent ON projects (parent_id) WHERE parent_id IS NOT NULL;

-- Where a user's roles come from: its own grants and those of its groups.
CREATE VIEW user_roles AS
  SELECT a.user_id, a.role_id, a.project_id, a.domain_id, a.inherited FROM role_assignments a WHERE a.user_id IS NOT NULL
  UNION
  SELECT m.user_id, a.role_id, a.project_id, a.domain_id, a.inherited
  FROM role_assignments a JOIN user_group_members m ON m.group_id = a.group_id;

-- A project with those above it, itself first at depth 0.
CREATE FUNCTION project_ancestors(of text) RETURNS TABLE (id text, depth int) LANGUAGE sql STABLE AS $body$
  WITH RECURSIVE above (id, parent_id, depth) AS (
    SELECT p.id, p.parent_id, 0 FROM projects p WHERE p.id = of
    UNION ALL
    SELECT p.id, p.parent_id, a.depth + 1 FROM above a JOIN projects p ON p.id = a.parent_id WHERE a.depth < 20
  )
  SELECT a.id, a.depth FROM above a
$body$;

-- A project's grants for users: given on it, or inherited from its domain or from a project above it.
CREATE FUNCTION roles_on_project(of text) RETURNS TABLE (user_id text, role_id text) LANGUAGE sql STABLE AS $body$
  SELECT r.user_id, r.role_id FROM user_roles r WHERE r.project_id = of AND NOT r.inherited
  UNION
  SELECT r.user_id, r.role_id FROM user_roles r JOIN projects p ON p.id = of
  WHERE r.inherited AND r.domain_id = p.domain_id
  UNION
  SELECT r.user_id, r.role_id FROM user_roles r JOIN project_ancestors(of) a ON a.id = r.project_id
  WHERE r.inherited AND a.depth > 0
$body$;
