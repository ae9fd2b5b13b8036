import type { Static } from '@sinclair/typebox';
import { backupMachine } from '../../schema/backups.ts';
import { badRequest } from '../http/faults.ts';
import type { Call } from '../http/operation.ts';
import { quotaFault } from '../http/quotas.ts';
import { nudge, workParameters } from '../http/work.ts';
import type { importBody } from './body.ts';
import { serviceIsDown } from './create.ts';
import { type BackupRecord, backupService, decodeRecord } from './record.ts';
import { insertImported } from './store.ts';
import { backupView } from './view.ts';

/** Makes a backup of a record, in the project of the caller. A worker then looks whether its data is there. */
export async function importRecord(call: Call<Static<typeof importBody>>): Promise<unknown> {
  const project = call.actor.projectId;
  if (project === null) throw badRequest('A backup belongs to a project: use a token with the scope of a project.');
  const { backup_service: service, backup_url: url } = call.body['backup-record'];
  if (service !== backupService) {
    throw badRequest(`Invalid backup: The backup service ${service} is not known here. It must be ${backupService}.`);
  }
  const record = decodeRecord(url);
  const begun = workParameters(call, {
    kind: 'backup.create',
    step: 'import',
    machine: backupMachine,
    move: 'create',
    arguments: { backup_id: record.id, record: record.location },
  });
  const row = await insertImported(call.ports.database, parametersOf(record, project, begun)).catch(
    (error: unknown) => {
      throw quotaFault(error) ?? error;
    },
  );
  if (row === 'no-service') throw serviceIsDown();
  if (row === 'exists') throw badRequest('Invalid backup: Backup already exists in database.');
  await nudge(call, row.queue, begun.operation_id);
  return { backup: backupView.for(call, 'summary')(row) };
}

function parametersOf(record: BackupRecord, project: string, begun: ReturnType<typeof workParameters>) {
  return {
    ...begun,
    id: record.id,
    project,
    volume_id: record.volumeId,
    snapshot_id: record.snapshotId,
    name: record.name,
    description: record.description,
    container: record.container,
    zone: record.zone,
    size: record.sizeGiB,
    object_count: record.objectCount,
    metadata: JSON.stringify(record.metadata),
    bootable: record.isBootable,
    data_timestamp: record.dataTimestamp ?? begun.now,
  };
}
