import { toSnapshot } from './subjects.ts';
import type { Task } from './task.ts';

/** Removes the snapshot. What is gone already is fine. */
export const deleteSnapshot: Task = async (claimed, backend, call) => {
  const resource = claimed.resource;
  if (resource?.snapshot != null) {
    await backend.snapshot?.remove(toSnapshot(resource.snapshot, resource.volume), call);
  }
  return { location: null };
};
