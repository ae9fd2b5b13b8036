// The image-volume cache: an image that a back end already has is cloned there instead of copied again.
import { timestamp } from '../../infra/clock/port.ts';
import { type Backend, type DriverCall, DriverError, type Made, type Volume } from '../driver.ts';
import type { WorkerPorts } from '../ports.ts';
import {
  type CachedVolume,
  type CacheKey,
  dropCached,
  findCached,
  keepCached,
  reserveCached,
} from '../store/image-cache.ts';
import type { VolumeJson, VolumeMore } from '../work/fragments.ts';
import type { OperationImage } from './image.ts';
import { type Filling, type FillingPorts, writeImage } from './write-image.ts';

const gib = 1024 ** 3;
/** How long an unfinished cache entry is kept after the deadline of the work that started it. */
const graceSeconds = 60;

/** What is written, the volume that wants it, and the deadline of that work. */
export interface CacheFilling extends Filling {
  readonly volume: VolumeJson & Pick<VolumeMore, 'is_encrypted'>;
  readonly deadline: number;
}

type CacheBackend = Pick<Backend, 'create' | 'clone' | 'openData'>;
type CachePorts = FillingPorts & Pick<WorkerPorts, 'database' | 'clock' | 'ids' | 'imageCache'>;

/**
 * Creates the volume as a clone of the cache's volume, which is filled first if there is none. Null: not from the
 * cache, because it is off, the back end cannot clone, or there is no room. Then the image is copied into the volume
 * itself.
 */
export async function createFromCache(
  filling: CacheFilling,
  volume: Volume,
  backend: CacheBackend,
  call: DriverCall,
  ports: CachePorts,
): Promise<Made | null> {
  const key = keyOf(filling);
  if (key === null || ports.imageCache === undefined || backend.clone === undefined) return null;
  const now = timestamp(ports.clock);
  try {
    const cached =
      (await findCached(ports.database, key, volume.sizeGiB, now)) ??
      (await fillCache(filling, key, volume, backend, call, ports));
    if (cached === null) return null;
    return await backend.create(volume, { kind: 'volume', volume: asVolume(cached, volume) }, call);
  } catch (error) {
    // It was evicted or removed meanwhile.
    if (error instanceof DriverError && error.failure === 'gone') return null;
    throw error;
  }
}

/**
 * The key depends on the bytes: an image without a digest could be another one tomorrow. Encrypted volumes share
 * nothing.
 */
function keyOf({ volume: { host, is_encrypted }, image }: CacheFilling): CacheKey | null {
  const digest = image.hashValue ?? image.checksum;
  if (digest === null || host === null || is_encrypted) return null;
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
  filling: CacheFilling,
  key: CacheKey,
  wanted: Volume,
  backend: CacheBackend,
  call: DriverCall,
  ports: CachePorts,
): Promise<CachedVolume | null> {
  if (ports.imageCache === undefined) return null;
  const undoId = ports.ids.uuid();
  const row: CachedVolume = { id: ports.ids.uuid(), size_gib: leastGiB(filling.image, wanted), location: null };
  const isOurs = await reserveCached(ports.database, key, {
    id: row.id,
    undoId,
    sizeGiB: row.size_gib,
    now: timestamp(ports.clock),
    undoAt: timestamp({ now: () => filling.deadline + graceSeconds * 1000 }),
    ...ports.imageCache,
  });
  if (!isOurs) return null;
  const volume = asVolume(row, wanted);
  try {
    const { location } = await backend.create(volume, { kind: 'blank' }, call);
    await writeImage(filling, { ...volume, location }, 'copyImageToVolume', backend, call, ports);
    await keepCached(ports.database, { undo_id: undoId, location, now: timestamp(ports.clock) });
    return { ...row, location };
  } catch (error) {
    await dropCached(ports.database, undoId, timestamp(ports.clock));
    throw error;
  }
}

/** As small as the image allows, so that volumes of any size can be cloned from it. */
function leastGiB(image: OperationImage, wanted: Volume): number {
  const sizeBytes = image.virtualSizeBytes ?? (image.diskFormat === 'raw' ? image.sizeBytes : null);
  return sizeBytes === null ? wanted.sizeGiB : Math.max(1, Math.ceil(sizeBytes / gib));
}
