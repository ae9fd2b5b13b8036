// What we know of volumes and snapshots, as small files beside the images: the daemon forgets everything when it dies.
//
//   volume-<id>.json, snapshot-<id>.json   an object that is there; it appears and changes whole, by rename
//   layer-<n>.qcow2                        the bytes; a layer names the one below it in its own header
//
// A volume writes to its layer. A snapshot is a layer that nobody writes to any more. Layers that no record leads to
// are the remains of a crash, and are removed at open.

import { open, readdir, readFile, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { ownedName, snapshotName, volumeName } from '../../driver-kit/names.ts';
import type { Origin } from '../../driver-kit/origin.ts';
import { backingOf, layerName, layerNumber } from './qcow2.ts';

export interface ExportRecord {
  /** The attachment; see exports.ts for the older calls that have none. */
  readonly key: string;
  readonly attachmentId: string;
  readonly host: string;
  readonly isWritable: boolean;
}

export interface VolumeRecord {
  readonly id: string;
  readonly sizeGiB: number;
  readonly from: Origin;
  readonly layer: number;
  readonly exports: readonly ExportRecord[];
  readonly qos: Readonly<Record<string, string>>;
  /** Hosts see the plain bytes behind its LUKS header. */
  readonly isEncrypted?: true;
}

export interface SnapshotRecord {
  readonly id: string;
  readonly volumeId: string;
  readonly sizeGiB: number;
  readonly layer: number;
}

export class Records {
  readonly directory: string;
  readonly volumes = new Map<string, VolumeRecord>();
  readonly snapshots = new Map<string, SnapshotRecord>();
  /** Each layer with the one below it. */
  readonly layers = new Map<number, number | null>();
  #lastLayer = 0;

  private constructor(directory: string) {
    this.directory = directory;
  }

  /** Reads everything; layers that nobody needs and records that are half written are removed. */
  static async open(directory: string): Promise<Records> {
    const records = new Records(directory);
    const names = await readdir(directory);
    for (const name of names) {
      if (name.endsWith('.tmp')) await unlink(join(directory, name));
      const layer = layerNumber(name);
      if (layer !== null) records.layers.set(layer, await backingOf(join(directory, name)));
      if (name.endsWith('.json')) await records.#read(name);
    }
    records.#lastLayer = Math.max(0, ...records.layers.keys());
    await records.sweep(new Set());
    return records;
  }

  path(layer: number): string {
    return join(this.directory, layerName(layer));
  }

  /** A number that no layer has had since the open. */
  newLayer(): number {
    this.#lastLayer += 1;
    return this.#lastLayer;
  }

  async putVolume(record: VolumeRecord): Promise<VolumeRecord> {
    await this.#write(`${volumeName(record.id)}.json`, record);
    this.volumes.set(record.id, record);
    return record;
  }

  async putSnapshot(record: SnapshotRecord): Promise<void> {
    await this.#write(`${snapshotName(record.id)}.json`, record);
    this.snapshots.set(record.id, record);
  }

  async remove(kind: 'volume' | 'snapshot', id: string): Promise<void> {
    const name = kind === 'volume' ? volumeName(id) : snapshotName(id);
    await unlink(join(this.directory, `${name}.json`)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
    await this.#sync();
    (kind === 'volume' ? this.volumes : this.snapshots).delete(id);
  }

  /** The layers of a chain, from the top to the bottom. */
  chain(top: number): number[] {
    const chain: number[] = [];
    for (
      let at: number | null = top;
      at !== null && chain.length <= this.layers.size;
      at = this.layers.get(at) ?? null
    ) {
      chain.push(at);
    }
    return chain;
  }

  /** The layers that a record names itself. */
  named(): Set<number> {
    return new Set([...this.volumes.values(), ...this.snapshots.values()].map(({ layer }) => layer));
  }

  /** Removes the layers that no record leads to, except those that are being made; returns the removed ones. */
  async sweep(making: ReadonlySet<number>): Promise<number[]> {
    const needed = new Set([...this.named(), ...making].flatMap((layer) => this.chain(layer)));
    const stray = [...this.layers.keys()].filter((layer) => !needed.has(layer));
    for (const layer of stray) {
      await unlink(this.path(layer)).catch(() => {});
      this.layers.delete(layer);
    }
    return stray;
  }

  async #read(name: string): Promise<void> {
    const owned = ownedName(name.slice(0, -'.json'.length));
    if (owned === null) return;
    const record = JSON.parse(await readFile(join(this.directory, name), 'utf8'));
    if (owned.kind === 'volume') this.volumes.set(owned.id, record);
    else this.snapshots.set(owned.id, record);
  }

  async #write(name: string, record: unknown): Promise<void> {
    const temporary = join(this.directory, `${name}.tmp`);
    const file = await open(temporary, 'w', 0o600);
    try {
      await file.writeFile(JSON.stringify(record));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, join(this.directory, name));
    await this.#sync();
  }

  async #sync(): Promise<void> {
    const folder = await open(this.directory, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }
}
