// The rows of a claim as drivers know them.
import type { Snapshot, Volume } from '../driver.ts';
import { DriverError } from '../driver.ts';
import type { Claimed, ResourceJson, SnapshotJson, VolumeJson } from '../store/claim.ts';

export function toVolume(row: VolumeJson): Volume {
  return {
    id: row.id,
    sizeGiB: row.size_gib,
    pool: row.host?.split('#')[1] ?? '',
    location: row.location,
    qos: {},
    extraSpecs: row.extra_specs ?? {},
  };
}

export function toSnapshot(row: SnapshotJson, volume: VolumeJson): Snapshot {
  return { id: row.id, volume: toVolume(volume), location: row.location };
}

/** The resource of a claim; an operation whose row is gone has nothing left to do. */
export function resourceOf(claimed: Claimed): ResourceJson {
  if (claimed.resource === null) throw new DriverError('gone', 'The resource does not exist any more.');
  return claimed.resource;
}
