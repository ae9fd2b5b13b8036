import type { Database } from '../../../infra/database/port.ts';
import type { RoleRow } from '../../../schema/identity.ts';
import { fragment, statement } from '../../../schema/statement.ts';
import { readAll } from '../listing.ts';
import { type Revoking, revoking } from '../revoking.ts';
import { roleColumns } from '../roles/store.ts';

/** The roles of a user or a group on a project, on a domain, or (with neither) on the system. */
export interface Target {
  readonly user_id: string | null;
  readonly group_id: string | null;
  readonly project_id: string | null;
  readonly domain_id: string | null;
  /** For the projects of the domain, or for those below the project, and not for itself. */
  readonly inherited: boolean;
}

/** The scope as the table of revocations names it. */
function scopeOf(target: Target): string {
  if (target.project_id !== null) return `project:${target.project_id}`;
  return target.domain_id === null ? 'system' : `domain:${target.domain_id}`;
}

// The user leads the unique index, and groups have their own; the rest is compared on the few rows of one of them.
const onTarget = `(a.user_id = :user_id::text OR a.group_id = :group_id::text) AND a.inherited = :inherited::boolean
  AND a.project_id IS NOT DISTINCT FROM :project_id::text AND a.domain_id IS NOT DISTINCT FROM :domain_id::text`;

export interface Found {
  readonly has_user: boolean;
  readonly has_group: boolean;
  readonly has_role: boolean;
  readonly has_project: boolean;
  readonly has_domain: boolean;
  /** A role of a domain is for that domain's projects. */
  readonly role_fits: boolean;
}

const insert = statement(
  'identity.grants.insert',
  `WITH found AS (
  SELECT :user_id::text IS NULL OR EXISTS (SELECT 1 FROM users u WHERE u.id = :user_id::text) AS has_user,
    :group_id::text IS NULL OR EXISTS (SELECT 1 FROM user_groups g WHERE g.id = :group_id::text) AS has_group,
    EXISTS (SELECT 1 FROM roles r WHERE r.id = :role_id::text) AS has_role,
    :project_id::text IS NULL OR EXISTS (SELECT 1 FROM projects p WHERE p.id = :project_id::text) AS has_project,
    :domain_id::text IS NULL OR EXISTS (SELECT 1 FROM domains d WHERE d.id = :domain_id::text) AS has_domain,
    NOT EXISTS (SELECT 1 FROM roles r JOIN projects p ON p.domain_id <> r.domain_id
      WHERE r.id = :role_id::text AND p.id = :project_id::text) AS role_fits
),
added AS (
  INSERT INTO role_assignments (user_id, group_id, role_id, project_id, domain_id, inherited)
  SELECT :user_id::text, :group_id::text, :role_id::text, :project_id::text, :domain_id::text, :inherited::boolean
  FROM found f WHERE f.has_user AND f.has_group AND f.has_role AND f.has_project AND f.has_domain AND f.role_fits
  ON CONFLICT DO NOTHING
)
SELECT f.* FROM found f`,
);

/**
 * Gives a role, or does nothing when it was given before. Says which of its parts exist; unless all do, none is
 * given.
 */
export async function insertGrant(database: Database, target: Target, roleId: string): Promise<Found> {
  const [found] = await insert.all<Found>(database, { ...target, role_id: roleId });
  if (found === undefined) throw new Error('identity.grants.insert: no row');
  return found;
}

const check = statement(
  'identity.grants.check',
  `SELECT a.role_id FROM role_assignments a WHERE ${onTarget} AND a.role_id = :role_id::text`,
);

export async function hasGrant(database: Database, target: Target, roleId: string): Promise<boolean> {
  const rows = await check.all(database, { ...target, role_id: roleId });
  return rows.length > 0;
}

// A user's own grant ends its tokens for that scope; what a group had, or many projects, ends all tokens of its users.
const remove = statement(
  'identity.grants.delete',
  [
    fragment(
      'gone',
      `DELETE FROM role_assignments a WHERE ${onTarget} AND a.role_id = :role_id::text RETURNING a.user_id, a.inherited`,
    ),
    fragment(
      'ended (subject)',
      `SELECT CASE WHEN g.inherited THEN 'user:' || g.user_id ELSE 'grant:' || g.user_id || ':' || :scope::text END
  FROM gone g WHERE g.user_id IS NOT NULL
  UNION
  SELECT 'user:' || m.user_id FROM gone g JOIN user_group_members m ON m.group_id = :group_id::text`,
    ),
    revoking('SELECT e.subject FROM ended e'),
  ],
  `SELECT (SELECT json_agg(e.subject)::text FROM ended e) AS ended FROM gone g`,
);

/** Takes a role away and ends the tokens that had it: their subjects. Null when it was not given. */
export async function deleteGrant(
  database: Database,
  target: Target,
  roleId: string,
  revoked: Revoking,
): Promise<readonly string[] | null> {
  const parameters = { ...target, role_id: roleId, scope: scopeOf(target), ...revoked.parameters };
  const [row] = await remove.all<{ ended: string | null }>(database, parameters);
  return row === undefined ? null : (JSON.parse(row.ended ?? '[]') as string[]); // made by the statement above
}

/** The roles given on the target, without the implied ones. */
export function listGrants(database: Database, target: Target): Promise<RoleRow[]> {
  const select = `SELECT ${roleColumns} FROM role_assignments a JOIN roles r ON r.id = a.role_id WHERE ${onTarget}`;
  return readAll(database, 'identity.grants.list', select, { ...target });
}
