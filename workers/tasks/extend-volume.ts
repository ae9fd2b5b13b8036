import { DriverError } from '../driver.ts';
import { resourceOf, toVolume } from './subjects.ts';
import type { Task } from './task.ts';

/** Grows the volume to the size of the request: to it, not by it, so that twice is once. */
export const extendVolume: Task = async (claimed, backend, call) => {
  if (backend.extend === undefined) throw new DriverError('not-supported', 'This back end cannot extend volumes.');
  await backend.extend(toVolume(resourceOf(claimed).volume), Number(claimed.arguments.new_size), call);
  return { location: null };
};
