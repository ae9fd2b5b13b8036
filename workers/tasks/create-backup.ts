import { adoptBackup } from '../backups/adopt.ts';
import { onObjects } from '../backups/on-objects.ts';
import { type Written, writeBackup } from '../backups/write.ts';
import { type Backend, type Call, type DataTarget, DriverError, type Snapshot } from '../driver.ts';
import type { WorkerPorts } from '../ports.ts';
import type { BackupJson, Claimed } from '../store/claim.ts';
import { backupOf, openDataOf, resourceOf, toSnapshot, toVolume } from './subjects.ts';
import type { Task } from './task.ts';

/** Copies a volume or a snapshot to the store; or, for an imported record, makes sure that its data is there. */
export const createBackup: Task = async (claimed, backend, call, ports) => {
  const backup = backupOf(claimed);
  const written =
    claimed.step === 'import' ? await adopt(claimed, backup, ports) : await copy(claimed, backup, backend, call, ports);
  return { location: written.key, facts: { object_count: written.objectCount } };
};

function adopt(claimed: Claimed, backup: BackupJson, ports: WorkerPorts): Promise<Written> {
  return onObjects(ports, (objects) => adoptBackup(objects, backup.id, String(claimed.arguments.record ?? '')));
}

async function copy(claimed: Claimed, backup: BackupJson, backend: Backend, call: Call, ports: WorkerPorts) {
  const { volume } = resourceOf(claimed);
  if (backup.parent_id !== null && backup.parent_location === null) {
    throw new DriverError('gone', 'The backup that this one builds on has no data.');
  }
  const plan = {
    id: backup.id,
    volumeId: backup.volume_id,
    parentKey: backup.parent_location,
    signal: call.signal,
  };
  const write = (target: DataTarget) =>
    onObjects(ports, async (objects) => {
      const data = await openDataOf(backend, target, 'r', call);
      try {
        return await writeBackup(objects, data, plan);
      } finally {
        await data.close();
      }
    });
  if (claimed.arguments.snapshot_id != null) {
    if (backup.snapshot === null) throw new DriverError('gone', 'The snapshot does not exist any more.');
    return write({ kind: 'snapshot', snapshot: toSnapshot(backup.snapshot, volume) });
  }
  const temporary = temporarySnapshot(claimed, backup, backend);
  return temporary === null
    ? write({ kind: 'volume', volume: toVolume(volume) })
    : ofOneMoment(temporary, backend, call, () => write({ kind: 'snapshot', snapshot: temporary }));
}

/** A volume that is written to meanwhile is read from a snapshot, where the back end has them. It bears the backup's id. */
function temporarySnapshot(claimed: Claimed, backup: BackupJson, backend: Backend): Snapshot | null {
  const { volume } = resourceOf(claimed);
  if (volume.previous_status !== 'in-use' || backend.snapshot === undefined) return null;
  return toSnapshot({ id: backup.id, location: null }, volume);
}

async function ofOneMoment<T>(snapshot: Snapshot, backend: Backend, call: Call, work: () => Promise<T>): Promise<T> {
  await backend.snapshot?.create(snapshot, call);
  try {
    return await work();
  } finally {
    // What is left when this fails or the worker dies, the deletion of the backup removes.
    await backend.snapshot?.remove(snapshot, call).catch(() => {});
  }
}
