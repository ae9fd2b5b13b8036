// Files that are not ours become volumes and snapshots, and ours stop being ours; the bytes stay where they are.

import { chmod, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { DriverError, type Reference, type Snapshot, type Volume } from '../../driver.ts';
import { bytesOf, GIB, ownedName, snapshotName, volumeName } from '../../driver-kit/names.ts';
import { type RegularFile, regularFile, whyNotSafe } from './list.ts';
import { releasedName } from './names.ts';
import { grow } from './objects.ts';
import { type Place, statFile, syncNames } from './place.ts';
import { adoptedFrom, readRecord, removeRecord, writeRecord } from './record.ts';

type Kind = 'volume' | 'snapshot';

/** The size of the file in GiB, rounded up. */
export async function sizeOfReference(place: Place, kind: Kind, reference: Reference): Promise<number> {
  const name = fileOf(kind, reference);
  const file = await regularFile(place, name);
  return Math.ceil((await safe(place, kind, reference, file)).bytes / GIB);
}

/** Makes the file the volume, grown to its size. By the record a repeated call is known from a second volume. */
export async function adopt(place: Place, volume: Volume, reference: Reference): Promise<void> {
  const source = fileOf('volume', reference);
  const name = volumeName(volume.id);
  const bytes = bytesOf(volume.sizeGiB);
  if ((await statFile(place, name)) === null) {
    const file = await safe(place, 'volume', reference, await regularFile(place, source));
    if (file.bytes > bytes) {
      throw new DriverError(
        'fatal',
        `The file is larger than the volume. It needs ${Math.ceil(file.bytes / GIB)} GiB.`,
      );
    }
    await take(place, source, name);
    place.provisionedBytes += file.bytes;
    await chmod(join(place.directory, name), 0o600);
  } else if ((await readRecord(place.directory, name)) !== adoptedFrom(source)) {
    throw new DriverError('conflict', 'The id is taken by a volume that was not made from this file.');
  }
  await grow(place, name, bytes);
  await syncNames(place);
}

/** Makes the file a snapshot of the volume; it stays as large as it is. */
export async function adoptSnapshot(place: Place, snapshot: Snapshot, reference: Reference): Promise<void> {
  const source = fileOf('snapshot', reference);
  const name = snapshotName(snapshot.id);
  if ((await statFile(place, name)) === null) {
    const file = await safe(place, 'snapshot', reference, await regularFile(place, source));
    if (file.bytes > bytesOf(snapshot.volume.sizeGiB)) {
      throw new DriverError('fatal', 'The file is larger than the volume that it is to be a snapshot of.');
    }
    await take(place, source, name);
    await removeRecord(place.directory, source);
    await chmod(join(place.directory, name), 0o600);
  } else if ((await readRecord(place.directory, name)) !== adoptedFrom(source)) {
    throw new DriverError('conflict', 'The id is taken by a snapshot that was not made from this file.');
  }
  await syncNames(place);
}

/** Gives the volume back: its file is no longer ours, and `source-name: volume-<id>` finds it. */
export async function release(place: Place, volume: Volume): Promise<void> {
  const name = volumeName(volume.id);
  const now = await statFile(place, name);
  if (now === null) return;
  await giveBack(place, name);
  place.provisionedBytes -= now.bytes;
}

/** Gives the snapshot back, with a note of the volume that it is of. */
export async function releaseSnapshot(place: Place, snapshot: Snapshot): Promise<void> {
  const name = snapshotName(snapshot.id);
  if ((await statFile(place, name)) === null) return;
  await writeRecord(place.directory, releasedName(name), volumeName(snapshot.volume.id));
  await giveBack(place, name);
}

async function giveBack(place: Place, name: string): Promise<void> {
  if ((await regularFile(place, releasedName(name))) !== null) {
    throw new DriverError(
      'conflict',
      `A file of this name was released before. Move ${releasedName(name)} away first.`,
    );
  }
  await rename(join(place.directory, name), join(place.directory, releasedName(name)));
  await removeRecord(place.directory, name);
  await syncNames(place);
}

async function take(place: Place, source: string, name: string): Promise<void> {
  await writeRecord(place.directory, name, adoptedFrom(source));
  try {
    await rename(join(place.directory, source), join(place.directory, name));
  } catch (error) {
    await removeRecord(place.directory, name);
    throw error;
  }
}

/**
 * The file that a reference means: by its name, or by the id that it had as a volume or snapshot of ours. A name like
 * ours means what was released under it; that of a snapshot may bear the `_` of LVM.
 */
function fileOf(kind: Kind, reference: Reference): string {
  const id = reference['source-id'];
  const given = reference['source-name'] ?? (id === undefined ? undefined : `${kind}-${id}`);
  // One plain name: no path, none of our temporary files, nothing that a terminal or a log would trip over.
  if (given === undefined || !/^[\w@+=,:~-][\w@+=,:~. -]{0,254}$/.test(given)) {
    throw new DriverError(
      'fatal',
      'The reference does not name a file. Give source-name: the name of a file in the pool.',
    );
  }
  const name = ownedNameIn(kind, given);
  return name === null ? given : releasedName(name);
}

/** The name of ours that a reference's name stands for, where it is one of that kind. */
function ownedNameIn(kind: Kind, given: string): string | null {
  const name = kind === 'snapshot' && given.startsWith('_') ? given.slice(1) : given;
  return ownedName(name)?.kind === kind ? name : null;
}

/** The file, if it can become ours. */
async function safe(place: Place, kind: Kind, reference: Reference, file: RegularFile | null): Promise<RegularFile> {
  if (file === null || file.bytes === 0) throw await notFound(place, kind, reference);
  const why = whyNotSafe(file);
  if (why !== null) throw new DriverError('fatal', why);
  return file;
}

async function notFound(place: Place, kind: Kind, reference: Reference): Promise<DriverError> {
  const id = reference['source-id'];
  const given = reference['source-name'] ?? `${kind}-${id}`;
  const name = ownedNameIn(kind, given) ?? given;
  if (ownedName(name) !== null && (await regularFile(place, name)) !== null) {
    return new DriverError('conflict', 'The file is managed already.');
  }
  return new DriverError(
    'gone',
    'No file that could be managed has this name. It must be a regular file that is not empty.',
  );
}
