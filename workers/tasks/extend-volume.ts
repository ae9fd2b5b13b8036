import { DriverError } from '../driver.ts';
import { WorkError } from '../outcome.ts';
import { resourceOf, toVolume } from './subjects.ts';
import type { Task } from './task.ts';

/** Grows the volume to the size of the request: to it, not by it, so that twice is once. */
export const extendVolume: Task = async (claimed, backend, call) => {
  if (backend.extend === undefined) throw new DriverError('not-supported', 'This back end cannot extend volumes.');
  const { volume } = resourceOf(claimed);
  const { is_completed, is_failed } = claimed.arguments;
  if (backend.growsOnHost && volume.previous_status === 'in-use' && is_completed !== true) {
    return { location: null, waitsForHost: true };
  }
  if (is_failed === true) {
    const told = { isPassing: false, detail: 'driverFailedExtend', action: 'extendVolume' } as const;
    throw new WorkError('The host that has the volume could not grow it.', told);
  }
  await backend.extend(toVolume(volume), Number(claimed.arguments.new_size), call);
  return { location: null };
};
