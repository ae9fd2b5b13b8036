// The rows of a claim as drivers know them.
import type { Backend, Call, Data, DataTarget, Snapshot, Volume } from '../driver.ts';
import { DriverError } from '../driver.ts';
import type { BackupJson, Claimed, MemberJson, ResourceJson, SnapshotJson, VolumeJson } from '../store/claim.ts';

export function toVolume(row: VolumeJson): Volume {
  return {
    id: row.name_id ?? row.id,
    sizeGiB: row.size_gib,
    pool: row.host?.split('#')[1] ?? '',
    location: row.location,
    qos: row.qos_specs ?? {},
    extraSpecs: row.extra_specs ?? {},
  };
}

export function toSnapshot(row: Pick<SnapshotJson, 'id' | 'location'>, volume: VolumeJson): Snapshot {
  return { id: row.id, volume: toVolume(volume), location: row.location };
}

/** The resource of a claim; an operation whose row is gone has nothing left to do. */
export function resourceOf(claimed: Claimed): ResourceJson {
  if (claimed.resource === null) throw new DriverError('gone', 'The resource does not exist any more.');
  return claimed.resource;
}

/** The backup of a claim. */
export function backupOf(claimed: Claimed): BackupJson {
  if (claimed.backup === null) throw new DriverError('gone', 'The backup does not exist any more.');
  return claimed.backup;
}

/** Opens the bytes of a volume or snapshot, where the back end lets the worker have them. */
export async function openDataOf(backend: Backend, target: DataTarget, mode: 'r' | 'rw', call: Call): Promise<Data> {
  if (backend.openData === undefined) {
    throw new DriverError('not-supported', 'This back end does not let the worker read and write volumes.');
  }
  return backend.openData(target, mode, call);
}

/** The members of a claimed group or group snapshot; none when it is gone, and then there is nothing left to do. */
export function membersOf(claimed: Claimed): readonly MemberJson[] {
  return claimed.resource?.members ?? [];
}
