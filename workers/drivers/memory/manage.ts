// Objects that are not ours become volumes and snapshots, and ours stop being ours: all at once, as the other effects.

import { DriverError, type Reference, type Snapshot, type Volume } from '../../driver.ts';
import { type MemoryPool, takeRoom } from './effects.ts';
import type { MemoryStore, StoredObject } from './store.ts';

/** The name of a snapshot that was released. */
const looseSnapshotName = (id: string) => `_snapshot-${id}`;

/** The name that a reference means: its `source-name`, or the name of what had the id `source-id` with us. */
function nameIn(reference: Reference, kind: 'volume' | 'snapshot'): string {
  const id = reference['source-id'];
  const name = reference['source-name'] ?? (id === undefined ? undefined : `${kind}-${id}`);
  if (name === undefined)
    throw new DriverError('fatal', 'The reference does not name an object. Give source-name or source-id.');
  return name;
}

/** A name like ours means the volume that was released under it, which is loose and keeps its name. */
export function looseVolume(store: MemoryStore, reference: Reference): StoredObject {
  return loose(store.objects.get(nameIn(reference, 'volume')));
}

/** Released snapshots are found under both of their names. */
export function looseSnapshot(store: MemoryStore, reference: Reference): StoredObject {
  const name = nameIn(reference, 'snapshot');
  const owned = /^_?snapshot-(.+)$/.exec(name)?.[1];
  const found = owned === undefined ? undefined : store.objects.get(looseSnapshotName(owned));
  return loose(found ?? store.objects.get(owned === undefined ? name : `snapshot-${owned}`));
}

function loose(object: StoredObject | undefined): StoredObject {
  if (object === undefined) throw new DriverError('gone', 'No object has this name.');
  if (object.kind !== 'loose') throw new DriverError('conflict', 'The object is managed already.');
  return object;
}

export function adoptVolume(
  store: MemoryStore,
  pools: readonly MemoryPool[],
  volume: Volume,
  reference: Reference,
): void {
  const name = `volume-${volume.id}`;
  const source = nameIn(reference, 'volume');
  const origin = `adopted ${source}`;
  const now = store.objects.get(name);
  if (now !== undefined && (now.kind !== 'loose' || source !== name)) {
    if (now.kind === 'volume' && now.origin === origin && now.sizeGiB === volume.sizeGiB) return;
    throw new DriverError('conflict', 'The id is taken by a volume that was not made from this object.');
  }
  const found = looseVolume(store, reference);
  if (found.sizeGiB > volume.sizeGiB) throw new DriverError('fatal', 'The object is larger than the volume.');
  if (found.pool !== volume.pool) throw new DriverError('fatal', `The object is in the pool ${found.pool}.`);
  takeRoom(store, pools, found.pool, volume.sizeGiB);
  store.objects.delete(found.id);
  store.objects.set(name, { ...found, kind: 'volume', id: volume.id, origin, sizeGiB: volume.sizeGiB });
}

export function releaseVolume(store: MemoryStore, volume: Volume): void {
  const name = `volume-${volume.id}`;
  const object = store.objects.get(name);
  if (object?.kind === 'volume') store.objects.set(name, { ...object, kind: 'loose', id: name });
}

/** The adopted snapshot is one of its new volume, whatever it was taken of. */
export function adoptSnapshot(store: MemoryStore, snapshot: Snapshot, reference: Reference): void {
  const name = `snapshot-${snapshot.id}`;
  const origin = `volume-${snapshot.volume.id}`;
  const now = store.objects.get(name);
  if (now !== undefined) {
    if (now.kind === 'snapshot' && now.origin === origin && now.adoptedFrom === nameIn(reference, 'snapshot')) return;
    throw new DriverError('conflict', 'The id is taken by a snapshot that was not made from this object.');
  }
  const found = looseSnapshot(store, reference);
  if (found.sizeGiB > snapshot.volume.sizeGiB) {
    throw new DriverError('fatal', 'The object is larger than the volume that it is to be a snapshot of.');
  }
  store.objects.delete(found.id);
  const adoptedFrom = nameIn(reference, 'snapshot');
  store.objects.set(name, { ...found, kind: 'snapshot', id: snapshot.id, origin, adoptedFrom });
}

export function releaseSnapshot(store: MemoryStore, snapshot: Snapshot): void {
  const object = store.objects.get(`snapshot-${snapshot.id}`);
  if (object?.kind !== 'snapshot') return;
  const name = looseSnapshotName(snapshot.id);
  store.objects.delete(`snapshot-${snapshot.id}`);
  store.objects.set(name, { ...object, kind: 'loose', id: name, wasSnapshot: true });
}
