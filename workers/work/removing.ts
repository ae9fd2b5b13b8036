import type { Backend, DriverCall } from '../driver.ts';
import type { SnapshotJson, VolumeJson } from './fragments.ts';
import { toSnapshot } from './subjects.ts';

/** Removes a snapshot. What was never taken over for good is given up and not removed: its bytes are somebody's. */
export async function removeSnapshot(
  backend: Pick<Backend, 'snapshot' | 'manage'>,
  row: SnapshotJson,
  volume: VolumeJson,
  call: DriverCall,
): Promise<void> {
  const snapshot = toSnapshot(row, volume);
  if (row.is_adopting) await backend.manage?.snapshots?.release(snapshot, call);
  else await backend.snapshot?.remove(snapshot, call);
}
