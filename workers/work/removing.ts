import type { Backend, DriverCall } from '../driver.ts';
import type { SnapshotJson, VolumeJson } from './fragments.ts';
import { toSnapshot } from './subjects.ts';

/** Removes a snapshot. One whose adoption was never finished is released instead: its bytes belong to somebody. */
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
