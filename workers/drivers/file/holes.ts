// Holes of sparse files. Node has neither lseek nor fallocate, so libc's own are called, by koffi. Where that is not
// there (another system than Linux on 64 bits), files are read and written whole: see
// docs/decisions/0062-holes-through-libc.md.
import type { FileHandle } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import type { DataRange } from '../../driver.ts';

export interface Holes {
  /** The ranges outside which the file reads as zeros, in order, in multiples of `grainBytes` but for its end. */
  ranges(file: FileHandle, sizeBytes: number): Promise<readonly DataRange[]>;
  /** Makes a hole; false when the file system cannot. */
  punch(file: FileHandle, offset: number, length: number): Promise<boolean>;
}

interface Libc {
  readonly lseek: (fd: number, offset: number, whence: number) => number | bigint;
  readonly fallocate: (fd: number, mode: number, offset: number, length: number) => Promise<number>;
  /** The error of the last call. */
  readonly errno: () => number;
}

/** Data closer together than this is one range: a scattered file of 100 GiB has at most 102,400 of them. */
const grainBytes = 1024 ** 2;
/** Other work gets its turn after this many calls; one takes about 1 us. */
const callsAtOnce = 256;

// From the headers of Linux, the same on x64 and arm64.
const seekData = 3;
const seekHole = 4;
const punchHoleKeepSize = 3;
/** There is no data from the offset on. */
const noSuchAddress = 6;

/** Null where the system's calls cannot be had. */
export async function openHoles(): Promise<Holes | null> {
  const libc = await openLibc();
  if (libc === null) return null;
  return {
    ranges: (file, sizeBytes) => rangesOf(libc, file.fd, sizeBytes),
    punch: async (file, offset, length) => (await libc.fallocate(file.fd, punchHoleKeepSize, offset, length)) === 0,
  };
}

async function openLibc(): Promise<Libc | null> {
  if (process.platform !== 'linux' || (process.arch !== 'x64' && process.arch !== 'arm64')) return null;
  try {
    const { default: koffi } = await import('koffi');
    const libc = koffi.load(null);
    const fallocate = libc.func('int fallocate(int fd, int mode, int64_t offset, int64_t length)');
    return {
      lseek: libc.func('int64_t lseek(int fd, int64_t offset, int whence)'),
      fallocate: (...given) =>
        new Promise((resolve, reject) => {
          fallocate.async(...given, (error: unknown, result: number) => (error ? reject(error) : resolve(result)));
        }),
      errno: () => koffi.errno(),
    };
  } catch {
    return null; // an optional package: not installed, or not for this system
  }
}

async function rangesOf(libc: Libc, fd: number, sizeBytes: number): Promise<readonly DataRange[]> {
  const ranges: { offset: number; length: number }[] = [];
  for (let at = 0, calls = 1; at < sizeBytes; calls += 1) {
    if (calls % callsAtOnce === 0) await setImmediate();
    const data = seek(libc, fd, at, seekData);
    if (data === null || data >= sizeBytes) break;
    const hole = seek(libc, fd, data, seekHole) ?? sizeBytes;
    const offset = Math.floor(data / grainBytes) * grainBytes;
    const end = Math.min(Math.ceil(hole / grainBytes) * grainBytes, sizeBytes);
    const last = ranges.at(-1);
    if (last !== undefined && last.offset + last.length >= offset) last.length = end - last.offset;
    else ranges.push({ offset, length: end - offset });
    at = end;
  }
  return ranges;
}

/** Null: there is none from the offset on. */
function seek(libc: Libc, fd: number, offset: number, whence: number): number | null {
  const found = Number(libc.lseek(fd, offset, whence));
  if (found >= 0) return found;
  const errno = libc.errno();
  if (errno === noSuchAddress) return null;
  throw new Error(`lseek failed with errno ${errno}`);
}
