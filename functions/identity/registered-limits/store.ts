import type { Database } from '../../../infra/database/port.ts';
import type { RegisteredLimitRow } from '../../../schema/identity.ts';
import { statement } from '../../../schema/statement.ts';
import { readAll } from '../listing.ts';
import type { LimitFilters } from './filters.ts';

const columns = `l.id, l.service_id, l.region_id, l.resource_name, l.default_limit::integer AS default_limit,
  l.description`;

/** What the catalog has without a row: the services that are built in (a JSON array of ids), and one region. */
export interface BuiltIn {
  readonly own_services: string;
  readonly own_region: string;
}

/** Whether a limit is of a service and a region that there are. */
const isPlaced = (limit: string) =>
  `(${limit}.service_id IN (SELECT jsonb_array_elements_text(:own_services::jsonb))
    OR EXISTS (SELECT 1 FROM catalog_services s WHERE s.id = ${limit}.service_id))
  AND (${limit}.region_id IS NULL OR ${limit}.region_id = :own_region::text
    OR EXISTS (SELECT 1 FROM catalog_regions r WHERE r.id = ${limit}.region_id))` as const;

const insert = statement(
  'identity.registered_limits.insert',
  `WITH asked AS (
  SELECT place, e ->> 'id' AS id, e ->> 'service_id' AS service_id, e ->> 'region_id' AS region_id,
    e ->> 'resource_name' AS resource_name, (e ->> 'default_limit')::integer AS default_limit,
    e ->> 'description' AS description
  FROM jsonb_array_elements(:limits::jsonb) WITH ORDINALITY AS given (e, place)
),
added AS (
  INSERT INTO registered_limits
    (id, service_id, region_id, resource_name, default_limit, description, created_at)
  SELECT a.id, a.service_id, a.region_id, a.resource_name, a.default_limit, a.description, :now::timestamptz
  FROM asked a WHERE NOT EXISTS (SELECT 1 FROM asked x WHERE NOT (${isPlaced('x')}))
  -- Always in one order: two lists that name the same limits never wait for each other in a circle.
  ORDER BY a.service_id, a.region_id, a.resource_name
  RETURNING *
)
SELECT ${columns} FROM added l JOIN asked a ON a.id = l.id ORDER BY a.place`,
);

/**
 * Adds all of them, and gives them back in their order; none, and an empty list, when one is of a service or a region
 * that is not there.
 */
export const insertRegisteredLimits = (
  database: Database,
  rows: readonly RegisteredLimitRow[],
  own: BuiltIn,
  now: string,
) => insert.all<RegisteredLimitRow>(database, { limits: JSON.stringify(rows), ...own, now });

/** Whether a registered limit is one that the filters ask for. */
export const isOfFilters = (limit: string) =>
  `(:service_id::text IS NULL OR ${limit}.service_id = :service_id::text)
    AND (:region_id::text IS NULL OR ${limit}.region_id = :region_id::text)
    AND (:resource_name::text IS NULL OR ${limit}.resource_name = :resource_name::text)` as const;

export function listRegisteredLimits(database: Database, filters: LimitFilters): Promise<RegisteredLimitRow[]> {
  const select = `SELECT ${columns} FROM registered_limits l WHERE ${isOfFilters('l')}`;
  return readAll(database, 'identity.registered_limits.list', select, { ...filters });
}

const show = statement(
  'identity.registered_limits.show',
  `SELECT ${columns} FROM registered_limits l WHERE l.id = :id::text`,
);

export async function showRegisteredLimit(database: Database, id: string): Promise<RegisteredLimitRow | null> {
  const [row] = await show.all<RegisteredLimitRow>(database, { id });
  return row ?? null;
}

const update = statement(
  'identity.registered_limits.update',
  `WITH found AS (
  SELECT l.id, EXISTS (SELECT 1 FROM project_limits p WHERE p.registered_limit_id = l.id) AS is_used
  FROM registered_limits l WHERE l.id = :id::text
),
asked AS (
  SELECT l.id, coalesce(:patch::jsonb ->> 'service_id', l.service_id) AS service_id,
    CASE WHEN jsonb_exists(:patch::jsonb, 'region_id') THEN :patch::jsonb ->> 'region_id' ELSE l.region_id END AS region_id,
    coalesce(:patch::jsonb ->> 'resource_name', l.resource_name) AS resource_name
  FROM registered_limits l WHERE l.id = :id::text
),
changed AS (
  UPDATE registered_limits l SET service_id = a.service_id, region_id = a.region_id, resource_name = a.resource_name,
    default_limit = coalesce((:patch::jsonb ->> 'default_limit')::integer, l.default_limit),
    description = CASE WHEN jsonb_exists(:patch::jsonb, 'description') THEN :patch::jsonb ->> 'description'
      ELSE l.description END
  FROM asked a, found f
  WHERE l.id = a.id AND ${isPlaced('a')} AND (NOT f.is_used
    OR (l.service_id, l.resource_name) = (a.service_id, a.resource_name)
      AND l.region_id IS NOT DISTINCT FROM a.region_id)
  RETURNING ${columns}
)
SELECT f.is_used, l.* FROM found f LEFT JOIN changed l ON true`,
);

/**
 * Changes one. `used`: limits of projects follow it, and what it is for stays. `misplaced`: no such service or
 * region.
 */
export async function updateRegisteredLimit(database: Database, id: string, patch: object, own: BuiltIn) {
  type Row = { readonly is_used: boolean } & (RegisteredLimitRow | { readonly id: null });
  const [row] = await update.all<Row>(database, { id, patch: JSON.stringify(patch), ...own });
  if (row === undefined) return 'absent';
  if (row.id === null) return row.is_used ? 'used' : 'misplaced';
  return row;
}

const remove = statement(
  'identity.registered_limits.delete',
  `WITH gone AS (
  DELETE FROM registered_limits l WHERE l.id = :id::text
    AND NOT EXISTS (SELECT 1 FROM project_limits p WHERE p.registered_limit_id = l.id) RETURNING l.id
)
SELECT g.id IS NOT NULL AS is_gone FROM registered_limits l LEFT JOIN gone g ON true WHERE l.id = :id::text`,
);

/** Deletes one, unless a limit of a project follows it. */
export async function deleteRegisteredLimit(database: Database, id: string): Promise<'absent' | 'used' | 'gone'> {
  const [row] = await remove.all<{ is_gone: boolean }>(database, { id });
  if (row === undefined) return 'absent';
  return row.is_gone ? 'gone' : 'used';
}
