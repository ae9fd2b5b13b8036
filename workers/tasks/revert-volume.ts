import { DriverError } from '../driver.ts';
import { resourceOf, toSnapshot, toVolume } from './subjects.ts';
import type { Task } from './task.ts';

/** Puts the volume back to its snapshot; the same bytes however often it is done. */
export const revertVolume: Task = async (claimed, backend, call) => {
  const { snapshot, volume } = resourceOf(claimed);
  if (backend.revert === undefined) throw new DriverError('not-supported', 'This back end cannot revert volumes.');
  if (snapshot == null) throw new DriverError('gone', 'The snapshot does not exist any more.');
  await backend.revert(toVolume(volume), toSnapshot(snapshot, volume), call);
  return { location: volume.location };
};
