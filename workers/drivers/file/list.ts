// What is in the directory, a page at a time.

import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Manageable, ManageableSnapshot, Owned, OwnedPage } from '../../driver.ts';
import { GIB, ownedName } from '../../driver-kit/names.ts';
import { isMissing } from './errors.ts';
import { isReleasedSnapshot, referenceOf } from './names.ts';
import type { Place } from './place.ts';
import { readRecord, volumeIdOf } from './record.ts';

/** Names a page. Each page reads all names again (about 0.1 s for 100,000) and looks only at its own files. */
const pageNames = 1000;

/**
 * A page of our objects in the order of their names; whatever is there throughout the paging is in exactly one page.
 */
export async function ownedPage(place: Place, after: string | null): Promise<OwnedPage> {
  const page = await pageType(place, after, (name) => ownedName(name) !== null);
  const items = await Promise.all(page.names.map((name) => describeOwned(place, name)));
  return { items: items.filter((item) => item !== null), next: page.next };
}

/** A page of the files that are not ours and may become volumes. */
export async function manageablePage(
  place: Place,
  after: string | null,
): Promise<{ items: readonly Manageable[]; next: string | null }> {
  const page = await pageType(place, after, isForeign);
  const items = await Promise.all(page.names.map((name) => describeManageable(place, name)));
  return { items: items.filter((item) => item !== null), next: page.next };
}

const isForeign = (name: string) => ownedName(name) === null && !name.startsWith('.') && !isReleasedSnapshot(name);

/** A page of the snapshots that we gave back, each with the name of the volume that it was taken of. */
export async function manageableSnapshotPage(
  place: Place,
  after: string | null,
): Promise<{ items: readonly ManageableSnapshot[]; next: string | null }> {
  const page = await pageType(place, after, isReleasedSnapshot);
  const items = await Promise.all(
    page.names.map(async (name) => {
      const item = await describeManageable(place, name);
      const origin = await readRecord(place.directory, name);
      const sourceReference = volumeIdOf(origin) === null ? null : { 'source-name': origin };
      return item === null ? null : { ...item, sourceReference };
    }),
  );
  return { items: items.filter((item) => item !== null), next: page.next };
}

export interface RegularFile {
  readonly bytes: number;
  /** How many names it has, in whatever directory: more than one are hard links. */
  readonly names: number;
}

/**
 * The size of a regular file, or null when there is none of that name. A symbolic link is not followed out of the
 * directory.
 */
export async function regularFile(place: Place, name: string): Promise<RegularFile | null> {
  try {
    const stats = await lstat(join(place.directory, name));
    return stats.isFile() ? { bytes: stats.size, names: stats.nlink } : null;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

async function pageType(place: Place, after: string | null, wanted: (name: string) => boolean) {
  const names = (await readdir(place.directory))
    .filter((name) => (after === null || name > after) && wanted(name))
    .sort();
  const page = names.slice(0, pageNames);
  return { names: page, next: names.length > pageNames ? (page.at(-1) ?? null) : null };
}

async function describeOwned(place: Place, name: string): Promise<Owned | null> {
  const owned = ownedName(name);
  const file = await regularFile(place, name);
  if (owned === null || file === null) return null;
  const volumeId = owned.kind === 'snapshot' ? volumeIdOf(await readRecord(place.directory, name)) : null;
  return { ...owned, sizeGiB: Math.ceil(file.bytes / GIB), volumeId };
}

async function describeManageable(place: Place, name: string): Promise<Manageable | null> {
  const file = await regularFile(place, name);
  if (file === null) return null;
  return {
    reference: { 'source-name': referenceOf(name) },
    sizeGiB: Math.ceil(file.bytes / GIB),
    safeToManage: whyNotSafe(file) === null,
    reasonNotSafe: whyNotSafe(file),
  };
}

/** Why a file cannot become ours; null: it can. What has another name would be changed under that one too. */
export function whyNotSafe({ bytes, names }: RegularFile): string | null {
  if (bytes === 0) return 'The file is empty.';
  return names > 1 ? 'The file has another name as well (a hard link), and would be changed under both.' : null;
}
