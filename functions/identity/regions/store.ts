import type { Database, Parameters } from '../../../infra/database/port.ts';
import type { RegionRow } from '../../../schema/identity.ts';
import { statement } from '../../../schema/statement.ts';
import { readAll } from '../listing.ts';

const columns = 'r.id, r.parent_region_id, r.description';

/** Whether the parent is none, the region of the settings (which has no row), or there. */
const parentIsThere = (parent: string) =>
  `(${parent} IS NULL OR ${parent} = :own_region::text
    OR EXISTS (SELECT 1 FROM catalog_regions p WHERE p.id = ${parent}))` as const;

const insert = statement(
  'identity.regions.insert',
  `INSERT INTO catalog_regions AS r (id, parent_region_id, description, created_at)
SELECT :id::text, :parent_region_id::text, :description::text, :now::timestamptz
WHERE ${parentIsThere(':parent_region_id::text')}
RETURNING ${columns}`,
);

/** Adds a region; null when its parent does not exist. */
export async function insertRegion(database: Database, row: RegionRow, ownRegion: string, now: string) {
  const [made] = await insert.all<RegionRow>(database, { ...row, own_region: ownRegion, now });
  return made ?? null;
}

export function listRegions(database: Database, filters: Parameters): Promise<RegionRow[]> {
  const where = '(:parent_region_id::text IS NULL OR r.parent_region_id = :parent_region_id::text)';
  const select = `SELECT ${columns} FROM catalog_regions r WHERE ${where}`;
  return readAll(database, 'identity.regions.list', select, filters);
}

const show = statement('identity.regions.show', `SELECT ${columns} FROM catalog_regions r WHERE r.id = :id::text`);

export async function showRegion(database: Database, id: string): Promise<RegionRow | null> {
  const [row] = await show.all<RegionRow>(database, { id });
  return row ?? null;
}

/** A region and all below it. */
const below = `below (id) AS (
  SELECT r.id FROM catalog_regions r WHERE r.id = :id::text
  UNION
  SELECT r.id FROM catalog_regions r JOIN below b ON b.id = r.parent_region_id
)`;

const asked = `(:patch::jsonb ->> 'parent_region_id')`;
const update = statement(
  'identity.regions.update',
  `WITH RECURSIVE ${below},
found AS (
  SELECT ${parentIsThere(asked)} AS has_parent, ${asked} IN (SELECT b.id FROM below b) IS TRUE AS is_circle
  FROM catalog_regions r WHERE r.id = :id::text
),
changed AS (
  UPDATE catalog_regions r SET
    description = coalesce(:patch::jsonb ->> 'description', r.description),
    parent_region_id = CASE WHEN jsonb_exists(:patch::jsonb, 'parent_region_id') THEN ${asked}
      ELSE r.parent_region_id END
  FROM found f WHERE r.id = :id::text AND f.has_parent AND NOT f.is_circle RETURNING ${columns}
)
SELECT f.has_parent, f.is_circle, r.* FROM found f LEFT JOIN changed r ON true`,
);

/** Changes a region; null when there is none. Its columns are good only when the parent is there and not below it. */
export async function updateRegion(database: Database, id: string, patch: object, ownRegion: string) {
  type Row = RegionRow & { readonly has_parent: boolean; readonly is_circle: boolean };
  const [row] = await update.all<Row>(database, { id, patch: JSON.stringify(patch), own_region: ownRegion });
  return row ?? null;
}

const remove = statement(
  'identity.regions.delete',
  `WITH RECURSIVE ${below},
found AS (
  SELECT EXISTS (SELECT 1 FROM catalog_endpoints e WHERE e.region_id IN (SELECT b.id FROM below b)) AS is_used
  FROM catalog_regions r WHERE r.id = :id::text
),
gone AS (
  DELETE FROM catalog_regions r USING found f WHERE r.id IN (SELECT b.id FROM below b) AND NOT f.is_used
)
SELECT f.is_used FROM found f`,
);

/** Deletes a region and those below it, unless an endpoint is in one of them. Says what was found. */
export async function deleteRegion(database: Database, id: string): Promise<'absent' | 'used' | 'gone'> {
  const [row] = await remove.all<{ is_used: boolean }>(database, { id });
  if (row === undefined) return 'absent';
  return row.is_used ? 'used' : 'gone';
}
