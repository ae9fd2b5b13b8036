import { type Database, type Parameters, sql } from '../../../infra/database/port.ts';
import type { RoleRow } from '../../../schema/identity.ts';
import { readAll } from '../listing.ts';
import { type Revoking, revoking } from '../revoking.ts';

export const roleColumns = 'r.id, r.name, r.description, r.immutable';

const insert = sql(
  'identity.roles.insert',
  `INSERT INTO roles AS r (id, name, description, created_at)
VALUES (:id::text, :name::text, :description::text, :now::timestamptz) RETURNING ${roleColumns}`,
);

export async function insertRole(database: Database, row: Omit<RoleRow, 'immutable'>, now: string): Promise<void> {
  await database.all(insert, { ...row, now });
}

export function listRoles(database: Database, filters: Parameters): Promise<RoleRow[]> {
  const where = ':name::text IS NULL OR lower(r.name) = lower(:name::text)';
  return readAll(database, 'identity.roles.list', `SELECT ${roleColumns} FROM roles r WHERE ${where}`, filters);
}

const show = sql('identity.roles.show', `SELECT ${roleColumns} FROM roles r WHERE r.id = :id::text`);

export async function showRole(database: Database, id: string): Promise<RoleRow | null> {
  const [row] = await database.all<RoleRow>(show, { id });
  return row ?? null;
}

/** What became of a role; `immutable`: the policy rules name it, and it stays. */
export type RoleOutcome = 'absent' | 'immutable' | 'done';

const outcomeOf = (row: { immutable: boolean } | undefined): RoleOutcome => {
  if (row === undefined) return 'absent';
  return row.immutable ? 'immutable' : 'done';
};

const update = sql(
  'identity.roles.update',
  `WITH changed AS (
  UPDATE roles r SET
    name = coalesce(:patch::jsonb ->> 'name', r.name),
    description = coalesce(:patch::jsonb ->> 'description', r.description)
  WHERE r.id = :id::text AND NOT r.immutable RETURNING r.id
),
${revoking("SELECT 'role:' || c.id FROM changed c")}
SELECT r.immutable FROM roles r WHERE r.id = :id::text`,
);

/** Changes a role. Tokens name their roles, so those that hold it end. */
export async function updateRole(
  database: Database,
  id: string,
  patch: object,
  revoked: Revoking,
): Promise<RoleOutcome> {
  const parameters = { id, patch: JSON.stringify(patch), ...revoked.parameters };
  const [row] = await database.all<{ immutable: boolean }>(update, parameters);
  return outcomeOf(row);
}

const remove = sql(
  'identity.roles.delete',
  `WITH gone AS (DELETE FROM roles r WHERE r.id = :id::text AND NOT r.immutable RETURNING r.id),
${revoking("SELECT 'role:' || g.id FROM gone g")}
SELECT r.immutable FROM roles r WHERE r.id = :id::text`,
);

/** Deletes a role with its grants; tokens that hold it end. */
export async function deleteRole(database: Database, id: string, revoked: Revoking): Promise<RoleOutcome> {
  const [row] = await database.all<{ immutable: boolean }>(remove, { id, ...revoked.parameters });
  return outcomeOf(row);
}

export interface InferenceRow {
  readonly id: string;
  readonly prior_id: string;
  readonly prior_name: string;
  readonly implied_id: string;
  readonly implied_name: string;
}

/** Which role implies which, directly. */
export function listInferences(database: Database, priorId: string | null): Promise<InferenceRow[]> {
  const select = `SELECT p.id || ':' || i.id AS id, p.id AS prior_id, p.name AS prior_name,
    i.id AS implied_id, i.name AS implied_name
  FROM role_implications x JOIN roles p ON p.id = x.prior_role_id JOIN roles i ON i.id = x.implied_role_id
  WHERE :prior_id::text IS NULL OR p.id = :prior_id::text`;
  return readAll(database, 'identity.roles.inferences', select, { prior_id: priorId });
}
