// Snapshots of images. All of ours are protected, so that volumes can be made from them.
import { type DriverCall, DriverError, type Snapshot, type Volume } from '../../driver.ts';
import { gone } from '../../driver-kit/failures.ts';
import { GIB, snapshotName, volumeName } from '../../driver-kit/names.ts';
import type { Image, ImageSnapshot } from './images.ts';
import { poolOf } from './options.ts';
import { imageOf, type Place } from './place.ts';

const mostRemembered = 10_000;

export async function createSnapshot(place: Place, snapshot: Snapshot, call: DriverCall): Promise<void> {
  const image = await imageOf(place, snapshot.volume, call);
  const name = snapshotName(snapshot.id);
  const other = place.snapshots.get(name);
  if (other !== undefined && other !== image.name) {
    throw new DriverError('conflict', 'The snapshot is there of another volume.');
  }
  await place.images.protect(image.pool_name, image.name, name, call);
  place.snapshots.set(name, image.name);
  const [oldest] = place.snapshots.keys();
  if (oldest !== undefined && place.snapshots.size > mostRemembered) place.snapshots.delete(oldest);
}

export async function removeSnapshot(place: Place, snapshot: Snapshot, call: DriverCall): Promise<void> {
  const { pool, id } = snapshot.volume;
  const image = await place.images.find(poolOf(place.settings, pool), volumeName(id), call);
  const found = image?.snapshots.find(({ name }) => name === snapshotName(snapshot.id));
  if (image != null && found !== undefined) await dropSnapshot(place, image, found, call);
  place.snapshots.delete(snapshotName(snapshot.id));
}

/** Removes a snapshot. What depends on it is cut loose first, which takes long, or it is `busy`, as the settings say. */
export async function dropSnapshot(
  place: Place,
  image: Image,
  snapshot: ImageSnapshot,
  call: DriverCall,
): Promise<void> {
  const { images, settings } = place;
  const { pool_name: pool, name } = image;
  if (snapshot.children.length > 0 && settings.flatten === 'never') {
    throw new DriverError('busy', 'Volumes that were made from it depend on it.');
  }
  for (const child of snapshot.children) await images.flatten(child.pool_name, child.image_name, call);
  if (snapshot.is_protected) await images.changeSnapshot(pool, name, snapshot.name, { is_protected: false }, call);
  await images.removeSnapshot(pool, name, snapshot.name, call);
}

export async function revertVolume(place: Place, volume: Volume, snapshot: Snapshot, call: DriverCall): Promise<void> {
  const image = await imageOf(place, volume, call);
  const name = snapshotName(snapshot.id);
  if (!image.snapshots.some((one) => one.name === name)) throw gone('snapshot');
  await place.images.rollBack(image.pool_name, image.name, name, call);
  // It has the size of the snapshot now; an earlier try may have left it there.
  const { size } = await imageOf(place, volume, call);
  const wanted = Math.max(image.size, volume.sizeGiB * GIB);
  if (size < wanted) await place.images.change(image.pool_name, image.name, { size: wanted }, call);
}
