// Making, growing and removing the files. Whatever is made is made under a temporary name and appears whole: a crash
// leaves the object or nothing.

import { type FileHandle, link, open, rename, statfs, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type DriverCall, DriverError } from '../../driver.ts';
import { expired, gone } from '../../driver-kit/failures.ts';
import { GIB } from '../../driver-kit/names.ts';
import type { Origin } from '../../driver-kit/origin.ts';
import { codeOf, discard, isMissing } from './errors.ts';
import { makingName } from './names.ts';
import { type Place, statFile, syncNames } from './place.ts';
import { readRecord, removeRecord, writeRecord } from './record.ts';

export interface Plan {
  readonly name: string;
  /** null for a snapshot: as large as its source is on the disk, whatever the size in the volume's row is by then. */
  readonly bytes: number | null;
  readonly from: Origin;
  /** Volumes count as promised room; snapshots do not, as in Cinder. */
  readonly counts: boolean;
  readonly signal: AbortSignal;
  /**
   * Of the operation: a worker that lost its lease may still be at an earlier one, on another machine with the same
   * share.
   */
  readonly attempt?: number;
}

/** Makes sure that a blank file of that size is there: 6 system calls, no data written. */
export async function makeBlank(place: Place, plan: Plan & { readonly bytes: number }): Promise<void> {
  if (await isMadeAlready(place, plan)) return;
  await making(place, plan, async (temporary) => {
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await shareFile(place, handle);
      await handle.truncate(plan.bytes);
      if (place.settings.durable) await handle.sync();
    } finally {
      await handle.close();
    }
    await appear(place, plan, temporary);
  });
}

/** Makes sure that a full copy of our object `source` is there, grown to the plan's size. */
export async function makeCopy(place: Place, plan: Plan, source: string): Promise<void> {
  if (await isMadeAlready(place, plan)) return;
  await making(place, plan, async (temporary) => {
    await fill(place, { source, temporary, bytes: plan.bytes, signal: plan.signal });
    try {
      await writeRecord(place.directory, plan.name, plan.from);
      await appear(place, plan, temporary);
    } catch (error) {
      if ((await statFile(place, plan.name)) === null) await removeRecord(place.directory, plan.name);
      throw error;
    }
  });
}

/** Puts a copy of `source` in the place of an object that is there, whole and at once, and no smaller than it was. */
export async function replace(place: Place, name: string, source: string, call: DriverCall): Promise<void> {
  const now = await statFile(place, name);
  if (now === null) throw gone('volume');
  await making(place, { name, ...call }, async (temporary) => {
    await fill(place, { source, temporary, bytes: now.bytes, signal: call.signal });
    await rename(temporary, join(place.directory, name));
    await syncNames(place);
  });
}

/** Grows a volume to a size; never shrinks. */
export async function grow(place: Place, name: string, bytes: number): Promise<void> {
  const now = await statFile(place, name);
  if (now === null) throw gone('volume');
  if (now.bytes > bytes) {
    const sizes = `It has ${now.bytes / GIB} GiB and ${bytes / GIB} GiB were asked for.`;
    throw new DriverError('conflict', `A volume cannot be made smaller. ${sizes}`);
  }
  if (now.bytes === bytes) return;
  const handle = await open(join(place.directory, name), 'r+');
  try {
    await handle.truncate(bytes);
    if (place.settings.durable) await handle.sync();
  } finally {
    await handle.close();
  }
  place.provisionedBytes += bytes - now.bytes;
}

/** Makes sure that the object is not there. */
export async function removeObject(place: Place, name: string, counts: boolean): Promise<void> {
  await removeRecord(place.directory, name);
  const now = await statFile(place, name);
  if (now === null) return;
  await unlink(join(place.directory, name));
  if (counts) place.provisionedBytes -= now.bytes;
  await syncNames(place);
}

/** Whether the same call was already done; rejects with `conflict` when another call made the object. */
async function isMadeAlready(place: Place, plan: Plan): Promise<boolean> {
  const now = await statFile(place, plan.name);
  if (now === null) return false;
  const from = await readRecord(place.directory, plan.name);
  const bytes = plan.bytes ?? now.bytes;
  if (now.bytes === bytes && from === plan.from) return true;
  const has = `It has ${now.bytes / GIB} GiB made from ${from}; asked for were ${bytes / GIB} GiB from ${plan.from}.`;
  throw new DriverError('conflict', `The id is taken by an object with other arguments. ${has}`);
}

/** Gives the work a temporary path that is free, and leaves nothing at it, whatever happens. */
async function making(
  place: Place,
  { name, attempt = 0 }: Pick<Plan, 'name' | 'attempt'>,
  work: (temporary: string) => Promise<void>,
): Promise<void> {
  const temporary = join(place.directory, makingName(name, attempt));
  // Before too: writing over a left-over that is still a second name of a whole object would destroy the object.
  await discard(temporary);
  try {
    await work(temporary);
  } finally {
    await discard(temporary).catch(() => {});
  }
}

interface Fill {
  readonly source: string;
  readonly temporary: string;
  readonly bytes: number | null;
  readonly signal: AbortSignal;
}

async function fill(place: Place, { source, temporary, bytes: asked, signal }: Fill): Promise<void> {
  const from = await statFile(place, source);
  if (from === null) throw gone('source');
  const bytes = asked ?? from.bytes;
  if (from.bytes > bytes) {
    const sizes = `The source has ${from.bytes / GIB} GiB and ${bytes / GIB} GiB were asked for.`;
    throw new DriverError('fatal', `A volume cannot be smaller than its source. ${sizes}`);
  }
  await assertRoom(place, from.allocatedBytes);
  try {
    await place.method.copy(join(place.directory, source), temporary, signal);
  } catch (error) {
    if (!signal.aborted && (await statFile(place, source)) === null) throw gone('source');
    throw error;
  }
  const handle = await open(temporary, 'r+');
  try {
    await shareFile(place, handle);
    await handle.truncate(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
  if (signal.aborted) throw expired();
}

/** The umask of the worker closes files to others; hosts of a share are others. */
async function shareFile({ settings: { fileMode } }: Place, handle: FileHandle): Promise<void> {
  if (fileMode !== 0o600) await handle.chmod(fileMode);
}

/** Refuses a full copy before it fills the disk under everybody's volumes. */
async function assertRoom(place: Place, bytes: number): Promise<void> {
  if (place.method.sharesBlocks) return;
  const { bavail, bsize } = await statfs(place.directory);
  if (bytes <= bavail * bsize) return;
  const room = `The copy needs ${bytes} bytes and ${bavail * bsize} are free in ${place.directory}.`;
  throw new DriverError('no-space', `The back end has no room for the copy. ${room}`);
}

/** Gives the finished file its name. A link and not a rename: it never replaces an object that came to be meanwhile. */
async function appear(place: Place, plan: Plan, temporary: string): Promise<void> {
  try {
    await link(temporary, join(place.directory, plan.name));
  } catch (error) {
    if (codeOf(error) === 'EEXIST') {
      await isMadeAlready(place, plan);
      return;
    }
    if (isMissing(error))
      throw new DriverError('transient', 'The back end lost what was being made.', { cause: error });
    throw error;
  }
  if (plan.counts) place.provisionedBytes += plan.bytes ?? 0;
  await syncNames(place);
}
