import { adoptBackup } from '../../backups/adopt.ts';
import { onObjects } from '../../backups/on-objects.ts';
import { writeBackup } from '../../backups/write.ts';
import { type Backend, type DataTarget, type DriverCall, DriverError, type Snapshot } from '../../driver.ts';
import type { WorkerPorts } from '../../ports.ts';
import {
  type BackupJson,
  backup,
  type SnapshotJson,
  snapshotOfArgumentsOrNull,
  text,
  type VolumeJson,
  type VolumeMore,
  volumeOfArgumentsOrNull,
} from '../fragments.ts';
import { sourceFree } from '../sql.ts';
import { openDataOf, toSnapshot, toVolume } from '../subjects.ts';
import { done, work } from '../work.ts';

/** Copies a volume or a snapshot to the store. For an imported record it checks that the data is there. */
export const createBackup = work({
  kind: 'backup.create',
  does: 'copies a volume or a snapshot to the store, or finds the data of an imported record there',
  steps: ['create', 'import'],
  needs: {
    backup,
    volume: volumeOfArgumentsOrNull('previous_status'),
    snapshotId: text('snapshot_id'),
    snapshot: snapshotOfArgumentsOrNull,
    record: text('record'),
  },
  uses: ['backend.openData', 'backend.snapshot', 'objects', 'digests'],
  async run({ record, ...source }, operation, { backend, ports, call }) {
    const { backup } = source;
    const written =
      operation.step === 'import'
        ? await onObjects(ports, (objects) => adoptBackup(objects, backup.id, record ?? ''))
        : await copy(source, backend, call, ports);
    return done(written.key, { object_count: written.objectCount });
  },
  events: { done: 'backup.create.end', failed: 'backup.create.error' },
  message: { action: 'createBackup', detail: 'backupCreateFailed' },
  done: (ends) => ({
    set: `location = :location::text, object_count = COALESCE((:facts::jsonb->>'object_count')::int, r.object_count)`,
    also: sourceFree(ends),
  }),
  failed: (ends) => ({ set: 'fail_reason = :cause::text', also: sourceFree(ends) }),
});

interface CopySource {
  readonly backup: BackupJson;
  readonly volume: (VolumeJson & Pick<VolumeMore, 'previous_status'>) | null;
  /** The snapshot to back up; null: the volume itself. */
  readonly snapshotId: string | null;
  readonly snapshot: SnapshotJson | null;
}

type CopyBackend = Pick<Backend, 'openData' | 'snapshot'>;

async function copy(
  { backup, volume, snapshotId, snapshot }: CopySource,
  backend: CopyBackend,
  call: DriverCall,
  ports: Pick<WorkerPorts, 'objects' | 'digests'>,
) {
  if (volume === null) throw new DriverError('gone', 'The volume does not exist any more.');
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
        return await writeBackup({ objects, digests: ports.digests }, data, plan);
      } finally {
        await data.close();
      }
    });
  if (snapshotId !== null) {
    if (snapshot === null) throw new DriverError('gone', 'The snapshot does not exist any more.');
    return write({ kind: 'snapshot', snapshot: toSnapshot(snapshot, volume) });
  }
  // A volume in use is read from a snapshot, if the back end has snapshots. The snapshot has the backup's id.
  const isUsed = volume.previous_status === 'in-use' && backend.snapshot !== undefined;
  if (!isUsed) return write({ kind: 'volume', volume: toVolume(volume) });
  const temporary = toSnapshot({ id: backup.id, location: null }, volume);
  return ofOneMoment(temporary, backend, call, () => write({ kind: 'snapshot', snapshot: temporary }));
}

async function ofOneMoment<T>(
  snapshot: Snapshot,
  backend: CopyBackend,
  call: DriverCall,
  run: () => Promise<T>,
): Promise<T> {
  await backend.snapshot?.create(snapshot, call);
  try {
    return await run();
  } finally {
    // If this fails or the worker dies, deleting the backup removes what is left.
    await backend.snapshot?.remove(snapshot, call).catch(() => {});
  }
}
