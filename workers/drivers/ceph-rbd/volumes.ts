// Volumes as images: made, removed, grown, limited.
import { type DriverCall, DriverError, type Source, type Volume } from '../../driver.ts';
import { bytesOf, volumeName } from '../../driver-kit/names.ts';
import { originOf } from '../../driver-kit/origin.ts';
import { cloneName, createCopy, isCloneName, makingName } from './copies.ts';
import type { Image } from './images.ts';
import { present } from './images.ts';
import { changesTo, configurationOf } from './limits.ts';
import { poolOf } from './options.ts';
import { imageOf, type Place } from './place.ts';
import { dropSnapshot } from './snapshots.ts';

export async function createVolume(place: Place, volume: Volume, source: Source, call: DriverCall): Promise<void> {
  const pool = poolOf(place.settings, volume.pool);
  const name = volumeName(volume.id);
  const size = bytesOf(volume.sizeGiB);
  if (source.kind === 'blank') {
    const made = await present(createBlank(place, pool, volume, size, call));
    if (made !== null) return;
  }
  const found = await place.images.find(pool, name, call);
  if (found !== null) {
    sameOrConflict(place, found, size, volume, source);
    // Limits are set after an image is made, and a manager may die between the two.
    return limit(place, found, volume, call);
  }
  if (source.kind !== 'blank') return createCopy(place, volume, source, size, call);
  // The name is taken and there is no image: a manager died while it made one.
  await place.images.remove(pool, name, call);
  await createBlank(place, pool, volume, size, call);
}

async function createBlank(
  { images }: Place,
  pool: string,
  volume: Volume,
  size: number,
  call: DriverCall,
): Promise<true> {
  await images.create(pool, volumeName(volume.id), size, configurationOf(volume.qos, volume.sizeGiB), call);
  return true;
}

function sameOrConflict({ settings }: Place, image: Image, size: number, volume: Volume, source: Source): void {
  const origin = originOf(source);
  const [now, wanted] = [originOfImage(image), source.kind === 'volume' ? `${origin}@${cloneName(volume.id)}` : origin];
  // A copy that was flattened no longer says what it was made from.
  const isForgotten = settings.flatten === 'always' && now === 'blank' && source.kind !== 'blank';
  if (image.size === size && (now === wanted || isForgotten)) return;
  throw new DriverError('conflict', 'The volume is there with another size or from another source.');
}

function originOfImage({ parent }: Image): string {
  if (parent === null) return 'blank';
  const { image_name: image, snap_name: snapshot } = parent;
  return isCloneName(snapshot) ? `${image}@${snapshot}` : snapshot.replace(/^_/, '');
}

export async function removeVolume(place: Place, volume: Volume, call: DriverCall): Promise<void> {
  const { images, settings } = place;
  const pool = poolOf(settings, volume.pool);
  await images.remove(pool, makingName(volume.id), call);
  const image = await images.find(pool, volumeName(volume.id), call);
  if (image === null) return;
  // The dashboard would take them along without a word.
  const kept = image.snapshots.filter(({ name }) => !isCloneName(name));
  if (kept.length > 0) throw new DriverError('busy', 'The volume has snapshots.');
  for (const snapshot of image.snapshots) await dropSnapshot(place, image, snapshot, call);
  // In the trash a copy would keep its source from going.
  if (settings.trashSeconds > 0 && image.parent === null) {
    return images.moveToTrash(pool, image.name, settings.trashSeconds, call);
  }
  await images.remove(pool, image.name, call);
  await dropCloneOf(place, image, call);
}

/** Nothing needs the snapshot any more on which a copy of a volume depended. */
async function dropCloneOf(place: Place, { parent }: Image, call: DriverCall): Promise<void> {
  if (parent === null || !isCloneName(parent.snap_name)) return;
  const source = await place.images.find(parent.pool_name, parent.image_name, call);
  const snapshot = source?.snapshots.find(({ name }) => name === parent.snap_name);
  if (source != null && snapshot !== undefined) await dropSnapshot(place, source, snapshot, call);
}

/** The API would make it smaller without a word. */
export async function extendVolume(place: Place, volume: Volume, newSizeGiB: number, call: DriverCall): Promise<void> {
  const image = await imageOf(place, volume, call);
  const size = bytesOf(newSizeGiB);
  if (size < image.size) throw new DriverError('conflict', 'A volume is not made smaller.');
  if (size > image.size) await place.images.change(image.pool_name, image.name, { size }, call);
}

export async function limitVolume(place: Place, volume: Volume, call: DriverCall): Promise<void> {
  await limit(place, await imageOf(place, volume, call), volume, call);
}

async function limit({ images }: Place, image: Image, volume: Volume, call: DriverCall): Promise<void> {
  const configuration = changesTo(image, configurationOf(volume.qos, volume.sizeGiB));
  if (Object.keys(configuration).length === 0) return;
  await images.change(image.pool_name, image.name, { configuration }, call);
}
