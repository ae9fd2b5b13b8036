// Snapshots: take, read, list, change and delete them, and the actions that write a status.

import { snapshotMachine } from '../../schema/snapshots.ts';
import * as is from '../http/answer-types.ts';
import { notFound } from '../http/faults.ts';
import { readList } from '../http/list.ts';
import { type Call, operation, type Resource } from '../http/operation.ts';
import { listBody, pageType } from '../http/pagination.ts';
import { reach, within } from '../http/policy.ts';
import type { Mode } from '../http/view.ts';
import { ofVolume } from '../volumes/store.ts';
import { whileBusy } from '../work/busy.ts';
import { resetSnapshotStatus, updateSnapshotStatus } from './actions/status.ts';
import { createBody, forceDeleteBody, resetStatusBody, updateBody, updateStatusBody } from './body.ts';
import { createSnapshot } from './create.ts';
import { deleteSnapshot, forceDeleteSnapshot } from './delete.ts';
import { manageOperations } from './manage/index.ts';
import { snapshotRules } from './policy.ts';
import { absentSnapshot, snapshotList } from './query.ts';
import { findSnapshot, listSnapshots, onSnapshot } from './store.ts';
import { update } from './update.ts';
import { snapshotView } from './view.ts';

async function find(call: Call<unknown, 'snapshot_id'>) {
  const id = call.params.snapshot_id;
  return findSnapshot(call.ports.database, reach(call.actor), id);
}

async function show(call: Call<unknown, 'snapshot_id'>) {
  const row = await find(call);
  if (row === null) throw notFound(absentSnapshot(call.params.snapshot_id));
  return { snapshot: snapshotView.for(call, 'detail')(row) };
}

const list = (mode: Mode) => async (call: Call) => {
  const query = readList(call, snapshotList);
  const page = await listSnapshots(call.ports.database, query, within(call.actor, query.allTenants));
  return listBody(call, snapshotList, query, page, snapshotView.textFor(call, mode));
};

const one = '/snapshots/{snapshot_id}';
const action = { method: 'POST', path: `${one}/action`, success: 202, target: onSnapshot } as const;

export const snapshots: Resource = {
  name: 'snapshots',
  rules: snapshotRules,
  operations: [
    operation({
      name: 'snapshot-list',
      summary: 'List snapshots',
      method: 'GET',
      path: '/snapshots',
      policy: ['volume:get_all_snapshots'],
      success: 200,
      list: snapshotList,
      answers: pageType(snapshotList, snapshotView.type('summary')),
      handler: list('summary'),
    }),
    operation({
      name: 'snapshot-list-detail',
      summary: 'List snapshots with details',
      method: 'GET',
      path: '/snapshots/detail',
      policy: ['volume:get_all_snapshots'],
      success: 200,
      list: snapshotList,
      answers: pageType(snapshotList, snapshotView.type('detail')),
      handler: list('detail'),
    }),
    operation({
      name: 'snapshot-create',
      summary: 'Take a snapshot of a volume',
      method: 'POST',
      path: '/snapshots',
      policy: ['volume:create_snapshot'],
      target: ofVolume,
      success: 202,
      body: createBody,
      answers: is.object({ snapshot: snapshotView.type('summary') }),
      handler: createSnapshot,
    }),
    operation({
      name: 'snapshot-show',
      summary: 'Show a snapshot',
      method: 'GET',
      path: one,
      policy: ['volume:get_snapshot'],
      success: 200,
      target: onSnapshot,
      answers: is.object({ snapshot: snapshotView.type('detail') }),
      waits: whileBusy(snapshotMachine, 'snapshot'),
      handler: show,
    }),
    operation({
      name: 'snapshot-update',
      summary: 'Change name or description',
      method: 'PUT',
      path: one,
      policy: ['volume:update_snapshot'],
      success: 200,
      target: onSnapshot,
      body: updateBody,
      answers: is.object({ snapshot: snapshotView.type('summary') }),
      handler: update,
    }),
    operation({
      name: 'snapshot-delete',
      summary: 'Delete a snapshot',
      method: 'DELETE',
      path: one,
      policy: ['volume:delete_snapshot'],
      success: 202,
      target: onSnapshot,
      handler: deleteSnapshot,
    }),
    operation({
      name: 'snapshot-update-status',
      summary: 'Report how far the hypervisor has got with its snapshot',
      ...action,
      action: 'os-update_snapshot_status',
      policy: ['snapshot_extension:snapshot_actions:update_snapshot_status'],
      body: updateStatusBody,
      handler: updateSnapshotStatus,
    }),
    operation({
      name: 'snapshot-reset-status',
      summary: 'Reset the status',
      ...action,
      action: 'os-reset_status',
      policy: ['volume_extension:snapshot_admin_actions:reset_status'],
      body: resetStatusBody,
      handler: resetSnapshotStatus,
    }),
    operation({
      name: 'snapshot-force-delete',
      summary: 'Delete a snapshot whatever its status',
      ...action,
      action: 'os-force_delete',
      policy: ['volume_extension:snapshot_admin_actions:force_delete'],
      body: forceDeleteBody,
      handler: forceDeleteSnapshot,
    }),
    ...manageOperations,
  ],
};
