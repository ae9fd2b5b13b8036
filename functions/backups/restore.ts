// Restoring a backup: over a volume that is there, or into a new one. The answer never waits for the volume.
import type { Static } from '@sinclair/typebox';
import { DatabaseError } from '../../infra/database/port.ts';
import { backupMachine, copySecondsPerGiB } from '../../schema/backups.ts';
import { refusal } from '../../schema/machine.ts';
import { schedulerQueue } from '../../schema/operations.ts';
import { volumeMachine } from '../../schema/volumes.ts';
import { badRequest, notFound } from '../http/faults.ts';
import type { Call } from '../http/operation.ts';
import { reach, scopeParameter } from '../http/policy.ts';
import { dashed } from '../http/schemas.ts';
import { clonedKey, type KeyParameters, noKey, withKey } from '../key-manager/keys.ts';
import { quotaFault, tooLargeForProject } from '../quota-sets/quotas.ts';
import { insertVolume, readCreateFacts } from '../volumes/create/store.ts';
import { nudge, workParameters } from '../work/begin.ts';
import type { restoreBody } from './body.ts';
import { beginRestore, type RestoreFacts, readRestoreFacts } from './copying/store.ts';
import { absentBackup } from './query.ts';

type Body = Static<typeof restoreBody>;

export async function restoreBackup(call: Call<Body, 'backup_id'>): Promise<unknown> {
  const given = call.params.backup_id;
  const id = dashed(given);
  const { volume_id: volumeId = null, name = null } = call.body.restore;
  const volume = volumeId === null ? await intoNew(call, id, name) : await intoExisting(call, id, volumeId);
  return { restore: { backup_id: id, volume_id: volume.id, volume_name: volume.name } };
}

/** The key of the backup has gone with it. */
const isChanged = (error: unknown) => error instanceof DatabaseError && error.reason === 'changed';

const notAvailable = () => badRequest(backupMachine.moves.restore.refusal);

async function intoExisting(call: Call<Body, 'backup_id'>, id: string, volumeId: string) {
  const { database } = call.ports;
  const target = { id, volume_id: volumeId, ...scopeParameter(reach(call.actor)) };
  const facts = await readRestoreFacts(database, target);
  if (facts.backup_status === null) throw notFound(absentBackup(call.params.backup_id));
  if (facts.backup_status !== 'available') throw notAvailable();
  if (facts.volume_status === null) throw notFound(`Volume ${volumeId} could not be found.`);
  if (facts.volume_size < facts.backup_size) {
    throw badRequest(
      `Invalid input received: volume size ${facts.volume_size} is too small to restore backup of size ${facts.backup_size}.`,
    );
  }
  const free = { status: facts.volume_status, obstacles: facts.volume_obstacles ?? '' };
  const notFree = () => badRequest(refusal(volumeMachine, 'restore', free));
  if (free.status !== 'available' || free.obstacles !== '') throw notFree();
  const key = await keyAfter(call, facts, volumeId);
  const begun = workParameters(call, {
    kind: 'backup.restore',
    step: 'restore',
    machine: backupMachine,
    move: 'restore',
    extraSeconds: facts.backup_size * copySecondsPerGiB,
    arguments: { backup_id: id, volume_id: volumeId, ...(key.key_id === null ? {} : { new_key_id: key.key_id }) },
  });
  const parameters = { ...target, ...key, volume_key_id: facts.volume_key_id, ...begun };
  const done = await withKey(call, key, () => beginRestore(database, parameters));
  if (done === null) throw notFree();
  await nudge(call, done.queue, begun);
  return { id: volumeId, name: facts.volume_name };
}

/**
 * The key that the volume has when the data is in it: that of the backup, since bytes are restored as they lay there.
 * noKey when nothing changes. Refuses what would be bytes without their key, and keys without their bytes.
 */
