import type { Database } from '../../../infra/database/port.ts';
import type { RoleAssignmentRow } from '../../../schema/identity.ts';
import { readAll } from '../listing.ts';

export interface AssignmentFilters {
  readonly user_id: string | null;
  readonly group_id: string | null;
  readonly project_id: string | null;
  readonly domain_id: string | null;
  readonly role_id: string | null;
  /** Only what is inherited by projects, or only what is not. */
  readonly inherited: boolean | null;
  /** Only what is on the system. */
  readonly on_system: boolean;
  /** What users have in the end: with implied roles, by groups and by inheritance. */
  readonly effective: boolean;
}

// Effective ones are those of users on what they have them on: groups stand for their users, inherited ones for the
// projects that inherit them, a role for those it implies, and a domain's role for nothing else.
const select = `WITH RECURSIVE found AS (
  SELECT a.* FROM role_assignments a
  WHERE (NOT :effective::boolean AND (:user_id::text IS NULL OR a.user_id = :user_id::text)
      AND (:project_id::text IS NULL OR a.project_id = :project_id::text)
      AND (:inherited::boolean IS NULL OR a.inherited = :inherited::boolean)
    OR :effective::boolean)
    AND (:group_id::text IS NULL OR a.group_id = :group_id::text)
    AND (:domain_id::text IS NULL OR a.domain_id = :domain_id::text)
    AND (NOT :on_system::boolean OR (a.project_id IS NULL AND a.domain_id IS NULL))
),
of_users AS (
  SELECT coalesce(a.user_id, m.user_id) AS user_id, CASE WHEN NOT :effective::boolean THEN a.group_id END AS group_id,
    a.role_id, a.project_id, a.domain_id, a.inherited
  FROM found a LEFT JOIN user_group_members m ON :effective::boolean AND m.group_id = a.group_id
  WHERE NOT :effective::boolean OR a.user_id IS NOT NULL OR m.user_id IS NOT NULL
),
spread AS (
  SELECT u.user_id, u.group_id, u.role_id, u.project_id, u.domain_id, u.inherited FROM of_users u
  WHERE NOT (:effective::boolean AND u.inherited)
  UNION
  SELECT u.user_id, u.group_id, u.role_id, p.id, NULL, false FROM of_users u JOIN projects p
    ON p.domain_id = u.domain_id OR EXISTS (
      SELECT 1 FROM project_ancestors(p.id) x WHERE x.id = u.project_id AND x.depth > 0)
  WHERE :effective::boolean AND u.inherited
),
held AS (
  SELECT s.* FROM spread s WHERE (:user_id::text IS NULL OR s.user_id = :user_id::text)
    AND (:project_id::text IS NULL OR s.project_id = :project_id::text)
  UNION
  SELECT h.user_id, h.group_id, i.implied_role_id, h.project_id, h.domain_id, h.inherited
  FROM held h JOIN role_implications i ON i.prior_role_id = h.role_id WHERE :effective::boolean
)
SELECT coalesce('u' || h.user_id, 'g' || h.group_id) || ':' || coalesce('p' || h.project_id, 'd' || h.domain_id, 's')
    || ':' || h.role_id || CASE WHEN h.inherited THEN ':i' ELSE '' END AS id,
  h.role_id, r.name AS role_name, r.domain_id AS role_domain_id, rd.name AS role_domain_name,
  h.user_id, u.name AS user_name, h.group_id, g.name AS group_name,
  ad.id AS actor_domain_id, ad.name AS actor_domain_name, h.inherited,
  h.project_id, p.name AS project_name, p.domain_id AS project_domain_id, pd.name AS project_domain_name,
  h.domain_id, d.name AS domain_name
FROM held h
JOIN roles r ON r.id = h.role_id
LEFT JOIN domains rd ON rd.id = r.domain_id
LEFT JOIN users u ON u.id = h.user_id
LEFT JOIN user_groups g ON g.id = h.group_id
JOIN domains ad ON ad.id = coalesce(u.domain_id, g.domain_id)
LEFT JOIN projects p ON p.id = h.project_id
LEFT JOIN domains pd ON pd.id = p.domain_id
LEFT JOIN domains d ON d.id = h.domain_id
WHERE (:role_id::text IS NULL OR h.role_id = :role_id::text) AND (NOT :effective::boolean OR r.domain_id IS NULL)`;

export function listAssignments(database: Database, filters: AssignmentFilters): Promise<RoleAssignmentRow[]> {
  return readAll(database, 'identity.role_assignments.list', select, { ...filters });
}
