import { timestamp } from '../../infra/clock/port.ts';
import type { Source } from '../driver.ts';
import { DriverError } from '../driver.ts';
import { imageOf } from '../images/image.ts';
import { writeImage } from '../images/write-image.ts';
import type { Claimed, ResourceJson } from '../store/claim.ts';
import { showDownloading } from '../store/downloading.ts';
import { restoreInto } from './restore-backup.ts';
import { resourceOf, toSnapshot, toVolume } from './subjects.ts';
import type { Task } from './task.ts';

/** Makes the volume on the back end that the scheduler chose. */
export const createVolume: Task = async (claimed, backend, call, ports) => {
  const resource = resourceOf(claimed);
  const made = await backend.create(toVolume(resource.volume), sourceOf(claimed, resource), call);
  const volume = { ...toVolume(resource.volume), location: made.location };
  // Steps of one operation: the volume is blank until the data is in it, and is not shown as made before.
  if (claimed.backup !== null) {
    await restoreInto(volume, claimed.backup, backend, call, ports);
  }
  const image = imageOf(claimed);
  if (image !== null) {
    await showDownloading(ports.database, claimed.id, claimed.attempt, timestamp(ports.clock));
    await writeImage(claimed, image, volume, 'copyImageToVolume', backend, call, ports);
  }
  return { location: made.location };
};

function sourceOf({ arguments: given, backup }: Claimed, resource: ResourceJson): Source {
  const { source_snapshot: snapshot, source_volume: volume } = resource;
  if (snapshot != null) return { kind: 'snapshot', snapshot: toSnapshot(snapshot, snapshot.volume) };
  if (volume != null) return { kind: 'volume', volume: toVolume(volume) };
  // A source that was named and is gone must not become an empty volume.
  if (given.from_source === true && backup === null)
    throw new DriverError('gone', 'The source of the volume does not exist any more.');
  return { kind: 'blank' };
}
