import type { Database } from '../../../infra/database/port.ts';
import type { UserCredentialRow } from '../../../schema/identity.ts';
import { type CheckedStatement, fragment, type Given, statement } from '../../../schema/statement.ts';
import { readAll } from '../listing.ts';

const columns = 'c.id, c.user_id, c.project_id, c.type, c.blob';

/** What one user may have. */
export const mostCredentials = 100;
/** A sealed blob may have 22 KB: this many fit into one result. */
const rowsAtOnce = 40;

/**
 * What stands in the way of a credential as it would be. Its user needs a role on its project, unless an admin makes
 * it.
 */
const facts = fragment(
  'facts',
  `SELECT :project_id::text IS NULL OR EXISTS (SELECT 1 FROM projects p WHERE p.id = :project_id::text) AS has_project,
    :is_any_project::boolean OR :project_id::text IS NULL OR EXISTS (
      SELECT 1 FROM roles_on_project(:project_id::text) r WHERE r.user_id = :user_id::text) AS has_role`,
);

export interface Written {
  readonly has_project: boolean;
  readonly has_role: boolean;
  /** Whether it was written. If not, and the two above hold, there are too many, or it has changed or gone. */
  readonly is_written: boolean;
}

const written = (from: string) =>
  `SELECT f.has_project, f.has_role, EXISTS (SELECT 1 FROM ${from}) AS is_written FROM facts f` as const;

async function write<P>(database: Database, statement: CheckedStatement<P>, ...parameters: Given<P>) {
  const [row] = await statement.all<Written>(database, ...parameters);
  if (row === undefined) throw new Error(`${statement.name}: no row`);
  return row;
}

const insert = statement(
  'identity.credentials.insert',
  [
    facts,
    fragment(
      'added',
      `INSERT INTO user_credentials AS c (id, user_id, project_id, type, blob, created_at)
  SELECT :id::text, :user_id::text, :project_id::text, :type::text, :blob::text, :now::timestamptz
  FROM facts f WHERE f.has_project AND f.has_role
    AND (SELECT count(*) FROM user_credentials o WHERE o.user_id = :user_id::text) < ${mostCredentials}
  RETURNING c.id`,
    ),
  ],
  written('added'),
);

/** Adds a credential whose blob is sealed, if its user has fewer than may be. */
export function insertUserCredential(database: Database, row: UserCredentialRow, isAnyProject: boolean, now: string) {
  return write(database, insert, { ...row, is_any_project: isAnyProject, now });
}

export interface UserCredentialFilters {
  readonly user_id: string | null;
  readonly type: string | null;
  /** Only this user's; null: everybody's. */
  readonly owner: string | null;
}

export function listUserCredentials(database: Database, filters: UserCredentialFilters): Promise<UserCredentialRow[]> {
  const select = `SELECT ${columns} FROM user_credentials c
  WHERE (:user_id::text IS NULL OR c.user_id = :user_id::text) AND (:type::text IS NULL OR c.type = :type::text)
    AND (:owner::text IS NULL OR c.user_id = :owner::text)` as const;
  return readAll(database, 'identity.credentials.list', select, { ...filters }, rowsAtOnce);
}

const isInReach = '(:owner::text IS NULL OR c.user_id = :owner::text)';

const show = statement(
  'identity.credentials.show',
  `SELECT ${columns} FROM user_credentials c WHERE c.id = :id::text AND ${isInReach}`,
);

/** A credential; null when there is none, or none of that owner. */
export async function showUserCredential(database: Database, id: string, owner: string | null) {
  const [row] = await show.all<UserCredentialRow>(database, { id, owner });
  return row ?? null;
}

const update = statement(
  'identity.credentials.update',
  [
    facts,
    fragment(
      'changed',
      `UPDATE user_credentials c SET user_id = :user_id::text, project_id = :project_id::text, type = :type::text,
    blob = :blob::text
  FROM facts f WHERE c.id = :id::text AND c.blob = :old_blob::text AND f.has_project AND f.has_role RETURNING c.id`,
    ),
  ],
  written('changed'),
);

/** Replaces what a credential is, if it is still what it was. */
export function updateUserCredential(
  database: Database,
  row: UserCredentialRow,
  isAnyProject: boolean,
  oldBlob: string,
) {
  return write(database, update, { ...row, is_any_project: isAnyProject, old_blob: oldBlob });
}

const remove = statement(
  'identity.credentials.delete',
  `DELETE FROM user_credentials c WHERE c.id = :id::text AND ${isInReach} RETURNING c.id::text AS id`,
);

/** Deletes a credential, of that owner where one is given; false when there is none. */
export async function deleteUserCredential(database: Database, id: string, owner: string | null): Promise<boolean> {
  const rows = await remove.all(database, { id, owner });
  return rows.length > 0;
}
