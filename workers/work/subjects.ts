// Converts the rows of a claim to what drivers receive.
import type { Backend, Data, DataTarget, DriverCall, Snapshot, Volume } from '../driver.ts';
import { DriverError } from '../driver.ts';
import type { SnapshotJson, VolumeJson } from './fragments.ts';

export function toVolume(row: VolumeJson): Volume {
  return {
    id: row.name_id ?? row.id,
    sizeGiB: row.size_gib,
    pool: row.host?.split('#')[1] ?? '',
    location: row.location,
    qos: row.qos_specs ?? {},
    extraSpecs: row.extra_specs ?? {},
    ...(row.is_opened_by_backend && { isEncrypted: true }),
  };
}

export function toSnapshot(row: Pick<SnapshotJson, 'id' | 'location'>, volume: VolumeJson): Snapshot {
  return { id: row.id, volume: toVolume(volume), location: row.location };
}

/** A method that a back end may lack. `cannot` says what is impossible without it. */
export function ability<T>(method: T | undefined, cannot: string): T {
  if (method === undefined) throw new DriverError('not-supported', `This back end cannot ${cannot}.`);
  return method;
}

/** Opens the bytes of a volume or snapshot, if the back end lets the worker do that. */
export async function openDataOf(
  backend: Pick<Backend, 'openData'>,
  target: DataTarget,
  mode: 'r' | 'rw',
  call: DriverCall,
): Promise<Data> {
  if (backend.openData === undefined) {
    throw new DriverError('not-supported', 'This back end does not let the worker read and write volumes.');
  }
  return backend.openData(target, mode, call);
}
