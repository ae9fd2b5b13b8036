import { DriverError } from '../driver.ts';
import { resourceOf, toSnapshot } from './subjects.ts';
import type { Task } from './task.ts';

export const createSnapshot: Task = async (claimed, backend, call) => {
  const { snapshot, volume } = resourceOf(claimed);
  if (backend.snapshot === undefined) throw new DriverError('not-supported', 'This back end cannot take snapshots.');
  if (snapshot == null) throw new DriverError('gone', 'The snapshot does not exist any more.');
  const made = await backend.snapshot.create(toSnapshot(snapshot, volume), call);
  return { location: made.location };
};
