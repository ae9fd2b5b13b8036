// Files that are not ours become volumes, and volumes stop being ours; the bytes stay where they are.

import { chmod, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { DriverError, type Volume } from '../../driver.ts';
import { manageablePage, regularFile } from './list.ts';
import { bytesOf, GIB, ownedName, releasedName, volumeName } from './names.ts';
import { grow } from './objects.ts';
import { look, type Place, syncNames } from './place.ts';
import { adoptedFrom, readRecord, removeRecord, writeRecord } from './record.ts';

type Reference = Readonly<Record<string, string>>;

export const listManageable = manageablePage;

/** The size of the file in GiB, rounded up. */
export async function sizeOfReference(place: Place, reference: Reference): Promise<number> {
  const name = fileOf(reference);
  const file = await regularFile(place, name);
  if (file !== null && file.bytes > 0) return Math.ceil(file.bytes / GIB);
  throw await notFound(place, reference);
}

/** Makes the file the volume, grown to its size; the record tells a repeated call from a second volume. */
export async function adopt(place: Place, volume: Volume, reference: Reference): Promise<void> {
  const source = fileOf(reference);
  const name = volumeName(volume.id);
  const bytes = bytesOf(volume.sizeGiB);
  if ((await look(place, name)) === null) {
    const file = await regularFile(place, source);
    if (file === null || file.bytes === 0) throw await notFound(place, reference);
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

/** Gives the volume back: its file is not ours any more, and `source-name: volume-<id>` finds it. */
export async function release(place: Place, volume: Volume): Promise<void> {
  const name = volumeName(volume.id);
  const now = await look(place, name);
  if (now === null) return;
  if ((await regularFile(place, releasedName(name))) !== null) {
    throw new DriverError(
      'conflict',
      `A file of this volume was released before. Move ${releasedName(name)} away first.`,
    );
  }
  await rename(join(place.directory, name), join(place.directory, releasedName(name)));
  place.provisionedBytes -= now.bytes;
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

/** The file that a reference means. A name like ours means the volume that was released under it. */
function fileOf(reference: Reference): string {
  const name = reference['source-name'];
  // One plain name: no path, none of our temporary files, nothing that a terminal or a log would trip over.
  if (name === undefined || !/^[\w@+=,:~-][\w@+=,:~. -]{0,254}$/.test(name)) {
    throw new DriverError(
      'fatal',
      'The reference does not name a file. Give source-name: the name of a file in the pool.',
    );
  }
  return ownedName(name)?.kind === 'volume' ? releasedName(name) : name;
}

async function notFound(place: Place, reference: Reference): Promise<DriverError> {
  const name = reference['source-name'] ?? '';
  if (ownedName(name) !== null && (await regularFile(place, name)) !== null) {
    return new DriverError('conflict', 'The file is managed already.');
  }
  return new DriverError(
    'gone',
    'No file that could be managed has this name. It must be a regular file that is not empty.',
  );
}
