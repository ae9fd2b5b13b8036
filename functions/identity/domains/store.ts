import type { Database, Parameters } from '../../../infra/database/port.ts';
import type { DomainRow } from '../../../schema/identity.ts';
import { fragment, statement } from '../../../schema/statement.ts';
import { merged } from '../extra.ts';
import { type Guarded, type GuardedResult, isMutable, resultOf } from '../immutable.ts';
import { readAll } from '../listing.ts';
import { type Revoking, revoking } from '../revoking.ts';

export const domainColumns = `d.id, d.name, d.description, d.enabled, d.tags::text AS tags, d.options::text AS options,
  d.extra::text AS extra`;

const insert = statement(
  'identity.domains.insert',
  `INSERT INTO domains AS d (id, name, description, enabled, tags, options, extra, created_at)
VALUES (:id::text, :name::text, :description::text, :enabled::boolean, :tags::jsonb, :options::jsonb, :extra::jsonb,
  :now::timestamptz)`,
);

export async function insertDomain(database: Database, row: DomainRow, now: string): Promise<void> {
  await insert.all(database, { ...row, now });
}

export function listDomains(database: Database, filters: Parameters): Promise<DomainRow[]> {
  const where =
    '(:name::text IS NULL OR d.name = :name::text) AND (:enabled::boolean IS NULL OR d.enabled = :enabled::boolean)';
  return readAll(database, 'identity.domains.list', `SELECT ${domainColumns} FROM domains d WHERE ${where}`, filters);
}

const show = statement('identity.domains.show', `SELECT ${domainColumns} FROM domains d WHERE d.id = :id::text`);

export async function showDomain(database: Database, id: string): Promise<DomainRow | null> {
  const [row] = await show.all<DomainRow>(database, { id });
  return row ?? null;
}

const update = statement(
  'identity.domains.update',
  [
    fragment(
      'changed',
      `UPDATE domains d SET
    name = coalesce(:patch::jsonb ->> 'name', d.name),
    description = coalesce(:patch::jsonb ->> 'description', d.description),
    enabled = coalesce((:patch::jsonb ->> 'enabled')::boolean, d.enabled),
    tags = coalesce(:patch::jsonb -> 'tags', d.tags),
    ${merged('d', 'options')},
    ${merged('d', 'extra')}
  WHERE d.id = :id::text AND ${isMutable('d')} RETURNING ${domainColumns}`,
    ),
    revoking("SELECT 'domain:' || c.id FROM changed c WHERE NOT c.enabled"),
  ],
  `SELECT d.* FROM domains f LEFT JOIN changed d ON true WHERE f.id = :id::text`,
);

/** Changes a domain. One that is disabled by it takes all tokens of its users with it. */
export async function updateDomain(
  database: Database,
  id: string,
  patch: object,
  isTakingOff: boolean,
  revoked: Revoking,
): Promise<GuardedResult<DomainRow>> {
  const parameters = { id, patch: JSON.stringify(patch), takes_off: isTakingOff, ...revoked.parameters };
  const [row] = await update.all<Guarded<DomainRow>>(database, parameters);
  return resultOf<DomainRow>(row);
}

const remove = statement(
  'identity.domains.delete',
  [
    fragment(
      'gone',
      `DELETE FROM domains d WHERE d.id = :id::text AND NOT d.enabled AND ${isMutable('d')} RETURNING d.id`,
    ),
    fragment(
      'ended (subject)',
      `SELECT 'domain:' || g.id FROM gone g UNION SELECT 'role:' || r.id FROM gone g JOIN roles r ON r.domain_id = g.id`,
    ),
    revoking('SELECT e.subject FROM ended e'),
  ],
  `SELECT d.enabled AS enabled, g.id IS NOT NULL AS is_gone, (SELECT json_agg(e.subject)::text FROM ended e) AS ended FROM domains d LEFT JOIN gone g ON true
WHERE d.id = :id::text`,
);

/** Deletes a domain that is disabled, with its users, projects and roles: whose tokens end by it, or why it stays. */
export async function deleteDomain(
  database: Database,
  id: string,
  revoked: Revoking,
): Promise<'absent' | 'enabled' | 'immutable' | readonly string[]> {
  const parameters = { id, takes_off: false, ...revoked.parameters };
  const [row] = await remove.all<{ enabled: boolean; is_gone: boolean; ended: string | null }>(database, parameters);
  if (row === undefined) return 'absent';
  if (row.is_gone) return JSON.parse(row.ended ?? '[]') as string[]; // made by the statement above
  return row.enabled ? 'enabled' : 'immutable';
}
