// What there is: pools with their room, and everything of ours.
import type { BackendStats, DriverCall, Owned, OwnedPage } from '../../driver.ts';
import { GIB, ownedName } from '../../driver-kit/names.ts';
import type { Image } from './images.ts';
import { imagesAfter } from './pages.ts';
import { type Place, readPools } from './place.ts';

export const gibOf = (bytes: number) => Math.ceil(bytes / GIB);

/** One request, whatever the pools have in them: so what was promised to volumes is for Scoria to add up. */
export async function stats(place: Place, call: DriverCall): Promise<BackendStats> {
  const pools = await readPools(place, call);
  const each = place.settings.pools.map((name) => {
    const { max_avail: free, stored } = pools.find((one) => one.pool_name === name)?.stats ?? {};
    const freeGiB = free === undefined ? null : free.latest / GIB;
    return {
      name,
      totalGiB: freeGiB === null ? null : freeGiB + (stored?.latest ?? 0) / GIB,
      freeGiB,
      provisionedGiB: null,
      reservedPercentage: 0,
      maxOverSubscriptionRatio: 20,
      thin: true,
      capabilities: { multiattach: true, location_info: `ceph:${place.settings.cluster}:${name}` },
    };
  });
  const version = place.version === '' ? {} : { backendVersion: place.version };
  return { ...version, vendorName: 'Ceph', driverVersion: '1.0.0', storageProtocol: 'ceph', pools: each };
}

/** By pools, and the names of images; the snapshots of an image follow it. */
export async function ownedPage(place: Place, after: string | null, call: DriverCall): Promise<OwnedPage> {
  const { images, next } = await imagesAfter(place, 'volume-', after, call);
  return { items: images.flatMap(ownedOf), next };
}

function ownedOf({ name, size, snapshots }: Image): Owned[] {
  const volume = ownedName(name);
  const taken = snapshots.flatMap((one): Owned[] => {
    const snapshot = ownedName(one.name);
    if (snapshot?.kind !== 'snapshot') return [];
    return [{ kind: 'snapshot', id: snapshot.id, sizeGiB: gibOf(one.size), volumeId: volume?.id ?? null }];
  });
  if (volume?.kind !== 'volume') return taken;
  return [{ kind: 'volume', id: volume.id, sizeGiB: gibOf(size), volumeId: null }, ...taken];
}
