// The open directory: what every call of the driver works on.

import { access, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type DriverCall, DriverError } from '../../driver.ts';
import { expired } from '../../driver-kit/failures.ts';
import { ownedName } from '../../driver-kit/names.ts';
import { Turns, untilAborted } from '../../driver-kit/turns.ts';
import { type CopyMethod, chooseCopy } from './copy.ts';
import { codeOf, failureOf, isMissing } from './errors.ts';
import { type Holes, openHoles } from './holes.ts';
import { isMaking, recordedObject } from './names.ts';
import type { FileSettings } from './options.ts';

export interface Place {
  readonly directory: string;
  readonly settings: FileSettings;
  readonly method: CopyMethod;
  readonly turns: Turns;
  /** Null where holes cannot be found: then files are read whole. */
  readonly holes: Holes | null;
  /** Which directory was opened, so that an unmounted file system is not taken for an empty one. */
  readonly inode: string;
  /** The sum of the sizes of the volume files: counted once at open, then kept, so that stats costs one statfs. */
  provisionedBytes: number;
}

/** Opens the directory, made if need be, with the remains of a crash swept away; rejects with a DriverError. */
export async function openPlace(settings: FileSettings): Promise<Place> {
  const { directory } = settings;
  try {
    await makeDirectory(directory);
    const names = await sweep(directory);
    // Writes there too, so a directory that cannot be written is refused here.
    const method = await chooseCopy(directory);
    const provisionedBytes = await sizeOfVolumes(directory, names);
    const [holes, inode] = await Promise.all([openHoles(), inodeOf(directory)]);
    return { directory, settings, method, turns: new Turns(), holes, inode, provisionedBytes };
  } catch (error) {
    throw failureOf(error, directory);
  }
}

/** Runs work on one object, alone; errors come out as DriverErrors. */
export function onObject<T>(place: Place, name: string, call: DriverCall, work: () => Promise<T>): Promise<T> {
  return place.turns.take(name, call, () => explained(place, work));
}

/** Runs work that only reads; errors come out as DriverErrors. */
export function reading<T>(place: Place, call: DriverCall, work: () => Promise<T>): Promise<T> {
  if (call.signal.aborted) return Promise.reject(expired());
  return untilAborted(explained(place, work), call.signal);
}

/** The size of the file and the room that it takes, or null when it is surely not there. */
export async function statFile(place: Place, name: string): Promise<{ bytes: number; allocatedBytes: number } | null> {
  try {
    const { size, blocks } = await stat(join(place.directory, name));
    return { bytes: size, allocatedBytes: blocks * 512 };
  } catch (error) {
    if (!isMissing(error)) throw error;
    await assertMounted(place);
    return null;
  }
}

/** Makes changes of names survive a power cut, where the option `durable` asks for it. */
export async function syncNames(place: Place): Promise<void> {
  if (!place.settings.durable) return;
  const handle = await open(place.directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** An absent file means nothing when the directory itself is gone or another: a removal would leak the volume. */
async function assertMounted(place: Place): Promise<void> {
  const inode = await inodeOf(place.directory).catch((error: unknown) => {
    if (isMissing(error)) return null;
    throw error;
  });
  if (inode === place.inode) return;
  const mend = `${place.directory} is gone or another directory than at start: mount it again, then restart the worker.`;
  throw new DriverError('transient', `The back end is not there. ${mend}`);
}

async function explained<T>(place: Place, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw failureOf(error, place.directory);
  }
}

/** Node's own `recursive` never returns below /proc, and reports ENOENT for a read-only file system. */
async function makeDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return;
    const parent = dirname(directory);
    if (!isMissing(error) || parent === directory || (await isThere(parent))) throw error;
    await makeDirectory(parent);
    await mkdir(directory, { mode: 0o700 });
  }
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function inodeOf(directory: string): Promise<string> {
  const { dev, ino } = await stat(directory, { bigint: true });
  return `${dev}:${ino}`;
}

/** Removes what a crash left half-made and records of objects that are not there; returns all other names. */
async function sweep(directory: string): Promise<string[]> {
  const names = await readdir(directory);
  const present = new Set(names);
  for (const name of names) {
    const object = recordedObject(name);
    if (isMaking(name) || (object !== null && !present.has(object))) await rm(join(directory, name), { force: true });
  }
  return names.filter((name) => !isMaking(name) && recordedObject(name) === null);
}

async function sizeOfVolumes(directory: string, names: readonly string[]): Promise<number> {
  const volumes = names.filter((name) => ownedName(name)?.kind === 'volume');
  let bytes = 0;
  // 256 at a time: 100,000 promises at once would hold their memory for nothing, as Node has 4 threads for files.
  for (let at = 0; at < volumes.length; at += 256) {
    const sizes = volumes.slice(at, at + 256).map(async (name) => (await stat(join(directory, name))).size);
    for (const size of await Promise.all(sizes)) bytes += size;
  }
  return bytes;
}
