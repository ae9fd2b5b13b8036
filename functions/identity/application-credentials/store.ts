import type { Database } from '../../../infra/database/port.ts';
import type { AccessRule } from '../../../infra/identity/port.ts';
import type { ApplicationCredentialRow } from '../../../schema/identity.ts';
import { fragment, statement } from '../../../schema/statement.ts';
import { readAll } from '../listing.ts';
import { type Revoking, revoking } from '../revoking.ts';

const columns = `c.id, c.user_id, c.project_id, c.name, c.description, c.unrestricted,
  c.access_rules::text AS access_rules,
  to_char(c.expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') AS expires_at,
  (SELECT coalesce(json_agg(json_build_object('id', r.id, 'name', r.name) ORDER BY r.name), '[]')::text
    FROM roles r WHERE r.id IN (SELECT jsonb_array_elements_text(c.role_ids))) AS roles`;

/** One with access rules has some 10 KB. */
const rowsAtOnce = 100;

export interface NewCredential {
  readonly id: string;
  readonly userId: string;
  readonly projectId: string;
  readonly name: string;
  readonly description: string | null;
  /** Hashed. */
  readonly secret: string;
  readonly roleIds: readonly string[];
  readonly isUnrestricted: boolean;
  readonly expiresAt: string | null;
  /** Null: it is held to none. */
  readonly accessRules: readonly (AccessRule & { readonly id: string })[] | null;
}

const insert = statement(
  'identity.application_credentials.insert',
  `WITH rules AS (
  INSERT INTO access_rules AS r (id, user_id, service, method, path, created_at)
  SELECT e ->> 'id', :user_id::text, e ->> 'service', e ->> 'method', e ->> 'path', :now::timestamptz
  FROM jsonb_array_elements(coalesce(:access_rules::jsonb, '[]')) e
  -- All in one order: else two credentials with the same new rules wait for each other.
  ORDER BY e ->> 'service', e ->> 'method', e ->> 'path'
  ON CONFLICT ON CONSTRAINT access_rules_once DO UPDATE SET path = excluded.path
  RETURNING r.id, r.service, r.method, r.path
)
INSERT INTO application_credentials AS c
  (id, user_id, project_id, name, description, secret, role_ids, unrestricted, expires_at, access_rules, created_at)
SELECT :id::text, :user_id::text, :project_id::text, :name::text, :description::text, :secret::text,
  :role_ids::jsonb, :unrestricted::boolean, :expires_at::timestamptz,
  CASE WHEN :access_rules::jsonb IS NOT NULL THEN (
    SELECT jsonb_agg(jsonb_build_object('id', r.id, 'service', r.service, 'method', r.method, 'path', r.path)
      ORDER BY r.service, r.path, r.method) FROM rules r
  ) END, :now::timestamptz
RETURNING c.access_rules::text AS access_rules`,
);

/** Adds a credential; returns its access rules, those that the user had before under the ids that they have. */
export async function insertCredential(database: Database, made: NewCredential, now: string): Promise<string | null> {
  const [row] = await insert.all<{ access_rules: string | null }>(database, {
    id: made.id,
    user_id: made.userId,
    project_id: made.projectId,
    name: made.name,
    description: made.description,
    secret: made.secret,
    role_ids: JSON.stringify(made.roleIds),
    unrestricted: made.isUnrestricted,
    expires_at: made.expiresAt,
    access_rules: made.accessRules === null ? null : JSON.stringify(made.accessRules),
    now,
  });
  return row?.access_rules ?? null;
}

export function listCredentials(
  database: Database,
  userId: string,
  name: string | null,
): Promise<ApplicationCredentialRow[]> {
  const select = `SELECT ${columns} FROM application_credentials c
  WHERE c.user_id = :user_id::text AND (:name::text IS NULL OR c.name = :name::text)` as const;
  return readAll(database, 'identity.application_credentials.list', select, { user_id: userId, name }, rowsAtOnce);
}

const show = statement(
  'identity.application_credentials.show',
  `SELECT ${columns} FROM application_credentials c WHERE c.id = :id::text AND c.user_id = :user_id::text`,
);

export async function showCredential(database: Database, userId: string, id: string) {
  const [row] = await show.all<ApplicationCredentialRow>(database, { id, user_id: userId });
  return row ?? null;
}

const remove = statement(
  'identity.application_credentials.delete',
  [
    fragment(
      'gone',
      `DELETE FROM application_credentials c WHERE c.id = :id::text AND c.user_id = :user_id::text RETURNING c.id`,
    ),
    revoking("SELECT 'credential:' || g.id FROM gone g"),
  ],
  `SELECT g.id FROM gone g`,
);

/** Deletes a credential and ends the tokens made with it; false when there is none. */
export async function deleteCredential(
  database: Database,
  userId: string,
  id: string,
  revoked: Revoking,
): Promise<boolean> {
  const rows = await remove.all(database, { id, user_id: userId, ...revoked.parameters });
  return rows.length > 0;
}
