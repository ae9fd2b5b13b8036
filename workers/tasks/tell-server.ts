// Telling the host of a server what has become of a volume that it has.
import { ComputeError, type ServerEvent } from '../../infra/compute/port.ts';
import type { MessageActionName, MessageDetailName } from '../../schema/codes.ts';
import type { Kind } from '../../schema/operations.ts';
import { DriverError } from '../driver.ts';
import { WorkError } from '../outcome.ts';
import { isTaken } from '../store/await-server.ts';
import type { Task } from './task.ts';

interface Telling {
  /** Null: it is not told of something that was, but asked to do something. */
  readonly name: ServerEvent['name'] | null;
  readonly action: MessageActionName;
  readonly detail: MessageDetailName;
}

const tellings: Partial<Readonly<Record<Kind, Telling>>> = {
  'server.volume_extended': { name: 'volume-extended', action: 'extendVolume', detail: 'computeNotTold' },
  'server.volume_reimaged': { name: 'volume-reimaged', action: 'reimageVolume', detail: 'computeNotToldOfImage' },
  'server.swap_volume': { name: null, action: 'migrateVolume', detail: 'serverStays' },
};

/** Tells it once at least. Nobody is told when no host has the server any more: that is done too. */
export const tellServer: Task = async (claimed, _backend, { signal }, { compute, database }) => {
  const telling = tellings[claimed.kind];
  if (telling === undefined) throw new Error(`nothing is told of ${claimed.kind}`);
  if (compute === undefined) throw new DriverError('fatal', 'This worker has no compute service to tell.');
  const { name, ...told } = telling;
  const { volume_id, new_volume_id, is_failed } = claimed.arguments;
  const [server, volume, newVolume] = [claimed.resourceId, String(volume_id), String(new_volume_id)];
  try {
    if (name !== null) {
      await compute.tell({ name, server, volume, status: is_failed === true ? 'failed' : 'completed' }, signal);
      // A second try after one that was heard would have the server swap twice.
    } else if (claimed.attempt === 1 || !(await isTaken(database, newVolume))) {
      await compute.swap(server, volume, newVolume, signal);
    }
  } catch (error) {
    if (!(error instanceof ComputeError)) throw error;
    throw new WorkError(error.message, { ...told, isPassing: error.isPassing }, { cause: error });
  }
  return { location: null };
};
