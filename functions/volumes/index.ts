// Volumes: create, read, list, change and delete them, and the actions that need no attachment.

import { volumeMachine } from '../../schema/volumes.ts';
import * as is from '../http/answer-types.ts';
import { notFound } from '../http/faults.ts';
import { readList } from '../http/list.ts';
import { at, type Call, operation, type Resource } from '../http/operation.ts';
import { listBody, pageType } from '../http/pagination.ts';
import { reach, within } from '../http/policy.ts';
import { whileBusy } from '../work/busy.ts';
import { resetVolumeStatus, setBootable, updateReadonly } from './actions/flags.ts';
import { extendVolume } from './actions/os-extend.ts';
import { completeExtension } from './actions/os-extend-completion.ts';
import {
  bootableBody,
  createBody,
  extendBody,
  extendCompletionBody,
  forceDeleteBody,
  readonlyBody,
  resetStatusBody,
  updateBody,
} from './body.ts';
import { createVolume } from './create/index.ts';
import { deleteVolume, forceDeleteVolume, isForcedBy } from './delete.ts';
import { manageOperations } from './manage/index.ts';
import { volumeRules } from './policy.ts';
import { absentVolume, volumeList } from './query.ts';
import { findVolume, listVolumeNames, listVolumes, onVolume } from './store.ts';
import { metadataInUse, summarise } from './summary/store.ts';
import { update } from './update.ts';
import { volumeSummaryView, volumeView } from './view.ts';

async function show(call: Call<unknown, 'volume_id'>) {
  const id = call.params.volume_id;
  const row = await findVolume(call.ports.database, reach(call.actor), id);
  if (row === null) throw notFound(absentVolume(id));
  return { volume: volumeView.for(call, 'detail')(row) };
}

async function list(call: Call) {
  const query = readList(call, volumeList);
  const page = await listVolumeNames(call.ports.database, query, within(call.actor, query.allTenants));
  return listBody(call, volumeList, query, page, volumeSummaryView.textFor(call, 'summary'));
}

async function detail(call: Call) {
  const query = readList(call, volumeList);
  const page = await listVolumes(call.ports.database, query, within(call.actor, query.allTenants));
  return listBody(call, volumeList, query, page, volumeView.textFor(call, 'detail'));
}

async function summary(call: Call) {
  const { allTenants } = readList(call, { ...volumeList, lenient: true });
  const { projectId } = within(call.actor, allTenants);
  const totals = await summarise(call.ports.database, projectId);
  if (!at(call, 'summary-metadata')) return { 'volume-summary': totals };
  const metadata = await metadataInUse(call.ports.database, projectId);
  const values = Object.fromEntries(metadata.map((row) => [row.key, JSON.parse(row.values)]));
  return { 'volume-summary': { ...totals, metadata: values } };
}

const totals = is.object({
  total_count: is.count,
  total_size: is.count,
  metadata: is.since('3.36', is.mapOf(is.listOf(is.text))),
});

const one = '/volumes/{volume_id}';
const action = { method: 'POST', path: `${one}/action`, success: 202, target: onVolume } as const;

export const volumes: Resource = {
  name: 'volumes',
  rules: volumeRules,
  operations: [
    operation({
      name: 'volume-list',
      summary: 'List volumes',
      method: 'GET',
      path: '/volumes',
      policy: ['volume:get_all'],
      success: 200,
      list: volumeList,
      answers: pageType(volumeList, volumeSummaryView.type('summary')),
      handler: list,
    }),
    operation({
      name: 'volume-list-detail',
      summary: 'List volumes with details',
      method: 'GET',
      path: '/volumes/detail',
      policy: ['volume:get_all'],
      success: 200,
      list: volumeList,
      answers: pageType(volumeList, volumeView.type('detail')),
      handler: detail,
    }),
    operation({
      name: 'volume-summary',
      summary: 'Total number and size of volumes',
      method: 'GET',
      path: '/volumes/summary',
      since: '3.12',
      policy: ['volume:get_all'],
      success: 200,
      answers: is.object({ 'volume-summary': totals }),
      handler: summary,
    }),
    operation({
      name: 'volume-create',
      summary: 'Create a volume',
      method: 'POST',
      path: '/volumes',
      policy: ['volume:create'],
      success: 202,
      body: createBody,
      answers: is.object({ volume: volumeView.type('summary') }),
      handler: createVolume,
    }),
    operation({
      name: 'volume-show',
      summary: 'Show a volume',
      method: 'GET',
      path: one,
      policy: ['volume:get'],
      hides: true,
      success: 200,
      target: onVolume,
      answers: is.object({ volume: volumeView.type('detail') }),
      waits: whileBusy(volumeMachine, 'volume'),
      handler: show,
    }),
    operation({
      name: 'volume-update',
      summary: 'Change name, description or metadata',
      method: 'PUT',
      path: one,
      policy: ['volume:update'],
      success: 200,
      target: onVolume,
      body: updateBody,
      answers: is.object({ volume: volumeView.type('summary') }),
      handler: update,
    }),
    operation({
      name: 'volume-delete',
      summary: 'Delete a volume',
      method: 'DELETE',
      path: one,
      policy: ['volume:delete'],
      furtherPolicy: { 'volume:force_delete': isForcedBy },
      success: 202,
      target: onVolume,
      queryParameters: { cascade: 'delete its snapshots too', force: 'whatever its status (3.23, admin)' },
      handler: deleteVolume,
    }),
    operation({
      name: 'volume-extend',
      summary: 'Extend a volume',
      ...action,
      action: 'os-extend',
      policy: ['volume:extend'],
      body: extendBody,
      handler: extendVolume,
    }),
    operation({
      name: 'volume-extend-completion',
      summary: 'Report that the host has extended an attached volume, or failed to',
      ...action,
      since: '3.71',
      action: 'os-extend_volume_completion',
      policy: ['volume_extension:volume_admin_actions:extend_volume_completion'],
      body: extendCompletionBody,
      handler: completeExtension,
    }),
    operation({
      name: 'volume-reset-status',
      summary: 'Reset the status',
      ...action,
      action: 'os-reset_status',
      policy: ['volume_extension:volume_admin_actions:reset_status'],
      body: resetStatusBody,
      handler: resetVolumeStatus,
    }),
    operation({
      name: 'volume-force-delete',
      summary: 'Delete a volume whatever its status',
      ...action,
      action: 'os-force_delete',
      policy: ['volume_extension:volume_admin_actions:force_delete', 'volume:delete'],
      body: forceDeleteBody,
      handler: forceDeleteVolume,
    }),
    operation({
      name: 'volume-set-bootable',
      summary: 'Set whether the volume is bootable',
      ...action,
      success: 200,
      action: 'os-set_bootable',
      policy: ['volume:update'],
      body: bootableBody,
      handler: setBootable,
    }),
    operation({
      name: 'volume-update-readonly',
      summary: 'Set whether the volume is attached read-only',
      ...action,
      action: 'os-update_readonly_flag',
      policy: ['volume:update_readonly_flag'],
      body: readonlyBody,
      handler: updateReadonly,
    }),
    ...manageOperations,
  ],
};
