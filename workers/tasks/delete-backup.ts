import { manifestKey } from '../backups/manifest.ts';
import { onObjects } from '../backups/on-objects.ts';
import { removeBackup } from '../backups/remove.ts';
import { DriverError } from '../driver.ts';
import { toSnapshot } from './subjects.ts';
import type { Task } from './task.ts';

/** Removes the backup's data, and the snapshot that its creation may have left. What is gone already is fine. */
export const deleteBackup: Task = async (claimed, backend, call, ports) => {
  const { backup, resource } = claimed;
  if (backup === null) return { location: null };
  if (resource !== null) {
    const left = toSnapshot({ id: backup.id, location: null }, resource.volume);
    await backend.snapshot?.remove(left, call).catch((error: unknown) => {
      // Busy would send the backup back to a state of its volume: it is tried again instead.
      throw new DriverError('transient', 'The snapshot that the backup was read from cannot be removed.', {
        cause: error,
      });
    });
  }
  const key = backup.location ?? manifestKey(backup.volume_id, backup.id);
  await onObjects(ports, (objects) => removeBackup(objects, backup.id, key, call.signal));
  return { location: null };
};
