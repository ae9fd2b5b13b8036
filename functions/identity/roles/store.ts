import type { Database, Parameters } from '../../../infra/database/port.ts';
import type { RoleRow } from '../../../schema/identity.ts';
import { fragment, statement } from '../../../schema/statement.ts';
import { merged } from '../extra.ts';
import { type Guarded, resultOf } from '../immutable.ts';
import { readAll } from '../listing.ts';
import { type Revoking, revoking } from '../revoking.ts';

export const roleColumns = 'r.id, r.name, r.domain_id, r.description, r.immutable, r.extra::text AS extra';

const insert = statement(
  'identity.roles.insert',
  `INSERT INTO roles (id, name, domain_id, description, immutable, extra, created_at)
VALUES (:id::text, :name::text, :domain_id::text, :description::text, :immutable::boolean, :extra::jsonb, :now::timestamptz)`,
);

export async function insertRole(database: Database, row: RoleRow, now: string): Promise<void> {
  await insert.all(database, { ...row, now });
}

/** Those of a domain, or (null) those for all domains. */
export function listRoles(database: Database, filters: Parameters): Promise<RoleRow[]> {
  const where = `(:name::text IS NULL OR lower(r.name) = lower(:name::text))
    AND r.domain_id IS NOT DISTINCT FROM :domain_id::text`;
  return readAll(database, 'identity.roles.list', `SELECT ${roleColumns} FROM roles r WHERE ${where}`, filters);
}

const show = statement('identity.roles.show', `SELECT ${roleColumns} FROM roles r WHERE r.id = :id::text`);

export async function showRole(database: Database, id: string): Promise<RoleRow | null> {
  const [row] = await show.all<RoleRow>(database, { id });
  return row ?? null;
}

const update = statement(
  'identity.roles.update',
  [
    fragment(
      'changed',
      `UPDATE roles r SET
    name = coalesce(:patch::jsonb ->> 'name', r.name),
    description = coalesce(:patch::jsonb ->> 'description', r.description),
    immutable = CASE WHEN :patch::jsonb #> '{options,immutable}' IS NULL THEN r.immutable
      ELSE coalesce((:patch::jsonb #>> '{options,immutable}')::boolean, false) END,
    ${merged('r', 'extra')}
  WHERE r.id = :id::text AND (NOT r.immutable OR (:takes_off::boolean AND NOT r.built_in)) RETURNING ${roleColumns}`,
    ),
    revoking("SELECT 'role:' || c.id FROM changed c WHERE :is_renamed::boolean"),
  ],
  `SELECT r.* FROM roles f LEFT JOIN changed r ON true WHERE f.id = :id::text`,
);

export interface RoleChange {
  readonly patch: object;
  readonly isTakingOff: boolean;
  /** Tokens name their roles, so those that hold it end. */
  readonly isRenamed: boolean;
}

export async function updateRole(database: Database, id: string, change: RoleChange, revoked: Revoking) {
  const { patch, isTakingOff, isRenamed } = change;
  const [row] = await update.all<Guarded<RoleRow>>(database, {
    id,
    patch: JSON.stringify(patch),
    takes_off: isTakingOff,
    is_renamed: isRenamed,
    ...revoked.parameters,
  });
  return resultOf<RoleRow>(row);
}

const remove = statement(
  'identity.roles.delete',
  [
    fragment('gone', `DELETE FROM roles r WHERE r.id = :id::text AND NOT r.immutable RETURNING r.id`),
    revoking("SELECT 'role:' || g.id FROM gone g"),
  ],
  `SELECT g.id FROM roles f LEFT JOIN gone g ON true WHERE f.id = :id::text`,
);

/** Deletes a role with its grants; tokens that hold it end. */
export async function deleteRole(database: Database, id: string, revoked: Revoking) {
  const [row] = await remove.all<Guarded<{ readonly id: string }>>(database, { id, ...revoked.parameters });
  return resultOf<{ readonly id: string }>(row);
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
