// What each name in the directory means. A name is the only thing that says an object is ours.
//
//   volume-<id>             a volume, whole; its size is the file's size
//   snapshot-<id>           a snapshot, whole
//   volume-<id>.released    a volume that we gave back (unmanaged): not ours, found again as `volume-<id>`
//   snapshot-<id>.released  a snapshot that we gave back, found again as `_snapshot-<id>`
//   .making-<name>          being made; never seen by anyone, removed at open
//   .made-<name>            what <name> was made from, when not blank (see record.ts)

import { DriverError } from '../../driver.ts';

export const GIB = 1024 ** 3;

const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const idPattern = new RegExp(`^${uuid}$`);
const ownedPattern = new RegExp(`^(volume|snapshot)-(${uuid})$`);
const releasedPattern = new RegExp(`^((volume|snapshot)-${uuid})\\.released$`);

export interface OwnedName {
  readonly kind: 'volume' | 'snapshot';
  readonly id: string;
}

/** The file name of a volume; rejects an id that is not a lower-case UUID, so that no id can leave the directory. */
export function volumeName(id: string): string {
  return `volume-${safeId(id)}`;
}

/** The file name of a snapshot; rejects an id that is not a lower-case UUID. */
export function snapshotName(id: string): string {
  return `snapshot-${safeId(id)}`;
}

export function makingName(name: string): string {
  return `.making-${name}`;
}

export function recordName(name: string): string {
  return `.made-${name}`;
}

export function releasedName(name: string): string {
  return `${name}.released`;
}

/** The object whose record this is, or null when the name is no record. */
export function recordedObject(name: string): string | null {
  return name.startsWith('.made-') ? name.slice('.made-'.length) : null;
}

export function isMaking(name: string): boolean {
  return name.startsWith('.making-');
}

/** Which object of ours bears this name; null when it is not ours. */
export function ownedName(name: string): OwnedName | null {
  const match = ownedPattern.exec(name);
  const id = match?.[2];
  if (id === undefined) return null;
  return { kind: match?.[1] === 'snapshot' ? 'snapshot' : 'volume', id };
}

/**
 * The name by which an operator asks for a file that is not ours: what was released keeps the name it had, a snapshot
 * with the `_` before it that LVM puts there, because operators and clients know it so.
 */
export function referenceOf(name: string): string {
  const released = releasedPattern.exec(name);
  if (released === null) return name;
  return released[2] === 'snapshot' ? `_${released[1]}` : (released[1] ?? name);
}

/** Whether the file is a snapshot that was released. */
export function isReleasedSnapshot(name: string): boolean {
  return releasedPattern.exec(name)?.[2] === 'snapshot';
}

/** The bytes of a size in GiB; rejects what is not a whole number above 0. */
export function bytesOf(sizeGiB: number): number {
  if (Number.isSafeInteger(sizeGiB) && sizeGiB > 0 && Number.isSafeInteger(sizeGiB * GIB)) return sizeGiB * GIB;
  throw new DriverError('fatal', `A size of ${sizeGiB} GiB cannot be made. Ask for a whole number of GiB above 0.`);
}

function safeId(id: string): string {
  if (idPattern.test(id)) return id;
  throw new DriverError('fatal', 'The id is not a lower-case UUID, so no file can be named after it.');
}
