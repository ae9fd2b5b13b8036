import type { Static } from '@sinclair/typebox';
import { KeysError } from '../../infra/keys/port.ts';
import { backupMachine } from '../../schema/backups.ts';
import { badRequest } from '../http/faults.ts';
import type { Call } from '../http/operation.ts';
import { clonedKey, inFaults, type KeyParameters, noKey, withKey } from '../key-manager/keys.ts';
import { quotaFault } from '../quota-sets/quotas.ts';
import { nudge, workParameters } from '../work/begin.ts';
import type { importBody } from './body.ts';
import { serviceIsDown } from './create.ts';
import { type BackupRecord, backupService, decodeRecord } from './record.ts';
import { type Imported, insertImported } from './store.ts';
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
  const key = await importedKey(call, record);
  const row = await withKey(call, key, () => insert(call, { ...parametersOf(record, project, begun), ...key }));
  if (row === null) throw serviceIsDown();
  await nudge(call, row.queue, begun);
  return { backup: backupView.for(call, 'summary')(row) };
}

async function insert(call: Call<unknown>, parameters: Parameters<typeof insertImported>[1]): Promise<Imported> {
  const row = await insertImported(call.ports.database, parameters).catch((error: unknown) => {
    throw quotaFault(error) ?? error;
  });
  if (row === 'no-service') throw serviceIsDown();
  if (row === 'exists') throw badRequest('Invalid backup: Backup already exists in database.');
  return row;
}

/** A key of the backup's own, of the bytes that the record has sealed or that a key manager keeps. */
async function importedKey(call: Call<unknown>, { id, key }: BackupRecord): Promise<KeyParameters> {
  if (key === null) return noKey;
  if (key.sealed === null) return clonedKey(call, { id: key.id, isKept: false }, `backup ${id}`);
  const { material, sealed_as } = key.sealed;
  const { keys, ids } = call.ports;
  const opened = await inFaults(call, () =>
    keys.open(material, sealed_as).catch((error: unknown) => {
      if (error instanceof KeysError && error.failure === 'damaged') return null;
      throw error;
    }),
  );
  if (opened === null || opened.length * 8 !== key.sealed.bit_length) {
    throw badRequest(
      'Invalid backup: What sealed the key of the record is not here: see SCORIA_SECRET_KEYS and SCORIA_KEYS.',
    );
  }
  return {
    ...noKey,
    key_id: ids.uuid(),
    key_material: material,
    key_sealed_as: sealed_as,
    key_algorithm: key.sealed.algorithm,
    key_bits: key.sealed.bit_length,
    key_mode: key.sealed.mode,
  };
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
    volume_name: record.volumeName,
    volume_description: record.volumeDescription,
    volume_metadata: JSON.stringify(record.volumeMetadata),
    image_metadata: record.imageMetadata === null ? null : JSON.stringify(record.imageMetadata),
    data_timestamp: record.dataTimestamp ?? begun.now,
  };
}
