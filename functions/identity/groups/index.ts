// Groups: users that have roles together.
import { timestamp } from '../../../infra/clock/port.ts';
import { defaultDomainId } from '../../../schema/identity.ts';
import { operation, type Resource } from '../../http/operation.ts';
import { asObject, extraIn, knownIn, orTooMuch } from '../extra.ts';
import { couldNotFind, orConflict, sameGroup } from '../faults.ts';
import { namesAny, requireSame } from '../immutable.ts';
import { filter, newId, param } from '../keystone.ts';
import { listAnswer } from '../listing.ts';
import { revokingNow } from '../revoking.ts';
import { groupCreateBody, groupUpdateBody } from './body.ts';
import { members } from './members.ts';
import { groupRules } from './policy.ts';
import { deleteGroup, insertGroup, listGroups, showGroup, updateGroup } from './store.ts';
import { groupView } from './view.ts';

const create = operation({
  name: 'user-group-create',
  summary: 'Create a group of users',
  method: 'POST',
  path: '/groups',
  policy: ['identity:create_group'],
  body: groupCreateBody,
  success: 201,
  handler: async (call) => {
    const { group } = call.body;
    const { name, domain_id = call.actor.domainId ?? defaultDomainId, description } = group;
    const extra = asObject(extraIn(group, groupCreateBody.properties.group, groupView));
    const row = { id: newId(call), domain_id, name, description: description ?? '', extra };
    const insert = insertGroup(call.ports.database, row, timestamp(call.ports.clock));
    const made = await orConflict('user_groups_name', () => sameGroup(name), orTooMuch(insert));
    if (made === null) throw couldNotFind('domain', domain_id);
    return { group: groupView.for(call, 'detail')(made) };
  },
});

const list = operation({
  name: 'user-group-list',
  summary: 'List groups of users',
  method: 'GET',
  path: '/groups',
  policy: ['identity:list_groups'],
  queryParameters: { name: 'Only groups with this name', domain_id: 'Only groups of this domain' },
  success: 200,
  handler: async (call) => {
    const filters = { name: filter(call, 'name'), domain_id: filter(call, 'domain_id') };
    const rows = await listGroups(call.ports.database, filters);
    return listAnswer(call, 'groups', rows.map(groupView.for(call, 'detail')));
  },
});

const show = operation({
  name: 'user-group-show',
  summary: 'Show a group of users',
  method: 'GET',
  path: '/groups/{group_id}',
  policy: ['identity:get_group'],
  success: 200,
  handler: async (call) => {
    const id = param(call, 'group_id');
    const row = await showGroup(call.ports.database, id);
    if (row === null) throw couldNotFind('group', id);
    return { group: groupView.for(call, 'detail')(row) };
  },
});

const update = operation({
  name: 'user-group-update',
  summary: 'Change a group of users',
  method: 'PATCH',
  path: '/groups/{group_id}',
  policy: ['identity:update_group'],
  body: groupUpdateBody,
  success: 200,
  handler: async (call) => {
    const id = param(call, 'group_id');
    const { group } = call.body;
    const schema = groupUpdateBody.properties.group;
    requireSame(group, { id }, ['id']);
    if (namesAny(group, ['domain_id'])) {
      const kept = await showGroup(call.ports.database, id);
      if (kept === null) throw couldNotFind('group', id);
      requireSame(group, kept, ['domain_id']);
    }
    const patch = { ...knownIn(group, schema), extra: extraIn(group, schema, groupView) };
    const change = updateGroup(call.ports.database, id, patch);
    const row = await orConflict('user_groups_name', () => sameGroup(group.name ?? ''), orTooMuch(change));
    if (row === null) throw couldNotFind('group', id);
    return { group: groupView.for(call, 'detail')(row) };
  },
});

const remove = operation({
  name: 'user-group-delete',
  summary: 'Delete a group of users',
  method: 'DELETE',
  path: '/groups/{group_id}',
  policy: ['identity:delete_group'],
  success: 204,
  handler: async (call) => {
    const id = param(call, 'group_id');
    const revoked = revokingNow(call);
    const ended = await deleteGroup(call.ports.database, id, revoked);
    if (ended === null) throw couldNotFind('group', id);
    revoked.done(ended);
  },
});

export const groups: Resource = {
  name: 'groups',
  operations: [create, list, show, update, remove, ...members],
  rules: groupRules,
};
