import { type Database, type Parameters, sql } from '../../../infra/database/port.ts';
import type { DomainRow } from '../../../schema/identity.ts';
import { readAll } from '../listing.ts';
import { type Revoking, revoking } from '../revoking.ts';

const columns = 'd.id, d.name, d.description, d.enabled';

const insert = sql(
  'identity.domains.insert',
  `INSERT INTO domains AS d (id, name, description, enabled, created_at)
VALUES (:id::text, :name::text, :description::text, :enabled::boolean, :now::timestamptz) RETURNING ${columns}`,
);

export async function insertDomain(database: Database, row: DomainRow, now: string): Promise<void> {
  await database.all(insert, { ...row, now });
}

export function listDomains(database: Database, filters: Parameters): Promise<DomainRow[]> {
  const where =
    '(:name::text IS NULL OR d.name = :name::text) AND (:enabled::boolean IS NULL OR d.enabled = :enabled::boolean)';
  return readAll(database, 'identity.domains.list', `SELECT ${columns} FROM domains d WHERE ${where}`, filters);
}

const show = sql('identity.domains.show', `SELECT ${columns} FROM domains d WHERE d.id = :id::text`);

export async function showDomain(database: Database, id: string): Promise<DomainRow | null> {
  const [row] = await database.all<DomainRow>(show, { id });
  return row ?? null;
}

const update = sql(
  'identity.domains.update',
  `WITH changed AS (
  UPDATE domains d SET
    name = coalesce(:patch::jsonb ->> 'name', d.name),
    description = coalesce(:patch::jsonb ->> 'description', d.description),
    enabled = coalesce((:patch::jsonb ->> 'enabled')::boolean, d.enabled)
  WHERE d.id = :id::text RETURNING ${columns}
),
${revoking("SELECT 'domain:' || c.id FROM changed c WHERE NOT c.enabled")}
SELECT ${columns} FROM changed d`,
);

/** Changes a domain; null when there is none. One that is disabled by it takes all tokens of its users with it. */
export async function updateDomain(database: Database, id: string, patch: object, revoked: Revoking) {
  const [row] = await database.all<DomainRow>(update, { id, patch: JSON.stringify(patch), ...revoked.parameters });
  return row ?? null;
}

const remove = sql(
  'identity.domains.delete',
  `WITH gone AS (DELETE FROM domains d WHERE d.id = :id::text AND NOT d.enabled RETURNING d.id),
${revoking("SELECT 'domain:' || g.id FROM gone g")}
SELECT d.enabled AS enabled FROM domains d WHERE d.id = :id::text`,
);

/** Deletes a domain that is disabled, with its users and projects. Says what was found. */
export async function deleteDomain(
  database: Database,
  id: string,
  revoked: Revoking,
): Promise<'absent' | 'enabled' | 'gone'> {
  const [row] = await database.all<{ enabled: boolean }>(remove, { id, ...revoked.parameters });
  if (row === undefined) return 'absent';
  return row.enabled ? 'enabled' : 'gone';
}
