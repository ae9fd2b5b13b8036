// Making a backup: one statement to learn what the request refers to, one to write all of it.
import type { Static } from '@sinclair/typebox';
import { timestamp } from '../../infra/clock/port.ts';
import { backupMachine, copySecondsPerGiB, defaultContainer } from '../../schema/backups.ts';
import { refusal } from '../../schema/machine.ts';
import { snapshotMachine } from '../../schema/snapshots.ts';
import { volumeMachine } from '../../schema/volumes.ts';
import { badRequest, Fault, notFound } from '../http/faults.ts';
import type { Call } from '../http/operation.ts';
import { reach, scopeParameter } from '../http/policy.ts';
import { clonedKey, withKey } from '../key-manager/keys.ts';
import { quotaFault } from '../quota-sets/quotas.ts';
import { nudge, workParameters } from '../work/begin.ts';
import type { createBody } from './body.ts';
import { type BackupMove, type CreateFacts, insertBackup, readCreateFacts } from './copying/store.ts';
import { backupView } from './view.ts';

type Body = Static<typeof createBody>;
type Wanted = Body['backup'];

/**
 * Backs up a volume that is available, with `force` one in use, or a snapshot; in full, or what changed since the
 * last.
 */
export async function createBackup(call: Call<Body>): Promise<unknown> {
  const wanted = call.body.backup;
  const project = call.actor.projectId;
  if (project === null) throw badRequest('A backup belongs to a project: use a token with the scope of a project.');
  const { database } = call.ports;
  const target = {
    volume_id: wanted.volume_id,
    snapshot_id: wanted.snapshot_id ?? null,
    zone: wanted.availability_zone ?? null,
    project,
    ...scopeParameter(reach(call.actor)),
  };
  const facts = await readCreateFacts(database, {
    ...target,
    incremental: wanted.incremental === true,
    now: timestamp(call.ports.clock),
  });
  const move = wanted.force === true ? 'backup_in_use' : 'backup';
  checkFacts(wanted, facts, move);
  const id = call.ports.ids.uuid();
  const begun = workParameters(call, {
    kind: 'backup.create',
    step: 'create',
    machine: backupMachine,
    move: 'create',
    extraSeconds: (facts.snapshot_size ?? facts.volume_size) * copySecondsPerGiB,
    arguments: { backup_id: id, volume_id: target.volume_id, snapshot_id: target.snapshot_id },
  });
  const source = facts.key_id === null ? null : { id: facts.key_id, isKept: facts.key_is_kept };
  const key = await clonedKey(call, source, `backup ${id}`);
  const parameters = {
    ...target,
    id,
    ...key,
    volume_key_id: facts.key_id,
    parent_id: facts.parent_id,
    name: wanted.name ?? null,
    description: wanted.description ?? null,
    container: wanted.container || defaultContainer,
    metadata: JSON.stringify(wanted.metadata ?? {}),
    ...begun,
  };
  const row = await withKey(call, key, () => insertBackup(database, move, parameters)).catch((error: unknown) => {
    throw quotaFault(error) ?? error;
  });
  if (row === null) throw badRequest('Invalid volume: The volume or its backups have just been changed. Try again.');
  await nudge(call, row.queue, begun);
  return { backup: backupView.for(call, 'summary')(row) };
}

/** No service makes backups now. */
export const serviceIsDown = () => new Fault(503, 'Service cinder-backup could not be found.');

/** Refuses what the facts do not allow. */
function checkFacts(wanted: Wanted, facts: CreateFacts, move: BackupMove): void {
  if (facts.volume_status === null) throw notFound(`Volume ${wanted.volume_id} could not be found.`);
  if (wanted.snapshot_id != null) checkSnapshot(wanted.snapshot_id, wanted.volume_id, facts);
  else checkVolume(facts.volume_status, move);
  if (!facts.zone_known) throw badRequest(`Availability zone '${wanted.availability_zone}' is invalid.`);
  if (!facts.service_up) throw serviceIsDown();
  if (wanted.incremental === true) checkParent(facts);
}

function checkParent({ parent_id: id, parent_status: status }: CreateFacts): void {
  if (id === null || status === null) {
    throw badRequest('Invalid backup: No backups available to do an incremental backup.');
  }
  if (backupMachine.moves.parent.from.includes(status)) return;
  throw badRequest(refusal(backupMachine, 'parent', { status, obstacles: '' }, { id }));
}

function checkSnapshot(id: string, volumeId: string, facts: CreateFacts): void {
  if (facts.snapshot_status === null) throw notFound(`Snapshot ${id} could not be found.`);
  if (facts.snapshot_volume_id !== volumeId) {
    throw badRequest(`Invalid snapshot: Snapshot ${id} does not belong to volume ${volumeId}.`);
  }
  if (facts.snapshot_status === 'available') return;
  throw badRequest(refusal(snapshotMachine, 'backup', { status: facts.snapshot_status, obstacles: '' }));
}

function checkVolume(status: string, move: BackupMove): void {
  if (volumeMachine.moves[move].from.includes(status)) return;
  if (status === 'in-use') throw badRequest('Invalid volume: Backing up an in-use volume must use the force flag.');
  throw badRequest(refusal(volumeMachine, move, { status, obstacles: '' }));
}
