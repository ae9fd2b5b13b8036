// Backups: make, read, list, change, delete and restore them; records of them; and the actions of an admin.

import { backupMachine } from '../../schema/backups.ts';
import * as is from '../http/answer-types.ts';
import { badRequest, notFound } from '../http/faults.ts';
import { readList } from '../http/list.ts';
import { type Call, operation, type Resource } from '../http/operation.ts';
import { listBody, pageType } from '../http/pagination.ts';
import { reach, within } from '../http/policy.ts';
import type { Target } from '../http/target.ts';
import type { Mode } from '../http/view.ts';
import { ofVolume } from '../volumes/store.ts';
import { whileBusy } from '../work/busy.ts';
import { resetBackupStatus } from './actions/os-reset-status.ts';
import { createBody, forceDeleteBody, importBody, resetStatusBody, restoreBody, updateBody } from './body.ts';
import { createBackup } from './create.ts';
import { deleteBackup, forceDeleteBackup } from './delete.ts';
import { importRecord } from './import.ts';
import { backupRules } from './policy.ts';
import { absentBackup, backupList } from './query.ts';
import { backupService, encodeRecord } from './record.ts';
import { restoreBackup } from './restore.ts';
import { findBackup, listBackups, readRecord } from './store.ts';
import { update } from './update.ts';
import { backupView } from './view.ts';

async function find(call: Call<unknown, 'backup_id'>) {
  const id = call.params.backup_id;
  return findBackup(call.ports.database, reach(call.actor), id);
}

async function found(call: Call<unknown, 'backup_id'>) {
  const row = await find(call);
  if (row === null) throw notFound(absentBackup(call.params.backup_id));
  return row;
}

const show = async (call: Call<unknown, 'backup_id'>) => ({
  backup: backupView.for(call, 'detail')(await found(call)),
});

const list = (mode: Mode) => async (call: Call) => {
  const query = readList(call, backupList);
  const page = await listBackups(call.ports.database, query, within(call.actor, query.allTenants));
  return listBody(call, backupList, query, page, backupView.textFor(call, mode));
};

async function exportRecord(call: Call<unknown, 'backup_id'>) {
  const id = call.params.backup_id;
  const row = await readRecord(call.ports.database, reach(call.actor), id);
  if (row === null) throw notFound(absentBackup(id));
  if (row.status !== 'available') throw badRequest(backupMachine.moves.restore.refusal);
  return { 'backup-record': { backup_service: backupService, backup_url: encodeRecord(row) } };
}

const target: Target<'backup_id'> = {
  param: 'backup_id',
  exists: async (call) => (await find(call)) !== null,
  absent: absentBackup,
};
const summarised = is.object({ backup: backupView.type('summary') });
const restored = is.object({ backup_id: is.uuid, volume_id: is.uuid, volume_name: is.orNull(is.text) });

const one = '/backups/{backup_id}';
const action = { method: 'POST', path: `${one}/action`, success: 202, target } as const;

export const backups: Resource = {
  name: 'backups',
  rules: backupRules,
  operations: [
    operation({
      name: 'backup-list',
      summary: 'List backups',
      method: 'GET',
      path: '/backups',
      policy: ['backup:get_all'],
      success: 200,
      list: backupList,
      answers: pageType(backupList, backupView.type('summary')),
      handler: list('summary'),
    }),
    operation({
      name: 'backup-list-detail',
      summary: 'List backups with details',
      method: 'GET',
      path: '/backups/detail',
      policy: ['backup:get_all'],
      success: 200,
      list: backupList,
      answers: pageType(backupList, backupView.type('detail')),
      handler: list('detail'),
    }),
    operation({
      name: 'backup-create',
      summary: 'Back up a volume or a snapshot',
      method: 'POST',
      path: '/backups',
      policy: ['backup:create'],
      target: ofVolume,
      success: 202,
      body: createBody,
      answers: summarised,
      handler: createBackup,
    }),
    operation({
      name: 'backup-show',
      summary: 'Show a backup',
      method: 'GET',
      path: one,
      policy: ['backup:get'],
      success: 200,
      target,
      answers: is.object({ backup: backupView.type('detail') }),
      waits: whileBusy(backupMachine, 'backup'),
      handler: show,
    }),
    operation({
      name: 'backup-update',
      summary: 'Change name, description or metadata',
      method: 'PUT',
      path: one,
      since: '3.9',
      policy: ['backup:update'],
      success: 200,
      target,
      body: updateBody,
      answers: summarised,
      handler: update,
    }),
    operation({
      name: 'backup-delete',
      summary: 'Delete a backup',
      method: 'DELETE',
      path: one,
      policy: ['backup:delete'],
      success: 202,
      target,
      handler: deleteBackup,
    }),
    operation({
      name: 'backup-restore',
      summary: 'Restore a backup to a volume, or to a new one',
      method: 'POST',
      path: `${one}/restore`,
      policy: ['backup:restore'],
      success: 202,
      target,
      body: restoreBody,
      answers: is.object({ restore: restored }),
      handler: restoreBackup,
    }),
    operation({
      name: 'backup-export-record',
      summary: 'Export the record of a backup',
      method: 'GET',
      path: `${one}/export_record`,
      policy: ['backup:export-import'],
      success: 200,
      target,
      answers: is.object({ 'backup-record': is.object({ backup_service: is.text, backup_url: is.text }) }),
      handler: exportRecord,
    }),
    operation({
      name: 'backup-import-record',
      summary: 'Import a backup record',
      method: 'POST',
      path: '/backups/import_record',
      policy: ['backup:backup-import'],
      success: 201,
      body: importBody,
      answers: summarised,
      handler: importRecord,
    }),
    operation({
      name: 'backup-reset-status',
      summary: 'Reset the status to available or error',
      ...action,
      action: 'os-reset_status',
      policy: ['volume_extension:backup_admin_actions:reset_status'],
      body: resetStatusBody,
      handler: resetBackupStatus,
    }),
    operation({
      name: 'backup-force-delete',
      summary: 'Delete a backup whatever its status',
      ...action,
      action: 'os-force_delete',
      policy: ['volume_extension:backup_admin_actions:force_delete'],
      body: forceDeleteBody,
      handler: forceDeleteBackup,
    }),
  ],
};
