// A folder that other users of the machine cannot look into, with everything in it.
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What group and others could do. */
const others = 0o077;

export class NotPrivateError extends Error {
  override readonly name = 'NotPrivateError';
}

/**
 * Makes the folder, or sees that it is ours to make private. Changes nothing that is there already. Throws
 * NotPrivateError, with what to do, when it is somebody else's.
 */
export function claimFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const us = process.getuid?.() ?? 0;
  const { uid } = statSync(folder);
  // Root may use anybody's folder: in a container it often is one of the host's.
  if (us === 0 || uid === us) return;
  throw new NotPrivateError(
    `the folder ${folder} belongs to another user (${uid}): take it over with chown, or name another one`,
  );
}

/**
 * Takes from group and others what they may do with the folder and all that is in it. Links are not followed. A
 * folder that was closed already is entered but for the `large` ones in it, because nobody could get into those; a
 * million files of volumes and backups would take seconds at each start.
 */
export function makePrivate(folder: string, large: readonly string[] = []): void {
  const wasOpen = close(folder, statSync(folder).mode);
  for (const name of readdirSync(folder)) {
    if (wasOpen || !large.includes(name)) closeAll(join(folder, name));
  }
}

function closeAll(path: string): void {
  // What another process removes meanwhile needs no closing.
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined || found.isSymbolicLink()) return;
  close(path, found.mode);
  if (!found.isDirectory()) return;
  for (const name of readdirSync(path)) closeAll(join(path, name));
}

/** Whether it had to be closed. */
function close(path: string, mode: number): boolean {
  if ((mode & others) === 0) return false;
  try {
    chmodSync(path, mode & 0o7777 & ~others);
  } catch (error) {
    if (!existsSync(path)) return true;
    const why = error instanceof Error ? error.message : String(error);
    throw new NotPrivateError(`${path} is open to other users and cannot be closed to them (${why}): chmod it to 700`);
  }
  return true;
}
