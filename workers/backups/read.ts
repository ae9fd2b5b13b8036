// Restoring: every chunk is compared with its hash before it is written.
import { clearing } from '../data/zeros.ts';
import { type Data, DriverError } from '../driver.ts';
import { forEach } from './chunks.ts';
import { chunkKey, type Entry, type Manifest, readManifest } from './manifest.ts';
import type { BackupStore } from './on-objects.ts';

/**
 * Writes the backup over the start of the data, zeros included; what a larger volume has after it stays. After a
 * crash it can run again with the same result. Rejects with `gone` or `fatal` when a byte of the backup is missing or
 * changed.
 */
export async function restoreBackup(store: BackupStore, key: string, data: Data, signal: AbortSignal): Promise<void> {
  const manifest = await readManifest(store.objects, key);
  if (manifest === null) throw new DriverError('gone', 'The data of the backup is not in the store.');
  if (manifest.sizeBytes > data.sizeBytes) throw new DriverError('fatal', 'The volume is smaller than the backup.');
  await clear(manifest, data, signal);
  await forEach(manifest.chunks, async (entry) => {
    signal.throwIfAborted();
    await data.write(entry[0] * manifest.chunkBytes, await readChunk(store, manifest, entry));
  });
  signal.throwIfAborted();
  await data.flush();
}

async function readChunk(
  { objects, digests }: BackupStore,
  manifest: Manifest,
  [, owner, digest]: Entry,
): Promise<Uint8Array> {
  const bytes = await objects.get(chunkKey(manifest.owners[owner] ?? '', digest));
  if (bytes === null) throw new DriverError('gone', 'A part of the backup is not in the store any more.');
  if ((await digests.sha256(bytes)) === digest) return bytes;
  throw new DriverError('fatal', 'A part of the backup has changed in the store: its checksum is not what it was.');
}

/** Zeroes the ranges between the backup's chunks, which costs nothing where nothing is allocated. */
async function clear(manifest: Manifest, data: Data, signal: AbortSignal): Promise<void> {
  const clearRange = await clearing(data, signal);
  let at = 0;
  for (const [index] of manifest.chunks) {
    await clearRange(at, index * manifest.chunkBytes);
    at = (index + 1) * manifest.chunkBytes;
  }
  await clearRange(at, manifest.sizeBytes);
}
