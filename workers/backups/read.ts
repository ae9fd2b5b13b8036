// Restoring: every chunk is compared with its hash before it is written.
import type { Objects } from '../../infra/objects/port.ts';
import { clearing } from '../data/zeros.ts';
import { type Data, DriverError } from '../driver.ts';
import { digestOf, forEach } from './chunks.ts';
import { chunkKey, type Entry, type Manifest, readManifest } from './manifest.ts';

/**
 * Makes the first bytes of the data those of the backup, zeros included; what a larger volume has behind them stays. Asked
 * again after a crash it does the same. Rejects with `gone` or `fatal` when a byte of the backup is missing or changed.
 */
export async function restoreBackup(objects: Objects, key: string, data: Data, signal: AbortSignal): Promise<void> {
  const manifest = await readManifest(objects, key);
  if (manifest === null) throw new DriverError('gone', 'The data of the backup is not in the store.');
  if (manifest.sizeBytes > data.sizeBytes) throw new DriverError('fatal', 'The volume is smaller than the backup.');
  await clear(manifest, data, signal);
  await forEach(manifest.chunks, async (entry) => {
    signal.throwIfAborted();
    await data.write(entry[0] * manifest.chunkBytes, await readChunk(objects, manifest, entry));
  });
  signal.throwIfAborted();
  await data.flush();
}

async function readChunk(objects: Objects, manifest: Manifest, [, owner, digest]: Entry): Promise<Uint8Array> {
  const bytes = await objects.get(chunkKey(manifest.owners[owner] ?? '', digest));
  if (bytes === null) throw new DriverError('gone', 'A part of the backup is not in the store any more.');
  if ((await digestOf(bytes)) === digest) return bytes;
  throw new DriverError('fatal', 'A part of the backup has changed in the store: its checksum is not what it was.');
}

/** Zeros where the backup has nothing. What a new volume has not allocated costs nothing. */
async function clear(manifest: Manifest, data: Data, signal: AbortSignal): Promise<void> {
  const clearRange = await clearing(data, signal);
  let at = 0;
  for (const [index] of manifest.chunks) {
    await clearRange(at, index * manifest.chunkBytes);
    at = (index + 1) * manifest.chunkBytes;
  }
  await clearRange(at, manifest.sizeBytes);
}
