// What each method does to the store. All at once, so an aborted call is never half done.

import { type Connector, DriverError, type Snapshot, type Source, type Volume } from '../../driver.ts';
import { bytesOf } from '../../driver-kit/names.ts';
import type { MemoryStore, StoredObject } from './store.ts';

export interface MemoryPool {
  readonly name: string;
  readonly totalGiB: number;
  readonly reservedPercentage?: number;
  readonly maxOverSubscriptionRatio?: number;
}

export function createVolume(store: MemoryStore, pools: readonly MemoryPool[], volume: Volume, source: Source): void {
  bytesOf(volume.sizeGiB);
  const origin = originOf(source);
  const name = `volume-${volume.id}`;
  const now = store.objects.get(name);
  if (now !== undefined) {
    if (now.kind === 'volume' && now.sizeGiB === volume.sizeGiB && now.pool === volume.pool && now.origin === origin)
      return;
    throw new DriverError('conflict', 'The id is taken by a volume with other arguments.');
  }
  const from = source.kind === 'blank' ? null : objectOf(store, origin);
  if (from !== null && from.sizeGiB > volume.sizeGiB) {
    throw new DriverError('fatal', 'A volume cannot be smaller than its source.');
  }
  takeRoom(store, pools, volume.pool, volume.sizeGiB);
  const { id, pool, sizeGiB } = volume;
  store.objects.set(name, {
    kind: 'volume',
    id,
    pool,
    origin,
    sizeGiB,
    chunks: new Map(from?.chunks),
    hosts: new Map(),
    isReplicated: wantsReplication(volume),
    qos: volume.qos,
  });
}

export function createSnapshot(store: MemoryStore, snapshot: Snapshot): void {
  const name = `snapshot-${snapshot.id}`;
  const origin = `volume-${snapshot.volume.id}`;
  const now = store.objects.get(name);
  if (now !== undefined) {
    if (now.origin === origin) return;
    throw new DriverError('conflict', 'The id is taken by a snapshot of another volume.');
  }
  const { pool, sizeGiB, chunks } = objectOf(store, origin);
  store.objects.set(name, {
    kind: 'snapshot',
    id: snapshot.id,
    pool,
    origin,
    sizeGiB,
    chunks: new Map(chunks),
    hosts: new Map(),
  });
}

export function extendVolume(
  store: MemoryStore,
  pools: readonly MemoryPool[],
  volume: Volume,
  newSizeGiB: number,
): void {
  const object = objectOf(store, `volume-${volume.id}`);
  if (newSizeGiB < object.sizeGiB) throw new DriverError('conflict', 'A volume cannot be made smaller.');
  takeRoom(store, pools, object.pool, newSizeGiB - object.sizeGiB);
  object.sizeGiB = newSizeGiB;
}

export function limitVolume(store: MemoryStore, volume: Volume): void {
  objectOf(store, `volume-${volume.id}`).qos = volume.qos;
}

export function revertVolume(store: MemoryStore, volume: Volume, snapshot: Snapshot): void {
  if (snapshot.volume.id !== volume.id) throw new DriverError('fatal', 'The snapshot is of another volume.');
  const object = objectOf(store, `volume-${volume.id}`);
  object.chunks = new Map(objectOf(store, `snapshot-${snapshot.id}`).chunks);
}

export function connectVolume(store: MemoryStore, volume: Volume, connector: Connector, attachmentId: string): void {
  objectOf(store, `volume-${volume.id}`).hosts.set(attachmentId, hostOf(connector));
}

export function disconnectVolume(store: MemoryStore, volume: Volume, connector: Connector | null): void {
  const hosts = store.objects.get(`volume-${volume.id}`)?.hosts;
  for (const [attachment, host] of hosts ?? []) {
    if (connector === null || host === hostOf(connector)) hosts?.delete(attachment);
  }
}

/** The sum of the sizes of the pool's volumes. */
export function provisionedGiB(store: MemoryStore, pool: string): number {
  let sum = 0;
  for (const object of store.objects.values()) {
    if (object.kind === 'volume' && object.pool === pool) sum += object.sizeGiB;
  }
  return sum;
}

/** Whether the type asks for it, as clients of Cinder write it. */
export function wantsReplication(volume: Volume): boolean {
  return /^<is>\s+true$/i.test(volume.extraSpecs.replication_enabled ?? '');
}

function originOf(source: Source): string {
  if (source.kind === 'blank') return 'blank';
  return source.kind === 'snapshot' ? `snapshot-${source.snapshot.id}` : `volume-${source.volume.id}`;
}

export function objectOf(store: MemoryStore, name: string): StoredObject {
  const object = store.objects.get(name);
  if (object === undefined || object.kind === 'loose')
    throw new DriverError('gone', 'The object is not on the back end.');
  if (object.kind === 'volume' && !store.isThere(object))
    throw new DriverError('gone', 'The volume is not on the replication target.');
  return object;
}

export function takeRoom(store: MemoryStore, pools: readonly MemoryPool[], name: string, sizeGiB: number): void {
  const pool = pools.find((one) => one.name === name);
  if (pool === undefined) throw new DriverError('fatal', 'The back end has no pool of this name.');
  const limit = pool.totalGiB * (pool.maxOverSubscriptionRatio ?? 1);
  if (provisionedGiB(store, name) + sizeGiB > limit) throw new DriverError('no-space', 'The pool has no room left.');
}

function hostOf(connector: Connector): string {
  return typeof connector.host === 'string' ? connector.host : '';
}
