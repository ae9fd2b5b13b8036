// Groups of volumes: make, read, list, change and delete them, copy them, and the actions that write a status.

import type { Static } from '@sinclair/typebox';
import { timestamp } from '../../infra/clock/port.ts';
import { groupMachine } from '../../schema/groups.ts';
import * as is from '../http/answer-types.ts';
import { queryFlag } from '../http/booleans.ts';
import { badRequest, notFound } from '../http/faults.ts';
import { readList } from '../http/list.ts';
import { at, type Call, operation, type Resource } from '../http/operation.ts';
import { listBody, pageType } from '../http/pagination.ts';
import { reach, within } from '../http/policy.ts';
import type { Target } from '../http/target.ts';
import type { Mode } from '../http/view.ts';
import { whileBusy } from '../work/busy.ts';
import {
  disableReplication,
  enableReplication,
  failoverReplication,
  listReplicationTargets,
} from './actions/replication.ts';
import {
  createBody,
  createFromSourceBody,
  deleteBody,
  disableReplicationBody,
  enableReplicationBody,
  failoverBody,
  listTargetsBody,
  resetStatusBody,
  updateBody,
} from './body.ts';
import { makeGroup } from './create.ts';
import { makeGroupFromSource } from './create-from-source.ts';
import { deleteGroup } from './delete.ts';
import { groupRules } from './policy.ts';
import { absentGroup, groupList } from './query.ts';
import { resetStatus } from './store/change.ts';
import { findGroup, listGroups } from './store/read.ts';
import { updateGroup } from './update.ts';
import { groupView } from './view.ts';

const listsVolumes = (call: Call) => at(call, 'group-volumes') && queryFlag(call.query, 'list_volume');

async function show(call: Call<unknown, 'group_id'>) {
  const id = call.params.group_id;
  const row = await findGroup(call.ports.database, reach(call.actor), 'generic', id, listsVolumes(call));
  if (row === null) throw notFound(absentGroup(id));
  return { group: groupView.for(call, 'detail')(row) };
}

const list = (mode: Mode) => async (call: Call) => {
  const query = readList(call, groupList);
  const scope = within(call.actor, query.allTenants);
  const showsVolumes = mode === 'detail' && listsVolumes(call);
  const page = await listGroups(call.ports.database, groupList, query, scope, 'generic', showsVolumes);
  return listBody(call, groupList, query, page, groupView.textFor(call, mode));
};

async function create(call: Call<Static<typeof createBody>>) {
  const wanted = call.body.group;
  const { id, name } = await makeGroup(call, 'generic', {
    name: wanted.name ?? null,
    description: wanted.description ?? null,
    groupType: wanted.group_type,
    volumeTypes: wanted.volume_types,
    zone: wanted.availability_zone ?? null,
  });
  return { group: { id, name } };
}

async function createFromSource(call: Call<Static<typeof createFromSourceBody>>) {
  const wanted = call.body['create-from-src'];
  const snapshot = wanted.group_snapshot_id;
  const group = wanted.source_group_id;
  if ((snapshot === undefined) === (group === undefined)) {
    throw badRequest(
      'Exactly one of group_snapshot_id and source_group_id must be given to create a group from a source.',
    );
  }
  const { id, name } = await makeGroupFromSource(call, 'generic', {
    name: wanted.name ?? null,
    description: wanted.description ?? null,
    source: snapshot === undefined ? { kind: 'group', id: group ?? '' } : { kind: 'snapshot', id: snapshot },
  });
  return { group: { id, name } };
}

async function update(call: Call<Static<typeof updateBody>, 'group_id'>): Promise<void> {
  const wanted = call.body.group;
  if (Object.values(wanted).every((one) => one == null)) {
    throw badRequest('Name, description, add_volumes, and remove_volumes can not be all empty in the request body.');
  }
  await updateGroup(call, 'generic', call.params.group_id, wanted);
}

const remove = (call: Call<Static<typeof deleteBody>, 'group_id'>) =>
  deleteGroup(call, 'generic', call.params.group_id, call.body.delete['delete-volumes'] ?? false);

