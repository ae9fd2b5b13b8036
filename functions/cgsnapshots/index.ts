// Snapshots of consistency groups, the API before group snapshots: the same tables.

import type { Static } from '@sinclair/typebox';
import { groupSnapshotMachine } from '../../schema/groups.ts';
import {
  absentGroupSnapshot,
  deleteGroupSnapshot,
  findGroupSnapshot,
  groupSnapshotList,
  groupSnapshotRules,
  listGroupSnapshots,
  makeGroupSnapshot,
} from '../group-snapshots/store.ts';
import * as is from '../http/answer-types.ts';
import { notFound } from '../http/faults.ts';
import { type ListSpec, readList } from '../http/list.ts';
import { type Call, operation, type Resource } from '../http/operation.ts';
import { reach, within } from '../http/policy.ts';
import type { Target } from '../http/target.ts';
import type { Mode } from '../http/view.ts';
import { whileBusy } from '../work/busy.ts';
import { createBody } from './body.ts';
import { cgsnapshotView } from './view.ts';

async function find(call: Call<unknown, 'cgsnapshot_id'>) {
  const id = call.params.cgsnapshot_id;
  return findGroupSnapshot(call.ports.database, reach(call.actor), 'legacy', id);
}

async function show(call: Call<unknown, 'cgsnapshot_id'>) {
  const row = await find(call);
  if (row === null) throw notFound(absentGroupSnapshot(call.params.cgsnapshot_id));
  return { cgsnapshot: cgsnapshotView.for(call, 'detail')(row) };
}

/** This list has limit and offset, and neither markers nor links. */
const { pagingSince: _always, ...rest } = groupSnapshotList;
const cgsnapshotList: ListSpec = {
  ...rest,
  collection: 'cgsnapshots',
  linkKey: '',
  filters: {},
  lenient: true,
};

const list = (mode: Mode) => async (call: Call) => {
  const query = { ...readList(call, cgsnapshotList), marker: null };
  const scope = within(call.actor, query.allTenants);
  const page = await listGroupSnapshots(call.ports.database, cgsnapshotList, query, scope, 'legacy');
  return { cgsnapshots: page.rows.map(cgsnapshotView.for(call, mode)) };
};

async function create(call: Call<Static<typeof createBody>>) {
  const { consistencygroup_id: groupId, name = null, description = null } = call.body.cgsnapshot;
  const made = await makeGroupSnapshot(call, 'legacy', { groupId, name, description });
  return { cgsnapshot: { id: made.id, name: made.name } };
}

const target: Target<'cgsnapshot_id'> = {
  param: 'cgsnapshot_id',
  exists: async (call) => (await find(call)) !== null,
  absent: absentGroupSnapshot,
};
const all = '/cgsnapshots';
const one = `${all}/{cgsnapshot_id}`;
const listing = { method: 'GET', policy: ['group:get_all_group_snapshots'], success: 200 } as const;

export const cgsnapshots: Resource = {
  name: 'cgsnapshots',
  rules: groupSnapshotRules,
  operations: [
    operation({
      name: 'cgsnapshot-list',
      summary: 'List snapshots of consistency groups',
      path: all,
      ...listing,
      answers: is.object({ cgsnapshots: is.listOf(cgsnapshotView.type('summary')) }),
      handler: list('summary'),
    }),
    operation({
      name: 'cgsnapshot-list-detail',
      summary: 'List snapshots of consistency groups with details',
      path: `${all}/detail`,
      ...listing,
      answers: is.object({ cgsnapshots: is.listOf(cgsnapshotView.type('detail')) }),
      handler: list('detail'),
    }),
    operation({
      name: 'cgsnapshot-create',
      summary: 'Take a snapshot of every volume in a consistency group',
      method: 'POST',
      path: all,
      policy: ['group:create_group_snapshot'],
      success: 202,
      body: createBody,
      answers: is.object({ cgsnapshot: cgsnapshotView.type('summary') }),
      handler: create,
    }),
    operation({
      name: 'cgsnapshot-show',
      summary: 'Show a snapshot of a consistency group',
      method: 'GET',
      path: one,
      policy: ['group:get_group_snapshot'],
      success: 200,
      target,
      answers: is.object({ cgsnapshot: cgsnapshotView.type('detail') }),
      waits: whileBusy(groupSnapshotMachine, 'cgsnapshot'),
      handler: show,
    }),
    operation({
      name: 'cgsnapshot-delete',
      summary: 'Delete a snapshot of a consistency group',
      method: 'DELETE',
      path: one,
      policy: ['group:delete_group_snapshot'],
      success: 202,
      target,
      handler: (call) => deleteGroupSnapshot(call, 'legacy', call.params.cgsnapshot_id),
    }),
  ],
};
