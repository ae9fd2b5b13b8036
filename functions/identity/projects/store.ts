import type { Database } from '../../../infra/database/port.ts';
import type { ProjectRow } from '../../../schema/identity.ts';
import { fragment, statement } from '../../../schema/statement.ts';
import { merged } from '../extra.ts';
import { type Guarded, isMutable, resultOf } from '../immutable.ts';
import { readAll } from '../listing.ts';
import { type Revoking, revoking } from '../revoking.ts';
import type { ProjectFilters } from './filters.ts';

export const projectColumns = `p.id, p.domain_id, p.parent_id, p.name, p.description, p.enabled, p.tags::text AS tags,
  p.options::text AS options, p.extra::text AS extra`;

/** A domain in those columns. */
export const actingColumns = `d.id, NULL::text AS domain_id, NULL::text AS parent_id, d.name, d.description, d.enabled,
  d.tags::text AS tags, d.options::text AS options, d.extra::text AS extra`;

const insert = statement(
  'identity.projects.insert',
  `INSERT INTO projects AS p (id, domain_id, parent_id, name, description, enabled, tags, options, extra, created_at)
SELECT :id::text, d.id, :parent_id::text, :name::text, :description::text, :enabled::boolean, :tags::jsonb,
  :options::jsonb, :extra::jsonb, :now::timestamptz
FROM domains d WHERE d.id = :domain_id::text AND (:parent_id::text IS NULL
  OR EXISTS (SELECT 1 FROM projects a WHERE a.id = :parent_id::text AND a.domain_id = d.id))
RETURNING ${projectColumns}`,
);

/** Adds a project; null when its domain does not exist, or has no such parent. */
export async function insertProject(database: Database, row: ProjectRow, now: string): Promise<ProjectRow | null> {
  const [made] = await insert.all<ProjectRow>(database, { ...row, now });
  return made ?? null;
}

const anyOf = (tags: string) =>
  `EXISTS (SELECT 1 FROM jsonb_array_elements_text(${tags}) t (tag) WHERE jsonb_exists(p.tags, t.tag))`;

const matching = `(:name::text IS NULL OR p.name = :name::text)
  AND (:domain_id::text IS NULL OR p.domain_id = :domain_id::text)
  AND (:parent_id::text IS NULL OR coalesce(p.parent_id, p.domain_id) = :parent_id::text)
  AND (:enabled::boolean IS NULL OR p.enabled = :enabled::boolean)
  AND (:tags::jsonb IS NULL OR p.tags @> :tags::jsonb)
  AND (:tags_any::jsonb IS NULL OR ${anyOf(':tags_any::jsonb')})
  AND (:not_tags::jsonb IS NULL OR NOT p.tags @> :not_tags::jsonb)
  AND (:not_tags_any::jsonb IS NULL OR NOT ${anyOf(':not_tags_any::jsonb')})` as const;

export function listProjects(database: Database, filters: ProjectFilters): Promise<ProjectRow[]> {
  const select = `SELECT ${projectColumns} FROM projects p WHERE ${matching}`;
  return readAll(database, 'identity.projects.list', select, { ...filters });
}

/** The domains, as the projects that they act as: they are in no domain and have no parent. */
export function listActingProjects(database: Database, filters: ProjectFilters): Promise<ProjectRow[]> {
  const select = `SELECT ${projectColumns} FROM (
    SELECT d.id, NULL::text AS domain_id, NULL::text AS parent_id, d.name, d.description, d.enabled, d.tags, d.options,
      d.extra FROM domains d
  ) p WHERE ${matching}`;
  return readAll(database, 'identity.projects.acting', select, { ...filters });
}

/** The projects that a user has a role on, by itself or a group, given there or inherited. */
export function listProjectsOfUser(database: Database, userId: string, filters: ProjectFilters): Promise<ProjectRow[]> {
  const select = `WITH RECURSIVE held AS (SELECT * FROM user_roles r WHERE r.user_id = :user_id::text),
below (id) AS (
  SELECT c.id FROM held h JOIN projects c ON c.parent_id = h.project_id WHERE h.inherited
  UNION
  SELECT c.id FROM below b JOIN projects c ON c.parent_id = b.id
)
SELECT ${projectColumns} FROM projects p WHERE ${matching}
  AND (p.id IN (SELECT h.project_id FROM held h WHERE NOT h.inherited UNION SELECT b.id FROM below b)
    OR p.domain_id IN (SELECT h.domain_id FROM held h WHERE h.inherited))` as const;
  return readAll(database, 'identity.projects.of_user', select, { ...filters, user_id: userId });
}

const show = statement(
  'identity.projects.show',
  `SELECT ${projectColumns} FROM projects p WHERE p.id = :id::text
UNION ALL
SELECT ${actingColumns} FROM domains d WHERE d.id = :id::text`,
);

/** A project, or a domain as the project that it acts as. */
export async function showProject(database: Database, id: string): Promise<ProjectRow | null> {
  const [row] = await show.all<ProjectRow>(database, { id });
  return row ?? null;
}

const update = statement(
  'identity.projects.update',
  [
    fragment(
      'changed',
      `UPDATE projects p SET
    name = coalesce(:patch::jsonb ->> 'name', p.name),
    description = coalesce(:patch::jsonb ->> 'description', p.description),
    enabled = coalesce((:patch::jsonb ->> 'enabled')::boolean, p.enabled),
    tags = coalesce(:patch::jsonb -> 'tags', p.tags),
    ${merged('p', 'options')},
    ${merged('p', 'extra')}
  WHERE p.id = :id::text AND ${isMutable('p')} RETURNING ${projectColumns}`,
    ),
    revoking("SELECT 'project:' || c.id FROM changed c WHERE NOT c.enabled"),
  ],
  `SELECT p.* FROM projects f LEFT JOIN changed p ON true WHERE f.id = :id::text`,
);

/** Changes a project. One that is disabled by it takes the tokens scoped to it with it. */
export async function updateProject(
  database: Database,
  id: string,
  patch: object,
  isTakingOff: boolean,
  revoked: Revoking,
) {
  const parameters = { id, patch: JSON.stringify(patch), takes_off: isTakingOff, ...revoked.parameters };
  const [row] = await update.all<Guarded<ProjectRow>>(database, parameters);
  return resultOf<ProjectRow>(row);
}

const remove = statement(
  'identity.projects.delete',
  [
    fragment('gone', `DELETE FROM projects p WHERE p.id = :id::text AND ${isMutable('p')} RETURNING p.id`),
    revoking("SELECT 'project:' || g.id FROM gone g"),
  ],
  `SELECT g.id FROM projects f LEFT JOIN gone g ON true WHERE f.id = :id::text`,
);

/** Deletes a project with its grants and credentials. What it owns elsewhere stays. */
export async function deleteProject(database: Database, id: string, revoked: Revoking) {
  const rows = await remove.all<Guarded<{ readonly id: string }>>(database, {
    id,
    takes_off: false,
    ...revoked.parameters,
  });
  return resultOf<{ readonly id: string }>(rows[0]);
}
