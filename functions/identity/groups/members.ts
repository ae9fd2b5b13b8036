// Who is in a group.
import { subject } from '../../../infra/identity/port.ts';
import { notFound } from '../../http/faults.ts';
import { operation } from '../../http/operation.ts';
import { couldNotFind } from '../faults.ts';
import { filter, param, requireSelfOr } from '../keystone.ts';
import { listAnswer } from '../listing.ts';
import { revokingNow } from '../revoking.ts';
import { userView } from '../users/view.ts';
import { addMember, findMember, listGroupsOfUser, listMembers, removeMember, showGroup } from './store.ts';
import { groupView } from './view.ts';

interface Found {
  readonly has_group: boolean;
  readonly has_user: boolean;
  readonly is_member: boolean;
}

function requireBoth(found: Found, groupId: string, userId: string): void {
  if (!found.has_group) throw couldNotFind('group', groupId);
  if (!found.has_user) throw couldNotFind('user', userId);
}

function requireMember(found: Found, groupId: string, userId: string): void {
  requireBoth(found, groupId, userId);
  if (!found.is_member) throw notFound(`User '${userId}' not found in group '${groupId}'`);
}

const path = '/groups/{group_id}/users/{user_id}';

export const members = [
  operation({
    name: 'user-group-member-list',
    summary: 'List the users of a group',
    method: 'GET',
    path: '/groups/{group_id}/users',
    policy: ['identity:list_users_in_group'],
    success: 200,
    handler: async (call) => {
      const id = param(call, 'group_id');
      const rows = await listMembers(call.ports.database, id);
      if (rows.length === 0 && (await showGroup(call.ports.database, id)) === null) throw couldNotFind('group', id);
      return listAnswer(call, 'users', rows.map(userView.for(call, 'detail')));
    },
  }),
  operation({
    name: 'user-group-member-add',
    summary: 'Add a user to a group',
    method: 'PUT',
    path,
    policy: ['identity:add_user_to_group'],
    success: 204,
    handler: async (call) => {
      const [groupId, userId] = [param(call, 'group_id'), param(call, 'user_id')];
      requireBoth(await addMember(call.ports.database, groupId, userId), groupId, userId);
    },
  }),
  // HEAD is served from here too.
  operation({
    name: 'user-group-member-check',
    summary: 'Check that a user is in a group',
    method: 'GET',
    path,
    policy: ['identity:check_user_in_group'],
    success: 204,
    handler: async (call) => {
      const [groupId, userId] = [param(call, 'group_id'), param(call, 'user_id')];
      requireMember(await findMember(call.ports.database, groupId, userId), groupId, userId);
    },
  }),
  operation({
    name: 'user-group-member-remove',
    summary: 'Remove a user from a group',
    method: 'DELETE',
    path,
    policy: ['identity:remove_user_from_group'],
    success: 204,
    handler: async (call) => {
      const [groupId, userId] = [param(call, 'group_id'), param(call, 'user_id')];
      const revoked = revokingNow(call);
      requireMember(await removeMember(call.ports.database, groupId, userId, revoked), groupId, userId);
      revoked.done([subject.user(userId)]);
    },
  }),
  operation({
    name: 'user-group-of-user-list',
    summary: 'List the groups that a user is in',
    method: 'GET',
    path: '/users/{user_id}/groups',
    policy: [],
    queryParameters: { name: 'Only the group with this name' },
    success: 200,
    handler: async (call) => {
      const id = param(call, 'user_id');
      requireSelfOr(call, 'identity:list_groups_for_user', id);
      const rows = await listGroupsOfUser(call.ports.database, id, filter(call, 'name'));
      return listAnswer(call, 'groups', rows.map(groupView.for(call, 'detail')));
    },
  }),
];
