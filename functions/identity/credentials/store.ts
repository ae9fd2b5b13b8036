import { type Database, sql } from '../../../infra/database/port.ts';
import type { UserCredentialRow } from '../../../schema/identity.ts';
import { readAll } from '../listing.ts';

const columns = 'c.id, c.user_id, c.project_id, c.type, c.blob';

/** What one user may have. */
export const mostCredentials = 100;
/** A sealed blob may have 22 KB: so many fit into one result. */
const rowsAtOnce = 40;

const insert = sql(
  'identity.credentials.insert',
  `INSERT INTO user_credentials AS c (id, user_id, project_id, type, blob, created_at)
SELECT :id::text, :user_id::text, :project_id::text, :type::text, :blob::text, :now::timestamptz
WHERE (SELECT count(*) FROM user_credentials o WHERE o.user_id = :user_id::text) < ${mostCredentials}
RETURNING c.id::text AS id`,
);

/** Adds a credential whose blob is sealed; false when its user has as many as may be. */
export async function insertUserCredential(database: Database, row: UserCredentialRow, now: string): Promise<boolean> {
  const rows = await database.all(insert, { ...row, now });
  return rows.length > 0;
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
    AND (:owner::text IS NULL OR c.user_id = :owner::text)`;
  return readAll(database, 'identity.credentials.list', select, { ...filters }, rowsAtOnce);
}

const isInReach = '(:owner::text IS NULL OR c.user_id = :owner::text)';

const show = sql(
  'identity.credentials.show',
  `SELECT ${columns} FROM user_credentials c WHERE c.id = :id::text AND ${isInReach}`,
);

/** A credential; null when there is none, or none of that owner. */
export async function showUserCredential(database: Database, id: string, owner: string | null) {
  const [row] = await database.all<UserCredentialRow>(show, { id, owner });
  return row ?? null;
}

const update = sql(
  'identity.credentials.update',
  `UPDATE user_credentials c SET user_id = :user_id::text, project_id = :project_id::text, type = :type::text,
  blob = :blob::text
WHERE c.id = :id::text AND c.blob = :old_blob::text RETURNING c.id::text AS id`,
);

/** Replaces what a credential is, if it is still what it was; false when it has changed or gone meanwhile. */
export async function updateUserCredential(
  database: Database,
  row: UserCredentialRow,
  oldBlob: string,
): Promise<boolean> {
  const rows = await database.all(update, { ...row, old_blob: oldBlob });
  return rows.length > 0;
}

const remove = sql(
  'identity.credentials.delete',
  `DELETE FROM user_credentials c WHERE c.id = :id::text AND ${isInReach} RETURNING c.id::text AS id`,
);

/** Deletes a credential, of that owner where one is given; false when there is none. */
export async function deleteUserCredential(database: Database, id: string, owner: string | null): Promise<boolean> {
  const rows = await database.all(remove, { id, owner });
  return rows.length > 0;
}
