// Telling the host of a server what has become of a volume that it has.
import { ComputeError, type ServerEvent } from '../../infra/compute/port.ts';
import type { Kind } from '../../schema/operations.ts';
import { DriverError } from '../driver.ts';
import type { Task } from './task.ts';

const events: Partial<Readonly<Record<Kind, ServerEvent['name']>>> = {
  'server.volume_extended': 'volume-extended',
  'server.volume_reimaged': 'volume-reimaged',
};

/** Tells it once at least. Nobody is told when no host has the server any more: that is done too. */
export const tellServer: Task = async (claimed, _backend, { signal }, { compute }) => {
  const name = events[claimed.kind];
  if (name === undefined) throw new Error(`nothing is told of ${claimed.kind}`);
  if (compute === undefined) throw new DriverError('fatal', 'This worker has no compute service to tell.');
  const { volume_id, is_failed } = claimed.arguments;
  const status = is_failed === true ? 'failed' : 'completed';
  try {
    await compute.tell({ name, server: claimed.resourceId, volume: String(volume_id), status }, signal);
  } catch (error) {
    if (error instanceof ComputeError && !error.isPassing) {
      throw new DriverError('fatal', error.message, { cause: error });
    }
    throw error;
  }
  return { location: null };
};
