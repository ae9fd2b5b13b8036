import type { Database, Parameters } from '../../../infra/database/port.ts';
import type { CatalogServiceRow } from '../../../schema/identity.ts';
import { statement } from '../../../schema/statement.ts';
import { readAll } from '../listing.ts';

const columns = 's.id, s.type, s.name, s.description, s.enabled';

/** Every token has them all, and signing in reads them in one row: the Data API gives 64 KB a row. */
export const mostServices = 40;

const insert = statement(
  'identity.services.insert',
  `INSERT INTO catalog_services AS s (id, type, name, description, enabled, created_at)
SELECT :id::text, :type::text, :name::text, :description::text, :enabled::boolean, :now::timestamptz
WHERE (SELECT count(*) FROM catalog_services) < ${mostServices}
RETURNING ${columns}`,
);

/** Adds a service; null when there is no room for one more. */
export async function insertService(database: Database, row: CatalogServiceRow, now: string) {
  const [made] = await insert.all<CatalogServiceRow>(database, { ...row, now });
  return made ?? null;
}

export function listServices(database: Database, filters: Parameters): Promise<CatalogServiceRow[]> {
  const where = '(:type::text IS NULL OR s.type = :type::text) AND (:name::text IS NULL OR s.name = :name::text)';
  const select = `SELECT ${columns} FROM catalog_services s WHERE ${where}`;
  return readAll(database, 'identity.services.list', select, filters);
}

const show = statement('identity.services.show', `SELECT ${columns} FROM catalog_services s WHERE s.id = :id::text`);

export async function showService(database: Database, id: string): Promise<CatalogServiceRow | null> {
  const [row] = await show.all<CatalogServiceRow>(database, { id });
  return row ?? null;
}

const update = statement(
  'identity.services.update',
  `UPDATE catalog_services s SET
  type = coalesce(:patch::jsonb ->> 'type', s.type),
  name = coalesce(:patch::jsonb ->> 'name', s.name),
  description = coalesce(:patch::jsonb ->> 'description', s.description),
  enabled = coalesce((:patch::jsonb ->> 'enabled')::boolean, s.enabled)
WHERE s.id = :id::text RETURNING ${columns}`,
);

export async function updateService(database: Database, id: string, patch: object): Promise<CatalogServiceRow | null> {
  const [row] = await update.all<CatalogServiceRow>(database, { id, patch: JSON.stringify(patch) });
  return row ?? null;
}

const remove = statement(
  'identity.services.delete',
  'DELETE FROM catalog_services s WHERE s.id = :id::text RETURNING s.id AS id',
);

/** Deletes a service with its endpoints; false when there is none. */
export async function deleteService(database: Database, id: string): Promise<boolean> {
  return (await remove.all(database, { id })).length > 0;
}
