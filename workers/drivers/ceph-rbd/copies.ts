// Volumes that are made from others.
//
// A copy depends on a snapshot of its source until that goes: `snapshot-<id>`, or `clone-<id of the copy>` when a volume was
// copied. So its parent says what it was made from. It is made as `making-<id>` and renamed when it is as it has to be.
import { type DriverCall, DriverError, type Source, type Volume } from '../../driver.ts';
import { gone } from '../../driver-kit/failures.ts';
import { snapshotName, volumeName } from '../../driver-kit/names.ts';
import { type At, type Image, present } from './images.ts';
import { changesTo, configurationOf } from './limits.ts';
import { poolOf } from './options.ts';
import type { Place } from './place.ts';

export const makingName = (id: string) => `making-${id}`;
export const isMakingName = (name: string) => name.startsWith('making-');
export const cloneName = (id: string) => `clone-${id}`;
export const isCloneName = (name: string) => name.startsWith('clone-');

type CopySource = Exclude<Source, { readonly kind: 'blank' }>;

/** Makes the copy with all that it has to have, and only then gives it its name. */
export async function createCopy(place: Place, volume: Volume, source: CopySource, size: number, call: DriverCall) {
  const { images, settings } = place;
  const making = { pool: poolOf(settings, volume.pool), name: makingName(volume.id) };
  const configuration = configurationOf(volume.qos, volume.sizeGiB);
  const from = await sourceOf(place, volume, source, size, call);
  const made = (await remains(place, making, from, call)) ?? (await cloned(place, from, making, configuration, call));
  const changes = changesTo(made, configuration);
  const change = {
    ...(made.size < size ? { size } : {}),
    ...(Object.keys(changes).length > 0 ? { configuration: changes } : {}),
  };
  if (Object.keys(change).length > 0) await images.change(making.pool, making.name, change, call);
  if (settings.flatten === 'always') await images.flatten(making.pool, making.name, call);
  const named = await present(images.rename(making.pool, making.name, volumeName(volume.id), call).then(() => true));
  if (named !== null) return;
  // An earlier try that was given up has ended after all, and was first.
  await images.remove(making.pool, making.name, call);
  throw new DriverError('transient', 'The volume was made by another try.');
}

type From = At & { readonly snapshot: string };

/** The protected snapshot that the copy is made from. A source of the kind volume gets one for it. */
async function sourceOf(
  place: Place,
  volume: Volume,
  source: CopySource,
  size: number,
  call: DriverCall,
): Promise<From> {
  const { images, settings } = place;
  const original = source.kind === 'volume' ? source.volume : source.snapshot.volume;
  const from = { pool: poolOf(settings, original.pool), name: volumeName(original.id) };
  const image = await images.find(from.pool, from.name, call);
  if (image === null) throw gone('source');
  const snapshot = source.kind === 'volume' ? cloneName(volume.id) : snapshotName(source.snapshot.id);
  const taken = image.snapshots.find(({ name }) => name === snapshot);
  if (source.kind === 'snapshot' && taken === undefined) throw gone('source');
  if ((taken?.size ?? image.size) > size) {
    throw new DriverError('fatal', 'A volume cannot be smaller than what it is made from.');
  }
  if (taken?.is_protected !== true) await images.protect(from.pool, from.name, snapshot, call);
  return { ...from, snapshot };
}

/** What an earlier try of the same has left, and null where it left nothing, or another source is meant now. */
async function remains({ images }: Place, making: At, from: From, call: DriverCall): Promise<Image | null> {
  const left = await images.find(making.pool, making.name, call);
  if (left === null) return null;
  const isOfSource = left.parent?.image_name === from.name && left.parent.snap_name === from.snapshot;
  if (isOfSource) return left;
  await images.remove(making.pool, making.name, call);
  return null;
}

async function cloned(
  { images }: Place,
  from: From,
  making: At,
  configuration: object,
  call: DriverCall,
): Promise<Image> {
  const made = await present(images.clone(from, making, configuration, call).then(() => true));
  const image = await images.find(making.pool, making.name, call);
  if (image !== null) return image;
  // A name without an image is what a manager that died leaves.
  if (made === null) await images.remove(making.pool, making.name, call);
  throw new DriverError('transient', 'The copy is not there after it was made.');
}
