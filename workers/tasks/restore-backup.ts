import { onObjects } from '../backups/on-objects.ts';
import { restoreBackup } from '../backups/read.ts';
import { type Backend, type Call, DriverError, type Volume } from '../driver.ts';
import type { WorkerPorts } from '../ports.ts';
import type { BackupJson } from '../store/claim.ts';
import { backupOf, openDataOf, resourceOf, toVolume } from './subjects.ts';
import type { Task } from './task.ts';

/** Writes a backup over a volume that is there. */
export const restoreToVolume: Task = async (claimed, backend, call, ports) => {
  await restoreInto(toVolume(resourceOf(claimed).volume), backupOf(claimed), backend, call, ports);
  return { location: null };
};

/** Makes the data of a volume that of the backup. */
export async function restoreInto(
  volume: Volume,
  backup: BackupJson,
  backend: Backend,
  call: Call,
  ports: WorkerPorts,
): Promise<void> {
  const key = backup.location;
  if (key === null) throw new DriverError('gone', 'The backup has no data.');
  const data = await openDataOf(backend, { kind: 'volume', volume }, 'rw', call);
  try {
    await onObjects(ports, (objects) => restoreBackup(objects, key, data, call.signal));
  } finally {
    await data.close();
  }
}
