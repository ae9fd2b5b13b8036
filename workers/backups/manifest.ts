// The manifest of a backup: a plan, written before the first chunk, and which chunk holds what, when every chunk is
// there.
//
//   manifests/<volume>/<backup>.plan       whose the chunks are, from before the first one until the backup is removed
//   manifests/<volume>/<backup>.json       the manifests of a volume side by side: a chain is found by listing one folder
//   manifests/<volume>/<backup>.removed    a manifest whose backup is being removed
//   chunks/<backup>/<2 digits>/<sha256>    chunks, under the backup that wrote them
//
// A chunk belongs to the backup that wrote it, and incremental backups refer to it there. So nothing but the work on
// one backup ever writes below its folder, and a chunk cannot be removed as unused while another backup is about to
// use it: a backup refers only to what its parent refers to, and a parent cannot be deleted.
import { isObjectKey, type Objects } from '../../infra/objects/port.ts';
import { DriverError } from '../driver.ts';

/**
 * 4 MiB: 1 TiB is at most 262,144 objects and a manifest of 18 MB, and an incremental backup of one changed sector
 * costs 4 MiB. With 1 MiB it would be a million objects ($5 of PUTs) and 75 MB; with 16 MiB each change would take
 * four times the room.
 */
export const chunkBytes = 4 * 1024 * 1024;

/** Chunk number, index into `owners`, sha256 in hexadecimal. */
export type Entry = readonly [index: number, owner: number, digest: string];

export interface Manifest {
  readonly version: 1;
  readonly backup: string;
  readonly volume: string;
  readonly sizeBytes: number;
  readonly chunkBytes: number;
  readonly owners: readonly string[];
  /** The chunks that are not all zeros, in order. */
  readonly chunks: readonly Entry[];
}

export const manifestKey = (volumeId: string, backupId: string) => `manifests/${volumeId}/${backupId}.json`;
export const planKey = (key: string) => key.replace(/\.json$/, '.plan');
export const removedKey = (key: string) => key.replace(/\.json$/, '.removed');
export const chunksOf = (owner: string) => `chunks/${owner}`;
export const chunkKey = (owner: string, digest: string) => `chunks/${owner}/${digest.slice(0, 2)}/${digest}`;

/** The folder with all manifests of the same volume. */
export const lineageOf = (key: string) => key.slice(0, key.lastIndexOf('/'));

export async function writeManifest(objects: Objects, key: string, manifest: Manifest): Promise<void> {
  await objects.put(key, new TextEncoder().encode(JSON.stringify(manifest)));
}

/**
 * Null when there is none. Rejects anything that is not a manifest: what cannot be read in full must not be acted on.
 */
export async function readManifest(objects: Objects, key: string): Promise<Manifest | null> {
  const bytes = isObjectKey(key) ? await objects.get(key) : null;
  if (bytes === null) return null;
  const manifest = parse(new TextDecoder().decode(bytes));
  if (manifest !== null) return manifest;
  throw new DriverError('fatal', 'The manifest of the backup cannot be read.');
}

function parse(text: string): Manifest | null {
  try {
    const value = JSON.parse(text) as Partial<Manifest> | null; // checked below
    const isWhole =
      value?.version === 1 && value.chunkBytes === chunkBytes && isOwners(value.owners) && Array.isArray(value.chunks);
    return isWhole ? (value as Manifest) : null;
  } catch {
    return null;
  }
}

const isOwners = (value: unknown) =>
  Array.isArray(value) && value.every((one) => typeof one === 'string' && isObjectKey(one));
