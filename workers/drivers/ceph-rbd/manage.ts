// Images that are not ours become volumes by their name, and volumes stop being ours: `_volume-<id>`, `_snapshot-<id>`.
import {
  type DriverCall,
  DriverError,
  type Manage,
  type Manageable,
  type ManageableSnapshot,
  type Reference,
  type Snapshot,
  type Volume,
} from '../../driver.ts';
import { gone } from '../../driver-kit/failures.ts';
import { bytesOf, ownedName, snapshotName, volumeName } from '../../driver-kit/names.ts';
import { isCloneName, isMakingName } from './copies.ts';
import type { Image, ImageSnapshot } from './images.ts';
import { gibOf } from './inventory.ts';
import { poolOf } from './options.ts';
import { imagesAfter } from './pages.ts';
import { imageOf, type Place } from './place.ts';

const made = { location: null };

export function manageOf(place: Place): Manage {
  return {
    async list(after, call) {
      const { images, next } = await imagesAfter(place, '', after, call);
      return { items: images.filter(({ name }) => !isOurs(name)).map(manageable), next };
    },
    size: async (reference, call) => gibOf((await looseImage(place, reference, call)).size),
    adopt: (volume, reference, call) => place.turns.take(volume.id, call, () => adopt(place, volume, reference, call)),
    release: (volume, call) => place.turns.take(volume.id, call, () => release(place, volume, call)),
    snapshots: {
      async list(after, call) {
        const { images, next } = await imagesAfter(place, 'volume-', after, call);
        return { items: images.flatMap(looseSnapshots), next };
      },
      size: async (volume, reference, call) => gibOf((await looseSnapshot(place, volume, reference, call)).size),
      adopt: (snapshot, reference, call) =>
        place.turns.take(snapshot.volume.id, call, () => adoptSnapshot(place, snapshot, reference, call)),
      release: (snapshot, call) =>
        place.turns.take(snapshot.volume.id, call, () => releaseSnapshot(place, snapshot, call)),
    },
  };
}

/** The name that a reference means now: what was released is found by the name and the id that it had. */
function nameOf(reference: Reference, kind: 'volume' | 'snapshot'): string {
  const id = reference['source-id'];
  const name = reference['source-name'] ?? (id === undefined ? '' : `_${kind}-${id}`);
  if (name === '') throw new DriverError('fatal', 'The reference has neither a source-name nor a source-id.');
  return ownedName(name)?.kind === kind ? `_${name}` : name;
}

const isOurs = (name: string) => ownedName(name)?.kind === 'volume' || isMakingName(name);

async function looseImage(place: Place, reference: Reference, call: DriverCall): Promise<Image> {
  const name = nameOf(reference, 'volume');
  for (const pool of place.settings.pools) {
    const image = await place.images.find(pool, name, call);
    if (image !== null && !isOurs(name)) return image;
  }
  throw new DriverError('gone', 'Ceph has no such image that could be managed.');
}

function manageable({ name, size, snapshots }: Image): Manageable {
  const isUsed = snapshots.some(({ children }) => children.length > 0);
  const reasonNotSafe = isUsed ? 'Other images depend on its snapshots.' : null;
  return { reference: { 'source-name': name }, sizeGiB: gibOf(size), safeToManage: !isUsed, reasonNotSafe };
}

async function adopt(place: Place, volume: Volume, reference: Reference, call: DriverCall) {
  const pool = poolOf(place.settings, volume.pool);
  const there = await place.images.find(pool, volumeName(volume.id), call);
  const image = await looseImage(place, reference, call).catch((error: unknown) => {
    // It was renamed by an earlier try of the same.
    if (there !== null && there.size === bytesOf(volume.sizeGiB)) return null;
    throw error;
  });
  if (image === null) return made;
  if (there !== null) throw new DriverError('conflict', 'The volume is there already.');
  const size = bytesOf(volume.sizeGiB);
  if (image.size > size) throw new DriverError('fatal', 'The image is larger than the volume would be.');
  if (image.size < size) await place.images.change(image.pool_name, image.name, { size }, call);
  await place.images.rename(image.pool_name, image.name, volumeName(volume.id), call);
  return made;
}

async function release(place: Place, volume: Volume, call: DriverCall): Promise<void> {
  const pool = poolOf(place.settings, volume.pool);
  const name = volumeName(volume.id);
  if ((await place.images.find(pool, name, call)) === null) return;
  await place.images.rename(pool, name, `_${name}`, call);
}

const isLoose = ({ name }: ImageSnapshot) => ownedName(name)?.kind !== 'snapshot' && !isCloneName(name);

function looseSnapshots(image: Image): ManageableSnapshot[] {
  if (ownedName(image.name)?.kind !== 'volume') return [];
  return image.snapshots.filter(isLoose).map((one) => ({
    reference: { 'source-name': one.name },
    sizeGiB: gibOf(one.size),
    safeToManage: true,
    reasonNotSafe: null,
    sourceReference: { 'source-name': image.name },
  }));
}

async function looseSnapshot(
  place: Place,
  volume: Volume,
  reference: Reference,
  call: DriverCall,
): Promise<ImageSnapshot> {
  const name = nameOf(reference, 'snapshot');
  const image = await imageOf(place, volume, call);
  const found = image.snapshots.find((one) => one.name === name && isLoose(one));
  if (found === undefined) throw gone('snapshot');
  return found;
}

async function adoptSnapshot(place: Place, snapshot: Snapshot, reference: Reference, call: DriverCall) {
  const image = await imageOf(place, snapshot.volume, call);
  const name = snapshotName(snapshot.id);
  const isThere = image.snapshots.some((one) => one.name === name);
  const found = await looseSnapshot(place, snapshot.volume, reference, call).catch((error: unknown) => {
    if (isThere) return null;
    throw error;
  });
  if (found === null) return made;
  if (isThere) throw new DriverError('conflict', 'The snapshot is there already.');
  await place.images.changeSnapshot(image.pool_name, image.name, found.name, { new_snap_name: name }, call);
  if (!found.is_protected)
    await place.images.changeSnapshot(image.pool_name, image.name, name, { is_protected: true }, call);
  return made;
}

async function releaseSnapshot(place: Place, { id, volume }: Snapshot, call: DriverCall): Promise<void> {
  const image = await place.images.find(poolOf(place.settings, volume.pool), volumeName(volume.id), call);
  const name = snapshotName(id);
  if (image === null || !image.snapshots.some((one) => one.name === name)) return;
  await place.images.changeSnapshot(image.pool_name, image.name, name, { new_snap_name: `_${name}` }, call);
}