async function reset(call: Call<Static<typeof resetStatusBody>, 'group_id'>): Promise<void> {
  const id = call.params.group_id;
  const { status } = call.body.reset_status;
  const parameters = { id, status, now: timestamp(call.ports.clock), request_id: call.requestId };
  const done = await resetStatus(call.ports.database, reach(call.actor), parameters);
  if (!done) throw notFound(absentGroup(id));
}

const target: Target<'group_id'> = {
  param: 'group_id',
  exists: async (call) =>
    (await findGroup(call.ports.database, reach(call.actor), 'generic', call.params.group_id)) !== null,
  absent: absentGroup,
};
const made = is.object({ group: groupView.type('summary') });

const one = '/groups/{group_id}';
const since = '3.13';
const action = { method: 'POST', path: `${one}/action`, success: 202, target } as const;
const replication = { ...action, since: '3.38' } as const;
const listing = {
  method: 'GET',
  since,
  policy: ['group:get_all'],
  success: 200,
  list: groupList,
  queryParameters: { list_volume: 'whether to name the volumes of each group, in details (3.25)' },
} as const;

export const groups: Resource = {
  name: 'groups',
  rules: groupRules,
  operations: [
    operation({
      name: 'group-list',
      summary: 'List groups',
      path: '/groups',
      ...listing,
      answers: pageType(groupList, groupView.type('summary')),
      handler: list('summary'),
    }),
    operation({
      name: 'group-list-detail',
      summary: 'List groups with details',
      path: '/groups/detail',
      ...listing,
      answers: pageType(groupList, groupView.type('detail')),
      handler: list('detail'),
    }),
    operation({
      name: 'group-create',
      summary: 'Create a group',
      method: 'POST',
      path: '/groups',
      since,
      policy: ['group:create'],
      success: 202,
      body: createBody,
      answers: made,
      handler: create,
    }),
    operation({
      name: 'group-create-from-source',
      summary: 'Copy a group, or a snapshot of one, with all its volumes',
      method: 'POST',
      path: '/groups/action',
      action: 'create-from-src',
      since: '3.14',
      policy: ['group:create'],
      success: 202,
      body: createFromSourceBody,
      answers: made,
      handler: createFromSource,
    }),
    operation({
      name: 'group-show',
      summary: 'Show a group',
      method: 'GET',
      path: one,
      since,
      policy: ['group:get'],
      success: 200,
      queryParameters: { list_volume: 'whether to name its volumes (3.25)' },
      target,
      answers: is.object({ group: groupView.type('detail') }),
      waits: whileBusy(groupMachine, 'group'),
      handler: show,
    }),
    operation({
      name: 'group-update',
      summary: 'Change name, description or the volumes in it',
      method: 'PUT',
      path: one,
      since,
      policy: ['group:update'],
      success: 202,
      target,
      body: updateBody,
      handler: update,
    }),
    operation({
      name: 'group-delete',
      summary: 'Delete a group, and its volumes if asked',
      ...action,
      since,
      action: 'delete',
      policy: ['group:delete'],
      body: deleteBody,
      handler: remove,
    }),
    operation({
      name: 'group-reset-status',
      summary: 'Reset the status',
      ...action,
      since: '3.20',
      action: 'reset_status',
      policy: ['group:reset_status'],
      body: resetStatusBody,
      handler: reset,
    }),
    operation({
      name: 'group-enable-replication',
      summary: 'Enable replication',
      ...replication,
      action: 'enable_replication',
      policy: ['group:enable_replication'],
      body: enableReplicationBody,
      handler: enableReplication,
    }),
    operation({
      name: 'group-disable-replication',
      summary: 'Disable replication',
      ...replication,
      action: 'disable_replication',
      policy: ['group:disable_replication'],
      body: disableReplicationBody,
      handler: disableReplication,
    }),
    operation({
      name: 'group-failover-replication',
      summary: 'Fail over to another back end',
      ...replication,
      action: 'failover_replication',
      policy: ['group:failover_replication'],
      body: failoverBody,
      handler: failoverReplication,
    }),
    operation({
      name: 'group-list-replication-targets',
      answers: is.object({ replication_targets: is.listOf(is.record) }),
      summary: 'List the back ends to fail over to',
      ...replication,
      action: 'list_replication_targets',
      policy: ['group:list_replication_targets'],
      success: 200,
      body: listTargetsBody,
      handler: listReplicationTargets,
    }),
  ],
};
