// What the file system's error codes mean for the worker. The first sentence of a message is shown to the user, so
// paths come after it.

import { unlink } from 'node:fs/promises';
import { DriverError } from '../../driver.ts';

/** The error code of Node or the system, or null when there is none. */
export function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

export function isMissing(error: unknown): boolean {
  return codeOf(error) === 'ENOENT';
}

/** Makes sure that the file is not there. `fs.rm` with `force` costs three times as much. */
export async function discard(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

const byCode: Readonly<Record<string, readonly [failure: DriverError['failure'], what: string, mend: string]>> = {
  ENOSPC: ['no-space', 'The back end has no room left.', 'Free room in the file system of'],
  EDQUOT: ['no-space', 'The back end has no room left.', 'Raise the disk quota of the user that runs the worker in'],
  EFBIG: ['fatal', 'The back end cannot hold a volume of this size.', 'Choose a file system with larger files for'],
  EACCES: ['fatal', 'The back end refused the worker.', 'Give the user that runs the worker the right to write in'],
  EPERM: ['fatal', 'The back end refused the worker.', 'Give the user that runs the worker the right to write in'],
  EROFS: ['fatal', 'The back end is read-only.', 'Mount it for writing:'],
  ENOTDIR: ['fatal', 'The directory of the back end is not a directory.', 'Make it one:'],
};

/** Every error as a DriverError; what is not known to be harmless is `transient`, its outcome unknown. */
export function failureOf(error: unknown, directory: string): DriverError {
  if (error instanceof DriverError) return error;
  const code = codeOf(error) ?? 'no code';
  const [failure, what, mend] = byCode[code] ?? ['transient', 'The back end failed.', 'Look at the file system of'];
  return new DriverError(failure, `${what} ${mend} ${directory} (${code}).`, { cause: error });
}
