// Role assignments: all grants, from wherever one looks at them.
import { operation, type Resource } from '../../http/operation.ts';
import { filter, isAsked } from '../keystone.ts';
import { listAnswer } from '../listing.ts';
import { roleAssignmentRules } from './policy.ts';
import { listAssignments } from './store.ts';
import { renderAssignment } from './view.ts';

const list = operation({
  name: 'role-assignment-list',
  summary: 'List role assignments',
  method: 'GET',
  path: '/role_assignments',
  policy: ['identity:list_role_assignments'],
  queryParameters: {
    'user.id': 'Only those of this user',
    'group.id': 'Only those of this group',
    'role.id': 'Only those of this role',
    'scope.project.id': 'Only those on this project',
    'scope.domain.id': 'Only those on this domain',
    'scope.system': 'Only those on the system',
    'scope.OS-INHERIT:inherited_to': 'Only those that projects inherit',
    effective: 'The roles that users end up with: implied, through groups and inherited',
    include_names: 'With the names of users, roles and scopes',
  },
  success: 200,
  handler: async (call) => {
    const filters = {
      user_id: filter(call, 'user.id'),
      group_id: filter(call, 'group.id'),
      inherited: call.query.has('scope.OS-INHERIT:inherited_to') ? true : null,
      project_id: filter(call, 'scope.project.id'),
      domain_id: filter(call, 'scope.domain.id'),
      role_id: filter(call, 'role.id'),
      on_system: call.query.has('scope.system'),
      effective: isAsked(call, 'effective'),
    };
    const withNames = isAsked(call, 'include_names');
    const rows = await listAssignments(call.ports.database, filters);
    const items = rows.map((row) => renderAssignment(row, withNames, call.links.root));
    return listAnswer(call, 'role_assignments', items);
  },
});

export const roleAssignments: Resource = {
  name: 'role-assignments',
  operations: [list],
  rules: roleAssignmentRules,
};
