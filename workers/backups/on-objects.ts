// The object store as tasks use it, with its failures as errors that the worker can act on.
import type { Digests } from '../../infra/digests/port.ts';
import { type Objects, ObjectsError } from '../../infra/objects/port.ts';
import { DriverError } from '../driver.ts';
import type { WorkerPorts } from '../ports.ts';

/** Where the data of backups is written: chunks are named by their digests. */
export interface BackupStore {
  readonly objects: Objects;
  readonly digests: Digests;
}

/** Runs work on the store of backups. Errors of the store become DriverErrors. */
export async function onObjects<T>(
  ports: Pick<WorkerPorts, 'objects'>,
  work: (objects: Objects) => Promise<T>,
): Promise<T> {
  if (ports.objects === undefined) throw new DriverError('not-supported', 'This worker has no store of backups.');
  try {
    return await work(ports.objects);
  } catch (error) {
    if (!(error instanceof ObjectsError)) throw error;
    const failure = { unavailable: 'transient', 'no-space': 'no-space', refused: 'fatal' } as const;
    throw new DriverError(failure[error.failure], error.message, { cause: error });
  }
}
