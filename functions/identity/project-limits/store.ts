import type { Database } from '../../../infra/database/port.ts';
import type { ProjectLimitRow } from '../../../schema/identity.ts';
import { statement } from '../../../schema/statement.ts';
import { readAll } from '../listing.ts';
import type { LimitFilters } from '../registered-limits/filters.ts';
import { isOfFilters } from '../registered-limits/store.ts';

const columns = `l.id, l.project_id, l.domain_id, r.service_id, r.region_id, r.resource_name,
  l.resource_limit::integer AS resource_limit, l.description`;

const insert = statement(
  'identity.limits.insert',
  `WITH asked AS (
  SELECT place, e ->> 'id' AS id, e ->> 'project_id' AS project_id, e ->> 'domain_id' AS domain_id,
    (e ->> 'resource_limit')::integer AS resource_limit, e ->> 'description' AS description,
    r.id AS registered_limit_id, r.service_id, r.region_id, r.resource_name
  FROM jsonb_array_elements(:limits::jsonb) WITH ORDINALITY AS given (e, place) LEFT JOIN registered_limits r
    ON r.service_id = e ->> 'service_id' AND r.resource_name = e ->> 'resource_name'
    AND r.region_id IS NOT DISTINCT FROM e ->> 'region_id'
),
added AS (
  INSERT INTO project_limits
    (id, registered_limit_id, project_id, domain_id, resource_limit, description, created_at)
  SELECT a.id, a.registered_limit_id, a.project_id, a.domain_id, a.resource_limit, a.description, :now::timestamptz
  FROM asked a WHERE NOT EXISTS (SELECT 1 FROM asked x WHERE x.registered_limit_id IS NULL)
  -- Always in one order: two lists that name the same limits never wait for each other in a circle.
  ORDER BY a.registered_limit_id, a.project_id, a.domain_id
  RETURNING id
)
SELECT a.id, a.project_id, a.domain_id, a.service_id, a.region_id, a.resource_name, a.resource_limit, a.description
FROM asked a JOIN added d ON d.id = a.id ORDER BY a.place`,
);

/**
 * Adds all of them, and gives them back in their order; none, and an empty list, when one has no registered limit to
 * follow.
 */
export const insertProjectLimits = (database: Database, rows: readonly ProjectLimitRow[], now: string) =>
  insert.all<ProjectLimitRow>(database, { limits: JSON.stringify(rows), now });

/** Whose limits the caller sees; null where it sees all. */
export interface Owner {
  readonly projectId: string | null;
  readonly domainId: string | null;
}

const isOwn = `(NOT :is_owner::boolean OR l.project_id = :own_project::text OR l.domain_id = :own_domain::text)`;
const ownParameters = (owner: Owner | null) => ({
  is_owner: owner !== null,
  own_project: owner?.projectId ?? null,
  own_domain: owner?.domainId ?? null,
});

const from = 'FROM project_limits l JOIN registered_limits r ON r.id = l.registered_limit_id';

export interface ProjectLimitFilters extends LimitFilters {
  readonly project_id: string | null;
  readonly domain_id: string | null;
}

export function listProjectLimits(
  database: Database,
  filters: ProjectLimitFilters,
  owner: Owner | null,
): Promise<ProjectLimitRow[]> {
  const select = `SELECT ${columns} ${from} WHERE ${isOwn}
    AND ${isOfFilters('r')}
    AND (:project_id::text IS NULL OR l.project_id = :project_id::text)
    AND (:domain_id::text IS NULL OR l.domain_id = :domain_id::text)` as const;
  return readAll(database, 'identity.limits.list', select, { ...filters, ...ownParameters(owner) });
}

const show = statement('identity.limits.show', `SELECT ${columns} ${from} WHERE l.id = :id::text AND ${isOwn}`);

/** A limit; null when there is none, or none of that owner. */
export async function showProjectLimit(database: Database, id: string, owner: Owner | null) {
  const [row] = await show.all<ProjectLimitRow>(database, { id, ...ownParameters(owner) });
  return row ?? null;
}

const update = statement(
  'identity.limits.update',
  `UPDATE project_limits l SET
  resource_limit = coalesce((:patch::jsonb ->> 'resource_limit')::integer, l.resource_limit),
  description = CASE WHEN jsonb_exists(:patch::jsonb, 'description') THEN :patch::jsonb ->> 'description'
    ELSE l.description END
FROM registered_limits r WHERE l.id = :id::text AND r.id = l.registered_limit_id RETURNING ${columns}`,
);

/** Changes a limit; null when there is none. */
export async function updateProjectLimit(database: Database, id: string, patch: object) {
  const [row] = await update.all<ProjectLimitRow>(database, { id, patch: JSON.stringify(patch) });
  return row ?? null;
}

const remove = statement(
  'identity.limits.delete',
  'DELETE FROM project_limits l WHERE l.id = :id::text RETURNING l.id',
);

export async function deleteProjectLimit(database: Database, id: string): Promise<boolean> {
  const rows = await remove.all(database, { id });
  return rows.length > 0;
}
