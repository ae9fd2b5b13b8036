import type { Backend, Call } from '../driver.ts';
import type { SnapshotJson, VolumeJson } from '../store/claim.ts';
import { toSnapshot } from './subjects.ts';
import type { Task } from './task.ts';

/** Removes the snapshot. What is gone already is fine. */
export const deleteSnapshot: Task = async (claimed, backend, call) => {
  const resource = claimed.resource;
  if (resource?.snapshot != null) await removeSnapshot(backend, resource.snapshot, resource.volume, call);
  return { location: null };
};

/** What was never taken over for good is given up and not removed: its bytes are somebody's. */
export async function removeSnapshot(
  backend: Backend,
  row: SnapshotJson,
  volume: VolumeJson,
  call: Call,
): Promise<void> {
  const snapshot = toSnapshot(row, volume);
  if (row.is_adopting) await backend.manage?.snapshots?.release(snapshot, call);
  else await backend.snapshot?.remove(snapshot, call);
}
