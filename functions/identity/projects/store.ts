import { type Database, type Parameters, sql } from '../../../infra/database/port.ts';
import type { ProjectRow } from '../../../schema/identity.ts';
import { readAll } from '../listing.ts';
import { type Revoking, revoking } from '../revoking.ts';

export const projectColumns = 'p.id, p.domain_id, p.parent_id, p.name, p.description, p.enabled, p.tags::text AS tags';

const insert = sql(
  'identity.projects.insert',
  `INSERT INTO projects AS p (id, domain_id, parent_id, name, description, enabled, tags, created_at)
SELECT :id::text, d.id, :parent_id::text, :name::text, :description::text, :enabled::boolean, :tags::jsonb,
  :now::timestamptz
FROM domains d WHERE d.id = :domain_id::text AND (:parent_id::text IS NULL
  OR EXISTS (SELECT 1 FROM projects a WHERE a.id = :parent_id::text AND a.domain_id = d.id))
RETURNING ${projectColumns}`,
);

/** Adds a project; null when its domain does not exist, or has no such parent. */
export async function insertProject(database: Database, row: ProjectRow, now: string): Promise<ProjectRow | null> {
  const [made] = await database.all<ProjectRow>(insert, { ...row, now });
  return made ?? null;
}

const matching = `(:name::text IS NULL OR p.name = :name::text)
  AND (:domain_id::text IS NULL OR p.domain_id = :domain_id::text)
  AND (:parent_id::text IS NULL OR coalesce(p.parent_id, p.domain_id) = :parent_id::text)
  AND (:enabled::boolean IS NULL OR p.enabled = :enabled::boolean)`;

export function listProjects(database: Database, filters: Parameters): Promise<ProjectRow[]> {
  const select = `SELECT ${projectColumns} FROM projects p WHERE ${matching}`;
  return readAll(database, 'identity.projects.list', select, filters);
}

/** The projects that a user has a role on, by itself or a group, given there or inherited. */
export function listProjectsOfUser(database: Database, userId: string, filters: Parameters): Promise<ProjectRow[]> {
  const select = `WITH RECURSIVE held AS (SELECT * FROM user_roles r WHERE r.user_id = :user_id::text),
below (id) AS (
  SELECT c.id FROM held h JOIN projects c ON c.parent_id = h.project_id WHERE h.inherited
  UNION
  SELECT c.id FROM below b JOIN projects c ON c.parent_id = b.id
)
SELECT ${projectColumns} FROM projects p WHERE ${matching}
  AND (p.id IN (SELECT h.project_id FROM held h WHERE NOT h.inherited UNION SELECT b.id FROM below b)
    OR p.domain_id IN (SELECT h.domain_id FROM held h WHERE h.inherited))`;
  return readAll(database, 'identity.projects.of_user', select, { ...filters, user_id: userId });
}

const show = sql('identity.projects.show', `SELECT ${projectColumns} FROM projects p WHERE p.id = :id::text`);

export async function showProject(database: Database, id: string): Promise<ProjectRow | null> {
  const [row] = await database.all<ProjectRow>(show, { id });
  return row ?? null;
}

const update = sql(
  'identity.projects.update',
  `WITH changed AS (
  UPDATE projects p SET
    name = coalesce(:patch::jsonb ->> 'name', p.name),
    description = coalesce(:patch::jsonb ->> 'description', p.description),
    enabled = coalesce((:patch::jsonb ->> 'enabled')::boolean, p.enabled),
    tags = coalesce(:patch::jsonb -> 'tags', p.tags)
  WHERE p.id = :id::text RETURNING ${projectColumns}
),
${revoking("SELECT 'project:' || c.id FROM changed c WHERE NOT c.enabled")}
SELECT ${projectColumns} FROM changed p`,
);

/** Changes a project; null when there is none. One that is disabled by it takes the tokens scoped to it with it. */
export async function updateProject(database: Database, id: string, patch: object, revoked: Revoking) {
  const [row] = await database.all<ProjectRow>(update, { id, patch: JSON.stringify(patch), ...revoked.parameters });
  return row ?? null;
}

const remove = sql(
  'identity.projects.delete',
  `WITH gone AS (DELETE FROM projects p WHERE p.id = :id::text RETURNING p.id),
${revoking("SELECT 'project:' || g.id FROM gone g")}
SELECT g.id FROM gone g`,
);

/** Deletes a project with its grants and credentials; false when there is none. What it owns elsewhere stays. */
export async function deleteProject(database: Database, id: string, revoked: Revoking): Promise<boolean> {
  const rows = await database.all(remove, { id, ...revoked.parameters });
  return rows.length > 0;
}
