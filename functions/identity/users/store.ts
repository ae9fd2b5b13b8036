import type { Database, Parameters } from '../../../infra/database/port.ts';
import type { UserRow } from '../../../schema/identity.ts';
import { fragment, statement } from '../../../schema/statement.ts';
import { merged } from '../extra.ts';
import { readAll } from '../listing.ts';
import { type Revoking, revoking } from '../revoking.ts';

export const userColumns = `u.id, u.domain_id, u.name, u.email, u.description, u.default_project_id, u.enabled,
  u.options::text AS options, u.extra::text AS extra`;

const insert = statement(
  'identity.users.insert',
  `INSERT INTO users AS u (id, domain_id, name, password, email, description, default_project_id, enabled, options, extra,
  created_at)
SELECT :id::text, d.id, :name::text, :password::text, :email::text, :description::text, :default_project_id::text,
  :enabled::boolean, :options::jsonb, :extra::jsonb, :now::timestamptz
FROM domains d WHERE d.id = :domain_id::text
RETURNING ${userColumns}`,
);

/** Adds a user with a hashed password, or none; null when the domain does not exist. */
export async function insertUser(
  database: Database,
  row: UserRow,
  password: string | null,
  now: string,
): Promise<UserRow | null> {
  const [made] = await insert.all<UserRow>(database, { ...row, password, now });
  return made ?? null;
}

export function listUsers(database: Database, filters: Parameters): Promise<UserRow[]> {
  const select = `SELECT ${userColumns} FROM users u
  WHERE (:name::text IS NULL OR u.name = :name::text)
    AND (:domain_id::text IS NULL OR u.domain_id = :domain_id::text)
    AND (:enabled::boolean IS NULL OR u.enabled = :enabled::boolean)` as const;
  return readAll(database, 'identity.users.list', select, filters);
}

const show = statement('identity.users.show', `SELECT ${userColumns} FROM users u WHERE u.id = :id::text`);

export async function showUser(database: Database, id: string): Promise<UserRow | null> {
  const [row] = await show.all<UserRow>(database, { id });
  return row ?? null;
}

const readPassword = statement(
  'identity.users.password',
  'SELECT u.password, u.options::text AS options FROM users u WHERE u.id = :id::text AND u.enabled',
);

/** How an enabled user signs in: the hashed password, or null when there is none, and the options. */
export async function signInOf(database: Database, id: string) {
  const [row] = await readPassword.all<{ password: string | null; options: string }>(database, { id });
  return row ?? { password: null, options: '{}' };
}

/** What a patch does to a column that may be null: null empties it, absence leaves it. */
const nullable = (column: string) =>
  `${column} = CASE WHEN :patch::jsonb -> '${column}' IS NULL THEN u.${column} ELSE :patch::jsonb ->> '${column}' END` as const;

const update = statement(
  'identity.users.update',
  [
    fragment(
      'changed',
      `UPDATE users u SET
    name = coalesce(:patch::jsonb ->> 'name', u.name),
    enabled = coalesce((:patch::jsonb ->> 'enabled')::boolean, u.enabled),
    password = coalesce(:password::text, u.password),
    ${nullable('email')},
    ${nullable('description')},
    ${nullable('default_project_id')},
    ${merged('u', 'options')},
    ${merged('u', 'extra')}
  WHERE u.id = :id::text AND (:old_password::text IS NULL OR u.password = :old_password::text)
  RETURNING ${userColumns}`,
    ),
    revoking("SELECT 'user:' || c.id FROM changed c WHERE NOT c.enabled OR :password::text IS NOT NULL"),
  ],
  `SELECT ${userColumns} FROM changed u`,
);

export interface UserChange {
  readonly patch: object;
  /** The new password, hashed. */
  readonly password: string | null;
  /** Only if this is still the present one, hashed. */
  readonly oldPassword: string | null;
}

/**
 * Changes a user; null when there is none (or the password is not the old one). A new password, or being disabled,
 * ends all tokens of the user.
 */
export async function updateUser(database: Database, id: string, change: UserChange, revoked: Revoking) {
  const { password, oldPassword } = change;
  const patch = JSON.stringify(change.patch);
  const parameters = { id, patch, password, old_password: oldPassword, ...revoked.parameters };
  const [row] = await update.all<UserRow>(database, parameters);
  return row ?? null;
}

const remove = statement(
  'identity.users.delete',
  [
    fragment('gone', `DELETE FROM users u WHERE u.id = :id::text RETURNING u.id`),
    revoking("SELECT 'user:' || g.id FROM gone g"),
  ],
  `SELECT g.id FROM gone g`,
);

/** Deletes a user with its grants and credentials, and ends its tokens; false when there is none. */
export async function deleteUser(database: Database, id: string, revoked: Revoking): Promise<boolean> {
  const rows = await remove.all(database, { id, ...revoked.parameters });
  return rows.length > 0;
}
