// Group snapshots: take, read, list and delete them, and write their status.

import type { Static } from '@sinclair/typebox';
import { timestamp } from '../../infra/clock/port.ts';
import { groupSnapshotMachine } from '../../schema/groups.ts';
import * as is from '../http/answer-types.ts';
import { notFound } from '../http/faults.ts';
import { readList } from '../http/list.ts';
import { type Call, operation, type Resource } from '../http/operation.ts';
import { listBody, pageType } from '../http/pagination.ts';
import { reach, within } from '../http/policy.ts';
import type { Target } from '../http/target.ts';
import type { Mode } from '../http/view.ts';
import { whileBusy } from '../work/busy.ts';
import { createBody, resetStatusBody } from './body.ts';
import { makeGroupSnapshot } from './create.ts';
import { deleteGroupSnapshot } from './delete.ts';
import { groupSnapshotRules } from './policy.ts';
import { absentGroupSnapshot, groupSnapshotList } from './query.ts';
import { findGroupSnapshot, listGroupSnapshots, resetStatus } from './store/rows.ts';
import { groupSnapshotView } from './view.ts';

async function find(call: Call<unknown, 'group_snapshot_id'>) {
  const id = call.params.group_snapshot_id;
  return findGroupSnapshot(call.ports.database, reach(call.actor), 'generic', id);
}

async function show(call: Call<unknown, 'group_snapshot_id'>) {
  const row = await find(call);
  if (row === null) throw notFound(absentGroupSnapshot(call.params.group_snapshot_id));
  return { group_snapshot: groupSnapshotView.for(call, 'detail')(row) };
}

const list = (mode: Mode) => async (call: Call) => {
  const query = readList(call, groupSnapshotList);
  const scope = within(call.actor, query.allTenants);
  const page = await listGroupSnapshots(call.ports.database, groupSnapshotList, query, scope, 'generic');
  return listBody(call, groupSnapshotList, query, page, groupSnapshotView.textFor(call, mode));
};

async function create(call: Call<Static<typeof createBody>>) {
  const { group_id: groupId, name = null, description = null } = call.body.group_snapshot;
  const made = await makeGroupSnapshot(call, 'generic', { groupId, name, description });
  return { group_snapshot: { id: made.id, name: made.name, group_type_id: made.group_type_id } };
}

async function reset(call: Call<Static<typeof resetStatusBody>, 'group_snapshot_id'>): Promise<void> {
  const id = call.params.group_snapshot_id;
  const { status } = call.body.reset_status;
  const parameters = { id, status, now: timestamp(call.ports.clock), request_id: call.requestId };
  const done = await resetStatus(call.ports.database, reach(call.actor), parameters);
  if (!done) throw notFound(absentGroupSnapshot(id));
}

const target: Target<'group_snapshot_id'> = {
  param: 'group_snapshot_id',
  exists: async (call) => (await find(call)) !== null,
  absent: absentGroupSnapshot,
};
const one = '/group_snapshots/{group_snapshot_id}';
const since = '3.14';

export const groupSnapshots: Resource = {
  name: 'group-snapshots',
  rules: groupSnapshotRules,
  operations: [
    operation({
      name: 'group-snapshot-list',
      summary: 'List group snapshots',
      method: 'GET',
      path: '/group_snapshots',
      since,
      policy: ['group:get_all_group_snapshots'],
      success: 200,
      list: groupSnapshotList,
      answers: pageType(groupSnapshotList, groupSnapshotView.type('summary')),
      handler: list('summary'),
    }),
    operation({
      name: 'group-snapshot-list-detail',
      summary: 'List group snapshots with details',
      method: 'GET',
      path: '/group_snapshots/detail',
      since,
      policy: ['group:get_all_group_snapshots'],
      success: 200,
      list: groupSnapshotList,
      answers: pageType(groupSnapshotList, groupSnapshotView.type('detail')),
      handler: list('detail'),
    }),
    operation({
      name: 'group-snapshot-create',
      summary: 'Take a snapshot of every volume in a group',
      method: 'POST',
      path: '/group_snapshots',
      since,
      policy: ['group:create_group_snapshot'],
      success: 202,
      body: createBody,
      answers: is.object({
        group_snapshot: is.object({ id: is.uuid, name: is.orNull(is.text), group_type_id: is.uuid }),
      }),
      handler: create,
    }),
    operation({
      name: 'group-snapshot-show',
      summary: 'Show a group snapshot',
      method: 'GET',
      path: one,
      since,
      policy: ['group:get_group_snapshot'],
      success: 200,
      target,
      answers: is.object({ group_snapshot: groupSnapshotView.type('detail') }),
      waits: whileBusy(groupSnapshotMachine, 'group_snapshot'),
      handler: show,
    }),
    operation({
      name: 'group-snapshot-delete',
      summary: 'Delete a group snapshot with all its snapshots',
      method: 'DELETE',
      path: one,
      since,
      policy: ['group:delete_group_snapshot'],
      success: 202,
      target,
      handler: (call) => deleteGroupSnapshot(call, 'generic', call.params.group_snapshot_id),
    }),
    operation({
      name: 'group-snapshot-reset-status',
      summary: 'Reset the status',
      method: 'POST',
      path: `${one}/action`,
      since: '3.19',
      action: 'reset_status',
      policy: ['group:reset_group_snapshot_status'],
      success: 202,
      target,
      body: resetStatusBody,
      handler: reset,
    }),
  ],
};
