// The bytes of a file in the worker's hands.

import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { type Data, type DataRange, type DataTarget, type DriverCall, DriverError } from '../../driver.ts';
import { gone } from '../../driver-kit/failures.ts';
import { snapshotName, volumeName } from '../../driver-kit/names.ts';
import { writeAll } from './copy.ts';
import { isMissing } from './errors.ts';
import { type Place, reading, statFile } from './place.ts';

const zerosAtOnce = 4 * 2 ** 20;

/**
 * Opens the file. No turn is held: a copy may take hours, and a removal meanwhile leaves the open file whole until it
 * is closed.
 */
export async function openData(place: Place, target: DataTarget, mode: 'r' | 'rw', call: DriverCall): Promise<Data> {
  const name = target.kind === 'volume' ? volumeName(target.volume.id) : snapshotName(target.snapshot.id);
  const { handle, size } = await reading(place, call, () => openFile(place, name, target.kind, mode));
  const bound = <T>(work: () => Promise<T>) => reading(place, call, work);
  const check = (offset: number, length: number) => {
    if (offset >= 0 && length >= 0 && offset + length <= size) return;
    throw new DriverError('fatal', 'The bytes are beyond the end of the volume.');
  };
  return {
    sizeBytes: size,
    async read(offset, length) {
      check(offset, length);
      return bound(() => readAll(handle, offset, length));
    },
    async write(offset, bytes) {
      if (mode === 'r') throw new DriverError('fatal', 'The data was opened for reading only.');
      check(offset, bytes.length);
      await bound(() => writeAll(handle, bytes, offset));
    },
    allocated: () => bound(() => allocated(place, handle, size)),
    async discard(offset, length) {
      if (mode === 'r') throw new DriverError('fatal', 'The data was opened for reading only.');
      check(offset, length);
      if (length > 0) await bound(() => discard(place, handle, offset, length));
    },
    flush: () => bound(() => handle.sync()),
    close: () => handle.close(),
  };
}

async function allocated({ holes }: Place, handle: FileHandle, size: number): Promise<readonly DataRange[]> {
  // A file without a single block is all hole, which is what a new volume is.
  if ((await handle.stat()).blocks === 0) return [];
  return holes === null ? [{ offset: 0, length: size }] : holes.ranges(handle, size);
}

async function discard({ holes }: Place, handle: FileHandle, offset: number, length: number): Promise<void> {
  if (holes !== null && (await holes.punch(handle, offset, length))) return;
  const zeros = new Uint8Array(Math.min(length, zerosAtOnce));
  for (let done = 0; done < length; done += zeros.length) {
    await writeAll(handle, zeros.subarray(0, Math.min(zeros.length, length - done)), offset + done);
  }
}

async function openFile(place: Place, name: string, kind: 'volume' | 'snapshot', mode: 'r' | 'rw') {
  try {
    const handle = await open(join(place.directory, name), mode === 'r' ? 'r' : 'r+');
    return { handle, size: (await handle.stat()).size };
  } catch (error) {
    // Asked again, because an absent file means nothing when the whole file system is away.
    if (isMissing(error) && (await statFile(place, name)) === null) throw gone(kind);
    throw error;
  }
}

async function readAll(handle: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await handle.read(bytes, done, length - done, offset + done);
    if (bytesRead === 0) throw new DriverError('transient', 'The volume ended before its size.');
    done += bytesRead;
  }
  return bytes;
}
