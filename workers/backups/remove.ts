// Removing a backup: its manifest, and every chunk that no other backup refers to.
import type { Objects } from '../../infra/objects/port.ts';
import { forEach } from './chunks.ts';
import {
  chunkKey,
  chunksOf,
  lineageOf,
  type Manifest,
  planKey,
  readManifest,
  removedKey,
  writeManifest,
} from './manifest.ts';

/**
 * Removes everything of a backup except chunks that other backups refer to; those go with the last of them. It also
 * removes what a failed creation wrote, so a backup whose row is gone leaves nothing behind. References are counted
 * by reading the existing manifests, so no counter can drift. The manifest is taken away first (and kept aside until
 * the end, for a retry): of two removals at once, the later one to look sees neither manifest, and removes the chunks
 * of both.
 */
export async function removeBackup(objects: Objects, id: string, key: string, signal: AbortSignal): Promise<void> {
  const aside = removedKey(key);
  // First of all: a worker that lost this work but still writes will see that the plan is gone, and remove what it
  // wrote.
  await objects.delete(planKey(key));
  const present = await readManifest(objects, key);
  if (present !== null) {
    await writeManifest(objects, aside, present);
    await objects.delete(key);
  }
  const manifest = present ?? (await readManifest(objects, aside));
  const { used, living } = await readLineage(objects, lineageOf(key), signal);
  const unused = new Set<string>();
  for await (const chunk of objects.list(chunksOf(id))) if (!used.has(chunk)) unused.add(chunk);
  for (const chunk of manifest === null ? [] : orphansOf(manifest, id, living)) if (!used.has(chunk)) unused.add(chunk);
  await forEach(unused, async (chunk) => {
    signal.throwIfAborted();
    await objects.delete(chunk);
  });
  await objects.delete(aside);
}

/** The chunks that the manifests of a volume refer to, and the backups that own them. */
async function readLineage(objects: Objects, folder: string, signal: AbortSignal) {
  const used = new Set<string>();
  const living = new Set<string>();
  for await (const key of objects.list(folder)) {
    signal.throwIfAborted();
    const manifest = key.endsWith('.json') ? await readManifest(objects, key) : null;
    if (manifest === null) continue;
    living.add(manifest.backup);
    for (const chunk of chunkKeys(manifest)) used.add(chunk);
  }
  return { used, living };
}

/** Chunks of backups that were removed before, which only this one still refers to. */
function* orphansOf(manifest: Manifest, id: string, living: ReadonlySet<string>): Iterable<string> {
  for (const [, owner, digest] of manifest.chunks) {
    const name = manifest.owners[owner] ?? '';
    if (name !== id && !living.has(name)) yield chunkKey(name, digest);
  }
}

function* chunkKeys(manifest: Manifest): Iterable<string> {
  for (const [, owner, digest] of manifest.chunks) yield chunkKey(manifest.owners[owner] ?? '', digest);
}
