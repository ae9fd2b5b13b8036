// Telling the host of a server what has become of a volume that it has.
import { ComputeError, type ServerEvent } from '../../infra/compute/port.ts';
import type { Kind } from '../../schema/operations.ts';
import { DriverError } from '../driver.ts';
import { WorkError } from '../outcome.ts';
import { isTaken } from '../store/await-server.ts';
import type { Task } from './task.ts';

/** What is told; of the others, the server is asked to go over to another volume. */
const events: Partial<Readonly<Record<Kind, ServerEvent['name']>>> = {
  'server.volume_extended': 'volume-extended',
  'server.volume_reimaged': 'volume-reimaged',
};

/** Tells it once at least. Nobody is told when no host has the server any more: that is done too. */
export const tellServer: Task = async (claimed, _backend, { signal }, { compute, database }) => {
  if (compute === undefined) throw new DriverError('fatal', 'This worker has no compute service to tell.');
  const name = events[claimed.kind];
  const { volume_id, new_volume_id, is_failed } = claimed.arguments;
  const [server, volume, newVolume] = [claimed.resourceId, String(volume_id), String(new_volume_id)];
  try {
    if (name !== undefined) {
      await compute.tell({ name, server, volume, status: is_failed === true ? 'failed' : 'completed' }, signal);
      // A second try after one that was heard would have the server swap twice.
    } else if (claimed.attempt === 1 || !(await isTaken(database, newVolume))) {
      await compute.swap(server, volume, newVolume, signal);
    }
  } catch (error) {
    if (!(error instanceof ComputeError)) throw error;
    throw new WorkError(error.message, { isPassing: error.isPassing }, { cause: error });
  }
  return { location: null };
};
