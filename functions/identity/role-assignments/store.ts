import type { Database } from '../../../infra/database/port.ts';
import type { RoleAssignmentRow } from '../../../schema/identity.ts';
import { readAll } from '../listing.ts';

export interface AssignmentFilters {
  readonly user_id: string | null;
  readonly project_id: string | null;
  readonly domain_id: string | null;
  readonly role_id: string | null;
  /** Only what is on the system. */
  readonly on_system: boolean;
  /** With the roles that those given imply. */
  readonly effective: boolean;
}

const select = `WITH RECURSIVE held (user_id, role_id, project_id, domain_id) AS (
  SELECT a.user_id, a.role_id, a.project_id, a.domain_id FROM role_assignments a
  WHERE (:user_id::text IS NULL OR a.user_id = :user_id::text)
    AND (:project_id::text IS NULL OR a.project_id = :project_id::text)
    AND (:domain_id::text IS NULL OR a.domain_id = :domain_id::text)
    AND (NOT :on_system::boolean OR (a.project_id IS NULL AND a.domain_id IS NULL))
  UNION
  SELECT h.user_id, i.implied_role_id, h.project_id, h.domain_id
  FROM held h JOIN role_implications i ON i.prior_role_id = h.role_id WHERE :effective::boolean
)
SELECT h.user_id || ':' || coalesce('p' || h.project_id, 'd' || h.domain_id, 's') || ':' || h.role_id AS id,
  h.role_id, r.name AS role_name,
  h.user_id, u.name AS user_name, u.domain_id AS user_domain_id, ud.name AS user_domain_name,
  h.project_id, p.name AS project_name, p.domain_id AS project_domain_id, pd.name AS project_domain_name,
  h.domain_id, d.name AS domain_name
FROM held h
JOIN roles r ON r.id = h.role_id
JOIN users u ON u.id = h.user_id
JOIN domains ud ON ud.id = u.domain_id
LEFT JOIN projects p ON p.id = h.project_id
LEFT JOIN domains pd ON pd.id = p.domain_id
LEFT JOIN domains d ON d.id = h.domain_id
WHERE :role_id::text IS NULL OR h.role_id = :role_id::text`;

export function listAssignments(database: Database, filters: AssignmentFilters): Promise<RoleAssignmentRow[]> {
  return readAll(database, 'identity.role_assignments.list', select, { ...filters });
}
