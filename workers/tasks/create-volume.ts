import { timestamp } from '../../infra/clock/port.ts';
import type { Backend, Call, Made, Source } from '../driver.ts';
import { DriverError } from '../driver.ts';
import { createFromCache } from '../images/cache.ts';
import { imageOf, type OperationImage } from '../images/image.ts';
import { writeImage } from '../images/write-image.ts';
import type { WorkerPorts } from '../ports.ts';
import type { Claimed, ResourceJson } from '../store/claim.ts';
import { showDownloading } from '../store/downloading.ts';
import { restoreInto } from './restore-backup.ts';
import { resourceOf, toSnapshot, toVolume } from './subjects.ts';
import type { Task } from './task.ts';

/** Makes the volume on the back end that the scheduler chose. */
export const createVolume: Task = async (claimed, backend, call, ports) => {
  const resource = resourceOf(claimed);
  const image = imageOf(claimed);
  if (image !== null) return createFromImage(claimed, image, backend, call, ports);
  const made = await backend.create(toVolume(resource.volume), sourceOf(claimed, resource), call);
  // Steps of one operation: the volume is blank until the data is in it, and is not shown as made before.
  if (claimed.backup !== null) {
    await restoreInto({ ...toVolume(resource.volume), location: made.location }, claimed.backup, backend, call, ports);
  }
  return { location: made.location, facts: { is_replicated: made.isReplicated === true } };
};

/** A clone where the back end has the image already, else a blank volume that the image is written into. */
async function createFromImage(
  claimed: Claimed,
  image: OperationImage,
  backend: Backend,
  call: Call,
  ports: WorkerPorts,
): Promise<Made> {
  const volume = toVolume(resourceOf(claimed).volume);
  await showDownloading(ports.database, claimed.id, claimed.attempt, timestamp(ports.clock));
  const cloned = await createFromCache(claimed, image, volume, backend, call, ports);
  if (cloned !== null) return cloned;
  const { location } = await backend.create(volume, { kind: 'blank' }, call);
  await writeImage(claimed, image, { ...volume, location }, 'copyImageToVolume', backend, call, ports);
  return { location };
}

function sourceOf({ arguments: given, backup }: Claimed, resource: ResourceJson): Source {
  const { source_snapshot: snapshot, source_volume: volume } = resource;
  if (snapshot != null) return { kind: 'snapshot', snapshot: toSnapshot(snapshot, snapshot.volume) };
  if (volume != null) return { kind: 'volume', volume: toVolume(volume) };
  // A source that was named and is gone must not become an empty volume.
  if (given.from_source === true && backup === null)
    throw new DriverError('gone', 'The source of the volume does not exist any more.');
  return { kind: 'blank' };
}
