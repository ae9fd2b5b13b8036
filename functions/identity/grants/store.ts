import { type Database, sql } from '../../../infra/database/port.ts';
import type { RoleRow } from '../../../schema/identity.ts';
import { readAll } from '../listing.ts';
import { type Revoking, revoking } from '../revoking.ts';
import { roleColumns } from '../roles/store.ts';

/** A user's roles on a project, on a domain, or (with neither) on the system. */
export interface Target {
  readonly user_id: string;
  readonly project_id: string | null;
  readonly domain_id: string | null;
}

/** The scope as the table of revocations names it. */
export function scopeOf(target: Target): string {
  if (target.project_id !== null) return `project:${target.project_id}`;
  return target.domain_id === null ? 'system' : `domain:${target.domain_id}`;
}

// The user leads the unique index; the rest is compared on the few rows that a user has.
const onTarget = `a.user_id = :user_id::text
  AND a.project_id IS NOT DISTINCT FROM :project_id::text AND a.domain_id IS NOT DISTINCT FROM :domain_id::text`;

export interface Found {
  readonly has_user: boolean;
  readonly has_role: boolean;
  readonly has_project: boolean;
  readonly has_domain: boolean;
}

const insert = sql(
  'identity.grants.insert',
  `WITH found AS (
  SELECT EXISTS (SELECT 1 FROM users u WHERE u.id = :user_id::text) AS has_user,
    EXISTS (SELECT 1 FROM roles r WHERE r.id = :role_id::text) AS has_role,
    :project_id::text IS NULL OR EXISTS (SELECT 1 FROM projects p WHERE p.id = :project_id::text) AS has_project,
    :domain_id::text IS NULL OR EXISTS (SELECT 1 FROM domains d WHERE d.id = :domain_id::text) AS has_domain
),
added AS (
  INSERT INTO role_assignments (user_id, role_id, project_id, domain_id)
  SELECT :user_id::text, :role_id::text, :project_id::text, :domain_id::text
  FROM found f WHERE f.has_user AND f.has_role AND f.has_project AND f.has_domain
  ON CONFLICT DO NOTHING
)
SELECT f.has_user, f.has_role, f.has_project, f.has_domain FROM found f`,
);

/** Gives a role, or does nothing when it was given before. Says which of its parts exist; unless all do, none is given. */
export async function insertGrant(database: Database, target: Target, roleId: string): Promise<Found> {
  const [found] = await database.all<Found>(insert, { ...target, role_id: roleId });
  return found ?? { has_user: false, has_role: false, has_project: false, has_domain: false };
}

const check = sql(
  'identity.grants.check',
  `SELECT a.role_id FROM role_assignments a WHERE ${onTarget} AND a.role_id = :role_id::text`,
);

export async function hasGrant(database: Database, target: Target, roleId: string): Promise<boolean> {
  const rows = await database.all(check, { ...target, role_id: roleId });
  return rows.length > 0;
}

const remove = sql(
  'identity.grants.delete',
  `WITH gone AS (DELETE FROM role_assignments a WHERE ${onTarget} AND a.role_id = :role_id::text RETURNING a.user_id),
${revoking("SELECT 'grant:' || g.user_id || ':' || :scope::text FROM gone g")}
SELECT g.user_id FROM gone g`,
);

/** Takes a role away, and ends the user's tokens for that scope; false when it was not given. */
export async function deleteGrant(
  database: Database,
  target: Target,
  roleId: string,
  revoked: Revoking,
): Promise<boolean> {
  const parameters = { ...target, role_id: roleId, scope: scopeOf(target), ...revoked.parameters };
  const rows = await database.all(remove, parameters);
  return rows.length > 0;
}

/** The roles given on the target itself, without the implied ones. */
export function listGrants(database: Database, target: Target): Promise<RoleRow[]> {
  const select = `SELECT ${roleColumns} FROM role_assignments a JOIN roles r ON r.id = a.role_id WHERE ${onTarget}`;
  return readAll(database, 'identity.grants.list', select, { ...target });
}
