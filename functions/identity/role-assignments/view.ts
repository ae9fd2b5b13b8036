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
  const actor = row.user_id === null ? `groups/${row.group_id}` : `users/${row.user_id}`;
  const path = `${placeOf(row)}/${actor}/roles/${row.role_id}`;
  const linked = row.inherited ? `OS-INHERIT/${path}/inherited_to_projects` : path;
  const ofRole = row.role_domain_id === null ? {} : domain(row.role_domain_id, row.role_domain_name);
  const inside = domain(row.actor_domain_id, row.actor_domain_name);
  return {
    role: named(row.role_id, row.role_name, ofRole),
    ...(row.user_id === null
      ? { group: named(row.group_id, row.group_name, inside) }
      : { user: named(row.user_id, row.user_name, inside) }),
    scope: { ...scopeOf(row, named, domain), ...(row.inherited ? { 'OS-INHERIT:inherited_to': 'projects' } : {}) },
    links: { assignment: selfLink({ links: { root } }, linked).self },
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
