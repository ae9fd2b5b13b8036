-- Roles of a domain: given on its projects, they bring the roles that they imply, and are in no token themselves.
ALTER TABLE roles ADD COLUMN domain_id text REFERENCES domains (id) ON DELETE CASCADE;
DROP INDEX roles_name;
CREATE UNIQUE INDEX roles_name ON roles (lower(name), domain_id) NULLS NOT DISTINCT;
CREATE INDEX roles_of_domain ON roles (domain_id) WHERE domain_id IS NOT NULL;
