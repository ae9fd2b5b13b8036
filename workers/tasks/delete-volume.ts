import { toSnapshot, toVolume } from './subjects.ts';
import type { Task } from './task.ts';

/** Removes the volume, and its snapshots before it. What is gone already is fine. */
export const deleteVolume: Task = async (claimed, backend, call) => {
  if (claimed.resource === null) return { location: null };
  const { volume, snapshots } = claimed.resource;
  for (const snapshot of snapshots ?? []) await backend.snapshot?.remove(toSnapshot(snapshot, volume), call);
  await backend.remove(toVolume(volume), call);
  return { location: null };
};
