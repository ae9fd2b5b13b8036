// Work on all members of a group. Each step is idempotent by id, so that a second try begins anew and does no harm.
import { DriverError } from '../driver.ts';
import { membersOf, toSnapshot, toVolume } from './subjects.ts';
import type { Task } from './task.ts';

/** Removes every member. What is gone already is fine; a member that was never placed is nowhere. */
export const deleteGroup: Task = async (claimed, backend, call) => {
  for (const { volume } of membersOf(claimed)) {
    if (volume.host !== null) await backend.remove(toVolume(volume), call);
  }
  return { location: null };
};

/** Takes the members' snapshots one after another: each is whole, but they are not of one moment. */
export const createGroupSnapshot: Task = async (claimed, backend, call) => {
  if (backend.snapshot === undefined) throw new DriverError('not-supported', 'This back end cannot take snapshots.');
  const locations: Record<string, string | null> = {};
  for (const { volume, snapshot } of membersOf(claimed)) {
    if (snapshot === undefined) continue;
    locations[snapshot.id] = (await backend.snapshot.create(toSnapshot(snapshot, volume), call)).location;
  }
  return { location: null, facts: { locations } };
};

/** Removes the members' snapshots. What is gone already is fine. */
export const deleteGroupSnapshot: Task = async (claimed, backend, call) => {
  for (const { volume, snapshot } of membersOf(claimed)) {
    if (snapshot !== undefined) await backend.snapshot?.remove(toSnapshot(snapshot, volume), call);
  }
  return { location: null };
};
