import { onObjects } from '../backups/on-objects.ts';
import { restoreBackup } from '../backups/read.ts';
import { type Backend, type DriverCall, DriverError, type Volume } from '../driver.ts';
import type { WorkerPorts } from '../ports.ts';
import type { BackupJson } from './fragments.ts';
import { openDataOf } from './subjects.ts';

/** Writes the backup's data to a volume. */
export async function restoreInto(
  volume: Volume,
  backup: BackupJson,
  backend: Pick<Backend, 'openData'>,
  call: DriverCall,
  ports: Pick<WorkerPorts, 'objects' | 'digests'>,
): Promise<void> {
  const key = backup.location;
  if (key === null) throw new DriverError('gone', 'The backup has no data.');
  const data = await openDataOf(backend, { kind: 'volume', volume }, 'rw', call);
  try {
    await onObjects(ports, (objects) => restoreBackup({ objects, digests: ports.digests }, key, data, call.signal));
  } finally {
    await data.close();
  }
}
