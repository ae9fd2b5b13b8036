// The image-volume cache: an image that a back end has had before is cloned there instead of copied again.
import { timestamp } from '../../infra/clock/port.ts';
import { type Backend, type Call, DriverError, type Made, type Volume } from '../driver.ts';
import type { WorkerPorts } from '../ports.ts';
import type { Claimed } from '../store/claim.ts';
import {
  type CachedVolume,
  type CacheKey,
  dropCached,
  findCached,
  keepCached,
  reserveCached,
} from '../store/image-cache.ts';
import type { OperationImage } from './image.ts';
import { writeImage } from './write-image.ts';

const gib = 1024 ** 3;
/** What is begun is removed so long after the deadline of the work that began it. */
const graceSeconds = 60;

/**
 * Makes the volume as a clone of the cache's, which is filled first when it is not there. Null: without the cache, because
 * it is off, the back end cannot clone, or there is no place: then the image is copied into the volume itself.
 */
export async function createFromCache(
  claimed: Claimed,
  image: OperationImage,
  volume: Volume,
  backend: Backend,
  call: Call,
  ports: WorkerPorts,
): Promise<Made | null> {
  const key = keyOf(claimed, image);
  if (key === null || ports.imageCache === undefined || backend.clone === undefined) return null;
  const now = timestamp(ports.clock);
  try {
    const cached =
      (await findCached(ports.database, key, volume.sizeGiB, now)) ??
      (await fillCache(claimed, image, key, volume, backend, call, ports));
    if (cached === null) return null;
    return await backend.create(volume, { kind: 'volume', volume: asVolume(cached, volume) }, call);
  } catch (error) {
    // Evicted meanwhile, or removed by somebody.
    if (error instanceof DriverError && error.failure === 'gone') return null;
    throw error;
  }
}

/** By its bytes: an image without a digest could be another one tomorrow. Encrypted volumes share nothing. */
function keyOf({ resource }: Claimed, image: OperationImage): CacheKey | null {
  const digest = image.hashValue ?? image.checksum;
  const host = resource?.volume.host ?? null;
  if (digest === null || host === null || resource?.is_encrypted === true) return null;
  return { host, imageId: image.id, digest };
}

const asVolume = ({ id, size_gib: sizeGiB, location }: CachedVolume, like: Volume): Volume => ({
  id,
  sizeGiB,
  pool: like.pool,
  location,
  qos: {},
  extraSpecs: {},
});

async function fillCache(
  claimed: Claimed,
  image: OperationImage,
  key: CacheKey,
  wanted: Volume,
  backend: Backend,
  call: Call,
  ports: WorkerPorts,
): Promise<CachedVolume | null> {
  if (ports.imageCache === undefined) return null;
  const undoId = ports.ids.uuid();
  const row: CachedVolume = { id: ports.ids.uuid(), size_gib: leastGiB(image, wanted), location: null };
  const isOurs = await reserveCached(ports.database, key, {
    id: row.id,
    undoId,
    sizeGiB: row.size_gib,
    now: timestamp(ports.clock),
    undoAt: timestamp({ now: () => claimed.deadline + graceSeconds * 1000 }),
    ...ports.imageCache,
  });
  if (!isOurs) return null;
  const volume = asVolume(row, wanted);
  try {
    const { location } = await backend.create(volume, { kind: 'blank' }, call);
    await writeImage(claimed, image, { ...volume, location }, 'copyImageToVolume', backend, call, ports);
    await keepCached(ports.database, { undo_id: undoId, location, now: timestamp(ports.clock) });
    return { ...row, location };
  } catch (error) {
    await dropCached(ports.database, undoId, timestamp(ports.clock));
    throw error;
  }
}

/** As small as the image allows, so that volumes of any size can be made from it. */
function leastGiB(image: OperationImage, wanted: Volume): number {
  const sizeBytes = image.virtualSizeBytes ?? (image.diskFormat === 'raw' ? image.sizeBytes : null);
  return sizeBytes === null ? wanted.sizeGiB : Math.max(1, Math.ceil(sizeBytes / gib));
}