function keyAfter(call: Call<Body>, facts: RestoreFacts, volumeId: string): Promise<KeyParameters> {
  const { backup_key_id: id } = facts;
  if ((id !== null) !== (facts.volume_key_id !== null)) {
    const [what, where] = id === null ? ['not encrypted', 'encrypted'] : ['encrypted', 'not encrypted'];
    throw badRequest(`Invalid volume: The backup is ${what} and cannot be restored to a volume that is ${where}.`);
  }
  if (id === null || facts.keys_are_equal) return Promise.resolve(noKey);
  if (call.ports.keys.manager !== undefined) {
    throw badRequest(
      'Invalid volume: The backup may have another key than the volume, and a key manager keeps both. Restore to a new volume.',
    );
  }
  if (facts.volume_has_snapshots) {
    throw badRequest(
      'Invalid volume: The backup has another key than the volume, whose snapshots need the one that it has. Delete them, or restore to a new volume.',
    );
  }
  return clonedKey(call, { id, isKept: facts.backup_key_is_kept }, `volume ${volumeId}`);
}

/**
 * The volume is made by the normal path; its creation has the backup as its source, and ends when the data is in it.
 */
async function intoNew(call: Call<Body, 'backup_id'>, id: string, name: string | null) {
  const project = call.actor.projectId ?? '';
  const facts = await readCreateFacts(call.ports.database, {
    type: null,
    default_type: call.settings.defaultVolumeType,
    snapshot_id: null,
    source_volid: null,
    backup_id: id,
    image_key_id: null,
    group_id: null,
    zone: null,
    project,
    is_admin: call.actor.roles.has('admin'),
  });
  const size = facts.backup_size;
  if (size === null) throw notFound(absentBackup(call.params.backup_id));
  if (facts.backup_status !== 'available') throw notAvailable();
  if (project === '') throw badRequest('A volume belongs to a project: use a token with the scope of a project.');
  if (facts.source_key_id !== null && !facts.type_is_encrypted) {
    throw badRequest(
      'Invalid volume type: The backup is encrypted, and the volume that it was made of is gone. Create a volume with backup_id and a type that encrypts.',
    );
  }
  if (facts.source_key_id === null && facts.type_is_encrypted) {
    throw badRequest('Invalid volume type: the default volume type is encrypted, and the backup is not.');
  }
  if (facts.type_id === null) throw badRequest('Invalid volume type: no default volume type is configured.');
  if (facts.per_volume_limit >= 0 && size > facts.per_volume_limit) {
    throw tooLargeForProject(size, facts.per_volume_limit);
  }
  const begun = workParameters(call, {
    kind: 'volume.create',
    step: 'schedule',
    machine: volumeMachine,
    move: 'create',
    extraSeconds: size * copySecondsPerGiB,
    arguments: { hints: null, zone: null, from_source: true, backup_id: id },
  });
  const volumeId = call.ports.ids.uuid();
  const source = facts.source_key_id === null ? null : { id: facts.source_key_id, isKept: facts.source_key_is_kept };
  const key = await clonedKey(call, source, `volume ${volumeId}`);
  const parameters = {
    id: volumeId,
    ...key,
    project,
    name: name || `restore_backup_${id}`,
    description: 'auto-created_from_restore_from_backup',
    size,
    zone: call.settings.defaultAvailabilityZone,
    type_id: facts.type_id,
    snapshot_id: null,
    source_volid: null,
    backup_id: id,
    group_id: null,
    bootable: facts.source_bootable ?? false,
    multiattach: facts.type_is_multiattach,
    metadata: facts.backup_metadata ?? '{}',
    ...scopeParameter(reach(call.actor)),
    ...begun,
  };
  const insert = () => insertVolume(call.ports.database, parameters);
  const row = await withKey(call, key, insert).catch((error: unknown) => {
    throw quotaFault(error) ?? (isChanged(error) ? notAvailable() : error);
  });
  if (row === null) throw notAvailable();
  await nudge(call, schedulerQueue, begun);
  return row;
}
