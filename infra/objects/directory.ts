// Objects as files in one directory: the embedded store of backups.
import { mkdir, open, readdir, readFile, rename, rmdir, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { assertObjectKey, type Objects, ObjectsError } from './port.ts';

/** An object that is being written. No key begins with a dot, so nobody ever takes one for an object. */
const temporaryPrefix = '.tmp-';

const codeOf = (error: unknown) =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
const isMissing = (error: unknown) => codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';

/** Objects below `directory`, which is made when the first object is put. Left-overs of a crash are never listed. */
export function directoryObjects(directory: string): Objects {
  let writes = 0;
  return {
    put: (key, bytes) =>
      explained(directory, async () => {
        assertObjectKey(key);
        writes += 1;
        // The process and a counter in the name: a worker that was given up may still be writing the same object.
        await write(join(directory, key), `${temporaryPrefix}${process.pid}-${writes}`, bytes);
      }),
    get: (key) =>
      explained(directory, async () => {
        assertObjectKey(key);
        return readFile(join(directory, key)).catch(missingIs(null));
      }),
    delete: (key) =>
      explained(directory, async () => {
        assertObjectKey(key);
        await unlink(join(directory, key)).catch(missingIs(undefined));
        await removeEmpty(directory, dirname(key));
      }),
    list: (prefix) => {
      assertObjectKey(prefix);
      return walk(directory, prefix);
    },
  };
}

const missingIs =
  <T>(value: T) =>
  (error: unknown): T => {
    if (isMissing(error)) return value;
    throw error;
  };

async function write(path: string, temporaryName: string, bytes: Uint8Array): Promise<void> {
  const folder = dirname(path);
  for (let round = 1; ; round += 1) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const temporary = join(folder, temporaryName);
    try {
      await writeSynced(temporary, bytes);
      await rename(temporary, path);
      return await syncFolder(folder);
    } catch (error) {
      await unlink(temporary).catch(() => {});
      // A deletion next door may have taken the folder away while it was empty.
      if (!isMissing(error) || round === 3) throw error;
    }
  }
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(path, 'w', 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A name survives a power cut only when its folder has reached the disk as well. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Removes the folder of a removed object and those above it, as far as they are empty. */
async function removeEmpty(directory: string, folder: string): Promise<void> {
  for (let path = folder; path !== '.' && path !== ''; path = dirname(path)) {
    try {
      await rmdir(join(directory, path));
    } catch {
      return;
    }
  }
}

async function* walk(directory: string, prefix: string): AsyncIterable<string> {
  const read = () => readdir(join(directory, prefix), { withFileTypes: true }).catch(missingIs([]));
  for (const entry of await explained(directory, read)) {
    const key = `${prefix}/${entry.name}`;
    if (entry.name.startsWith('.')) {
      await dropLeftOver(join(directory, key), entry.name);
      continue;
    }
    if (entry.isDirectory()) yield* walk(directory, key);
    else yield key;
  }
}

/** What another process was writing: it is dead, or, where it lives, its put begins again when the file has gone. */
async function dropLeftOver(path: string, name: string): Promise<void> {
  const isOurs = name.startsWith(`${temporaryPrefix}${process.pid}-`);
  if (name.startsWith(temporaryPrefix) && !isOurs) await unlink(path).catch(() => {});
}

async function explained<T>(directory: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ObjectsError) throw error;
    const code = codeOf(error) ?? 'no code';
    const isFull = code === 'ENOSPC' || code === 'EDQUOT';
    const isRefused = code === 'EACCES' || code === 'EPERM' || code === 'EROFS';
    const what = isFull ? 'The store of backups has no room left.' : 'The store of backups failed.';
    const failure = isFull ? 'no-space' : isRefused ? 'refused' : 'unavailable';
    throw new ObjectsError(failure, `${what} Look at ${directory} (${code}).`, { cause: error });
  }
}
