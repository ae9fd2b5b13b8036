import type { RoleAssignmentRow } from '../../../schema/identity.ts';
import { selfLink } from '../listing.ts';

function placeOf(row: RoleAssignmentRow): string {
  if (row.project_id !== null) return `projects/${row.project_id}`;
  return row.domain_id === null ? 'system' : `domains/${row.domain_id}`;
}

/** A role assignment, with the names of its parts when the client asked for them. */
export function renderAssignment(row: RoleAssignmentRow, withNames: boolean, root: string) {
  const named = (id: string | null, name: string | null, more: object = {}) =>
    withNames ? { id, name, ...more } : { id };
  const domain = (id: string | null, name: string | null) => ({ domain: { id, name } });
  const assignment = selfLink({ links: { root } }, `${placeOf(row)}/users/${row.user_id}/roles/${row.role_id}`).self;
  return {
    role: named(row.role_id, row.role_name),
    user: named(row.user_id, row.user_name, domain(row.user_domain_id, row.user_domain_name)),
    scope: scopeOf(row, named, domain),
    links: { assignment },
  };
}

function scopeOf(
  row: RoleAssignmentRow,
  named: (id: string | null, name: string | null, more?: object) => object,
  domain: (id: string | null, name: string | null) => object,
) {
  if (row.project_id !== null) {
    const more = domain(row.project_domain_id, row.project_domain_name);
    return { project: named(row.project_id, row.project_name, more) };
  }
  if (row.domain_id !== null) return { domain: named(row.domain_id, row.domain_name) };
  return { system: { all: true } };
}
