-- What clients add to domains, projects, users, groups and roles beside the attributes that Keystone names (`extra`), and
-- the resource options that hold them (`options`). Both are JSON objects.
ALTER TABLE domains ADD COLUMN tags jsonb NOT NULL DEFAULT '[]';
ALTER TABLE domains ADD COLUMN options jsonb NOT NULL DEFAULT '{}';
ALTER TABLE domains ADD COLUMN extra jsonb NOT NULL DEFAULT '{}';
ALTER TABLE projects ADD COLUMN options jsonb NOT NULL DEFAULT '{}';
ALTER TABLE projects ADD COLUMN extra jsonb NOT NULL DEFAULT '{}';
ALTER TABLE users ADD COLUMN options jsonb NOT NULL DEFAULT '{}';
ALTER TABLE users ADD COLUMN extra jsonb NOT NULL DEFAULT '{}';
ALTER TABLE user_groups ADD COLUMN extra jsonb NOT NULL DEFAULT '{}';
ALTER TABLE roles ADD COLUMN extra jsonb NOT NULL DEFAULT '{}';

-- Lists are read by 250 rows, and each may have some 4 KB.
ALTER TABLE domains ADD CONSTRAINT extra_size CHECK (octet_length(extra::text) <= 4096);
ALTER TABLE projects ADD CONSTRAINT extra_size CHECK (octet_length(extra::text) <= 4096);
ALTER TABLE users ADD CONSTRAINT extra_size CHECK (octet_length(extra::text) <= 4096);
ALTER TABLE user_groups ADD CONSTRAINT extra_size CHECK (octet_length(extra::text) <= 4096);
ALTER TABLE roles ADD CONSTRAINT extra_size CHECK (octet_length(extra::text) <= 4096);

-- `immutable` may be taken off again; but not from the roles that the policies name.
ALTER TABLE roles ADD COLUMN built_in boolean NOT NULL DEFAULT false;
UPDATE roles SET built_in = immutable;
