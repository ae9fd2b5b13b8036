import { DriverError } from '../driver.ts';
import { imageOf } from '../images/image.ts';
import { writeImage } from '../images/write-image.ts';
import { resourceOf, toVolume } from './subjects.ts';
import type { Task } from './task.ts';

/** Writes an image over a volume that is there; after a failed creation perhaps not even that. */
export const reimageVolume: Task = async (claimed, backend, call, ports) => {
  const row = resourceOf(claimed).volume;
  const image = imageOf(claimed);
  if (image === null) throw new DriverError('fatal', 'The operation names no image.');
  const volume = toVolume(row);
  const write = () => writeImage(claimed, image, volume, 'reimageVolume', backend, call, ports);
  try {
    await write();
  } catch (error) {
    const isMissing = error instanceof DriverError && error.failure === 'gone' && row.previous_status === 'error';
    if (!isMissing) throw error;
    await backend.create(volume, { kind: 'blank' }, call);
    await write();
  }
  return { location: volume.location };
};
