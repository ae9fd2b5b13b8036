// The names of our objects on a back end. Only the name shows that an object is ours.

import { DriverError } from '../driver.ts';

export const GIB = 1024 ** 3;

export const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const idPattern = new RegExp(`^${uuid}$`);
const ownedPattern = new RegExp(`^(volume|snapshot)-(${uuid})$`);

export interface OwnedName {
  readonly kind: 'volume' | 'snapshot';
  readonly id: string;
}

/** `volume-<id>`. Rejects an id that is not a lower-case UUID, so that no id can act as a path or an option. */
export function volumeName(id: string): string {
  return `volume-${safeId(id)}`;
}

/** `snapshot-<id>`. Rejects an id that is not a lower-case UUID. */
export function snapshotName(id: string): string {
  return `snapshot-${safeId(id)}`;
}

/** Which of our objects has this name; null when it is not ours. */
export function ownedName(name: string): OwnedName | null {
  const match = ownedPattern.exec(name);
  const id = match?.[2];
  if (id === undefined) return null;
  return { kind: match?.[1] === 'snapshot' ? 'snapshot' : 'volume', id };
}

/** A size in GiB as bytes. Rejects anything but a whole number above 0. */
export function bytesOf(sizeGiB: number): number {
  if (Number.isSafeInteger(sizeGiB) && sizeGiB > 0 && Number.isSafeInteger(sizeGiB * GIB)) return sizeGiB * GIB;
  throw new DriverError('fatal', `A size of ${sizeGiB} GiB cannot be made. Ask for a whole number of GiB above 0.`);
}

function safeId(id: string): string {
  if (idPattern.test(id)) return id;
  throw new DriverError('fatal', 'The id is not a lower-case UUID, so nothing can be named after it.');
}
