// What each name in the directory means. Only its name shows that an object is ours.
//
//   volume-<id>             a volume, whole; its size is the file's size
//   snapshot-<id>           a snapshot, whole
//   volume-<id>.released    a volume that we gave back (unmanaged): not ours, found again as `volume-<id>`
//   snapshot-<id>.released  a snapshot that we gave back, found again as `_snapshot-<id>`
//   .making-<name>.<n>      being made, at the n-th attempt; never seen by anyone, removed at open
//   .made-<name>            what <name> was made from, when not blank (see record.ts)

import { uuid } from '../../driver-kit/names.ts';

const releasedPattern = new RegExp(`^((volume|snapshot)-${uuid})\\.released$`);

export function makingName(name: string, attempt: number): string {
  return `.making-${name}.${attempt}`;
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
