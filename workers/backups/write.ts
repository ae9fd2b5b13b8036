// Making a backup: the plan, the chunks that are missing, then the manifest.
import type { Objects } from '../../infra/objects/port.ts';
import { type Data, type DataRange, DriverError } from '../driver.ts';
import { isZeros } from '../driver-kit/zeros.ts';
import { forEach } from './chunks.ts';
import {
  chunkBytes,
  chunkKey,
  chunksOf,
  type Entry,
  type Manifest,
  manifestKey,
  planKey,
  readManifest,
  writeManifest,
} from './manifest.ts';
import type { BackupStore } from './on-objects.ts';
import { removeBackup } from './remove.ts';

export interface Plan {
  readonly id: string;
  readonly volumeId: string;
  /** The manifest of the backup that this one builds on; null for a full one. */
  readonly parentKey: string | null;
  readonly signal: AbortSignal;
}

export interface Written {
  readonly key: string;
  /** How many chunks this backup added. */
  readonly objectCount: number;
}

/**
 * Makes sure that the store has all of the data. After a crash it continues: chunks that are there are not written
 * again. The plan is written first, so that every chunk always has an owner. The manifest is written last, and only a
 * backup with a manifest has data that counts. If the backup is removed while a worker still writes, that worker
 * removes it again.
 */
export async function writeBackup(store: BackupStore, data: Data, plan: Plan): Promise<Written> {
  const { objects } = store;
  const key = manifestKey(plan.volumeId, plan.id);
  const parent = await parentOf(objects, plan);
  await writePlan(objects, key, plan, data.sizeBytes);
  try {
    const { manifest, objectCount } = await writeChunks(store, data, plan, parent);
    plan.signal.throwIfAborted();
    await writeManifest(objects, key, manifest);
    return { key, objectCount };
  } finally {
    // Checked after the manifest is written: a removal that began before has taken the plan away, and a later one
    // finds the manifest.
    const isPlanned = (await objects.get(planKey(key))) !== null;
    if (!isPlanned) await removeBackup(objects, plan.id, key, new AbortController().signal);
  }
}

/** We never read it. It tells whoever has only the store which backup the chunks belong to. */
async function writePlan(objects: Objects, key: string, plan: Plan, sizeBytes: number): Promise<void> {
  const text = JSON.stringify({
    version: 1,
    backup: plan.id,
    volume: plan.volumeId,
    parent: plan.parentKey,
    sizeBytes,
  });
  await objects.put(planKey(key), new TextEncoder().encode(text));
}

async function writeChunks({ objects, digests }: BackupStore, data: Data, plan: Plan, parent: Manifest | null) {
  const known = ownersOf(parent);
  const mine = await digestsOf(objects, plan.id);
  const owners: string[] = [plan.id];
  const chunks: Entry[] = [];
  const kept = new Set<string>();
  await forEach(candidates(await data.allocated(), data.sizeBytes), async (index) => {
    plan.signal.throwIfAborted();
    const offset = index * chunkBytes;
    const bytes = await data.read(offset, Math.min(chunkBytes, data.sizeBytes - offset));
    if (isZeros(bytes)) return;
    const digest = await digests.sha256(bytes);
    const owner = known.get(digest) ?? plan.id;
    if (!owners.includes(owner)) owners.push(owner);
    chunks.push([index, owners.indexOf(owner), digest]);
    if (owner !== plan.id) return;
    kept.add(digest);
    if (mine.has(digest)) return;
    mine.add(digest);
    await objects.put(chunkKey(plan.id, digest), bytes);
  });
  return { manifest: manifestOf(plan, data.sizeBytes, owners, chunks), objectCount: kept.size };
}

function manifestOf(plan: Plan, sizeBytes: number, owners: readonly string[], chunks: Entry[]): Manifest {
  const sorted = chunks.sort(([a], [b]) => a - b);
  return { version: 1, backup: plan.id, volume: plan.volumeId, sizeBytes, chunkBytes, owners, chunks: sorted };
}

async function parentOf(objects: Objects, plan: Plan): Promise<Manifest | null> {
  if (plan.parentKey === null) return null;
  const parent = await readManifest(objects, plan.parentKey);
  if (parent !== null) return parent;
  throw new DriverError('gone', 'The backup that this one builds on is not in the store.');
}

/** Which backup already has which chunk. */
function ownersOf(parent: Manifest | null): ReadonlyMap<string, string> {
  return new Map(parent?.chunks.map(([, owner, digest]) => [digest, parent.owners[owner] ?? parent.backup]));
}

/** The chunks that an earlier try of the same backup has written. */
async function digestsOf(objects: Objects, id: string): Promise<Set<string>> {
  const found = new Set<string>();
  for await (const key of objects.list(chunksOf(id))) found.add(key.slice(key.lastIndexOf('/') + 1));
  return found;
}

/** The numbers of the chunks that may contain anything but zeros. */
export function* candidates(ranges: readonly DataRange[], sizeBytes: number): Iterable<number> {
  let next = 0;
  for (const { offset, length } of ranges) {
    const end = Math.ceil(Math.min(offset + length, sizeBytes) / chunkBytes);
    for (let index = Math.max(next, Math.floor(offset / chunkBytes)); index < end; index += 1) {
      next = index + 1;
      yield index;
    }
  }
}
