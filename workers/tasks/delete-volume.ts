import { removeSnapshot } from './delete-snapshot.ts';
import { toVolume } from './subjects.ts';
import type { Task } from './task.ts';

/**
 * Removes the volume, and its snapshots before it. What is gone already is fine. What was never taken over for good is
 * given up and not removed: its bytes are somebody's.
 */
export const deleteVolume: Task = async (claimed, backend, call) => {
  if (claimed.resource === null) return { location: null };
  const { volume, snapshots } = claimed.resource;
  for (const snapshot of snapshots ?? []) await removeSnapshot(backend, snapshot, volume, call);
  if (volume.is_adopting) await backend.manage?.release(toVolume(volume), call);
  else await backend.remove(toVolume(volume), call);
  return { location: null };
};
