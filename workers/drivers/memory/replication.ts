// Replication as a back end shows it: which volumes have copies, and who serves them. The copies are the volumes.

import { DriverError, type Located, type Volume } from '../../driver.ts';
import { objectOf } from './effects.ts';
import type { MemoryStore } from './store.ts';

export function replicate(store: MemoryStore, volumes: readonly Volume[], isReplicated: boolean): void {
  const objects = volumes.map(({ id }) => objectOf(store, `volume-${id}`));
  for (const object of objects) object.isReplicated = isReplicated;
}

export function failOver(store: MemoryStore, targets: readonly string[], target: string | null): void {
  known(targets, target);
  store.failedOverTo = target;
  for (const object of store.objects.values()) {
    if (object.kind === 'volume' && object.isReplicated) object.servedBy = target;
  }
}

export function failOverVolumes(
  store: MemoryStore,
  targets: readonly string[],
  volumes: readonly Volume[],
  target: string | null,
): void {
  known(targets, target);
  const objects = volumes.map(({ id }) => objectOf(store, `volume-${id}`));
  if (objects.some((one) => one.isReplicated !== true)) throw new DriverError('fatal', 'A volume has no copy.');
  for (const object of objects) object.servedBy = target;
}

export function locate(store: MemoryStore, volumes: readonly Volume[]): Located[] {
  return volumes.map(({ id }) => {
    const object = store.objects.get(`volume-${id}`);
    const isThere = object?.kind === 'volume' && store.isThere(object);
    const location = isThere && object.servedBy != null ? `${object.servedBy}/volume-${id}` : null;
    return { id, location, isThere };
  });
}

function known(targets: readonly string[], target: string | null): void {
  if (target === null || targets.includes(target)) return;
  throw new DriverError('gone', 'There is no replication target of this id.');
}
