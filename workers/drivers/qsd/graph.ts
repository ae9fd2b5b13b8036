// The daemon's nodes: what is open of our volumes.
//
//   l<n>          a layer. The top one of a volume is open for writing, those below for reading; volumes share them
//   e<id>         the plain bytes of an encrypted volume
//   t<id>         the throttle filter of a volume, with its group g<id>: what hosts are connected to
//
// A volume is open while a host or the worker uses it. All of it is short, so one change is made at a time.

import type { DriverCall, DriverPorts } from '../../driver.ts';
import { bytesOf } from '../../driver-kit/names.ts';
import { Turns } from '../../driver-kit/turns.ts';
import { runJob } from './job.ts';
import { throttleOf } from './limits.ts';
import { withPassphrase } from './luks.ts';
import { filterNode, group, layerNode, plainNode } from './nodes.ts';
import { layerName } from './qcow2.ts';
import { type Qmp, QmpError } from './qmp.ts';
import type { Records, VolumeRecord } from './records.ts';

export class Graph {
  readonly #records: Records;
  readonly #ports: DriverPorts;
  readonly #turns = new Turns();
  /** Layers that are being made, and that no record names yet. */
  readonly making = new Set<number>();
  #nodes = new Set<string>();

  constructor(records: Records, ports: DriverPorts) {
    this.#records = records;
    this.#ports = ports;
  }

  /** Learns what is open in a daemon. */
  async learn(qmp: Qmp): Promise<void> {
    const nodes = await qmp.run<{ 'node-name': string }[]>('query-named-block-nodes', { flat: true });
    this.#nodes = new Set(nodes.map((one) => one['node-name']));
  }

  isOpen(id: string): boolean {
    return this.#nodes.has(filterNode(id));
  }

  hasNode(name: string): boolean {
    return this.#nodes.has(name);
  }

  /** One change of the nodes at a time. */
  alone<T>(call: DriverCall, work: () => Promise<T>): Promise<T> {
    return this.#turns.take('graph', call, work);
  }

  /** Makes a layer: empty, or with the bytes of the one below it. */
  async makeLayer(qmp: Qmp, sizeGiB: number, below: number | null, { signal }: DriverCall): Promise<number> {
    const layer = this.#records.newLayer();
    const filename = this.#records.path(layer);
    this.making.add(layer);
    if (below !== null) this.making.add(below);
    try {
      await runJob(qmp, 'blockdev-create', { options: { driver: 'file', filename, size: 0 } }, signal);
      await qmp.run('blockdev-add', { driver: 'file', 'node-name': `f${layer}`, filename });
      try {
        const chain = below === null ? {} : { 'backing-file': layerName(below), 'backing-fmt': 'qcow2' };
        const options = { driver: 'qcow2', file: `f${layer}`, size: bytesOf(sizeGiB), ...chain };
        await runJob(qmp, 'blockdev-create', { options }, signal);
      } finally {
        await qmp.run('blockdev-del', { 'node-name': `f${layer}` });
      }
      this.#records.layers.set(layer, below);
      return layer;
    } catch (error) {
      this.made(layer);
      this.#records.layers.set(layer, null); // Swept as one that nobody names.
      throw error;
    } finally {
      if (below !== null) this.making.delete(below);
    }
  }

  /** A record names the layer now, or never will. */
  made(layer: number): void {
    this.making.delete(layer);
  }

  /** Makes sure that a layer and those below it are open. */
  async openLayers(qmp: Qmp, top: number, isWritable: boolean): Promise<string> {
    for (const layer of this.#records.chain(top).reverse()) {
      const below = this.#records.layers.get(layer) ?? null;
      if (this.#nodes.has(layerNode(layer))) continue;
      const isTop = layer === top && isWritable;
      await this.#add(qmp, {
        ...{ driver: 'qcow2', 'node-name': layerNode(layer), 'read-only': !isTop, discard: 'unmap' },
        file: { driver: 'file', filename: this.#records.path(layer), discard: 'unmap' },
        backing: below === null ? null : layerNode(below),
      });
    }
    return layerNode(top);
  }

  /** Opens a layer of a volume that takes the place of another below its filter; nothing stands below it yet. */
  async openOverlay(qmp: Qmp, layer: number): Promise<string> {
    await this.#add(qmp, {
      ...{ driver: 'qcow2', 'node-name': layerNode(layer), discard: 'unmap', backing: null },
      file: { driver: 'file', filename: this.#records.path(layer), discard: 'unmap' },
    });
    return layerNode(layer);
  }

  /** Makes sure that the volume is open, with its limits. */
  async openVolume(qmp: Qmp, volume: VolumeRecord): Promise<void> {
    if (this.isOpen(volume.id)) return;
    const layer = await this.openLayers(qmp, volume.layer, true);
    const file = volume.isEncrypted === undefined ? layer : await this.#decrypt(qmp, volume.id, layer);
    const limits = throttleOf(volume);
    await qmp.run('object-add', { 'qom-type': 'throttle-group', id: group(volume.id), limits }).catch(async (error) => {
      // It outlived its filter when a worker died in between.
      if (!(error instanceof QmpError)) throw error;
      await this.limit(qmp, volume);
    });
    const filter = { driver: 'throttle', 'throttle-group': group(volume.id), file };
    await this.#add(qmp, { ...filter, 'node-name': filterNode(volume.id) });
  }

  /** Every field is sent: the daemon keeps those that are not named. */
  async limit(qmp: Qmp, volume: VolumeRecord): Promise<void> {
    await qmp.run('qom-set', { path: `/objects/${group(volume.id)}`, property: 'limits', value: throttleOf(volume) });
  }

  async closeVolume(qmp: Qmp, volume: VolumeRecord): Promise<void> {
    if (this.isOpen(volume.id)) {
      await this.#delete(qmp, filterNode(volume.id));
      await qmp.run('object-del', { id: group(volume.id) });
    }
    if (this.#nodes.has(plainNode(volume.id))) await this.#delete(qmp, plainNode(volume.id));
    await this.closeLayers(qmp, volume.layer);
  }

  /** Closes the layers that are no longer used, from the top down. */
  async closeLayers(qmp: Qmp, top: number): Promise<void> {
    for (const layer of this.#records.chain(top)) {
      if (!this.#nodes.has(layerNode(layer))) continue;
      try {
        await this.#delete(qmp, layerNode(layer));
      } catch (error) {
        if (error instanceof QmpError) return; // Another volume stands on it.
        throw error;
      }
    }
  }

  /** Removes what no record leads to, from the daemon and from the disk. */
  async sweep(qmp: Qmp): Promise<void> {
    const stray = await this.#records.sweep(this.making);
    await this.closeNodes(qmp, stray);
  }

  /** Closes what can be closed of these layers. */
  async closeNodes(qmp: Qmp, layers: readonly number[]): Promise<void> {
    // A layer is younger than the one below it.
    for (const layer of [...layers].sort((one, other) => other - one)) {
      if (this.#nodes.has(layerNode(layer))) await this.#delete(qmp, layerNode(layer)).catch(ignoreRefusal);
    }
  }

  /**
   * Closes a volume whose filter stands on something else than its record says, as a worker that died in between left
   * it.
   */
  async closeStray(qmp: Qmp, id: string): Promise<void> {
    await this.#delete(qmp, filterNode(id));
    await qmp.run('object-del', { id: group(id) });
    if (this.#nodes.has(plainNode(id))) await this.#delete(qmp, plainNode(id));
    await this.closeNodes(
      qmp,
      [...this.#nodes].flatMap((node) => (/^l\d+$/.test(node) ? [Number(node.slice(1))] : [])),
    );
  }

  /** The plain bytes of a volume, as a node of its own. The daemon needs the passphrase for no longer than the opening. */
  async #decrypt(qmp: Qmp, id: string, file: string): Promise<string> {
    const node = plainNode(id);
    if (this.#nodes.has(node)) return node;
    await withPassphrase(qmp, this.#ports, id, (secret) =>
      this.#add(qmp, { driver: 'luks', 'node-name': node, 'key-secret': secret, file }),
    );
    return node;
  }

  async #add(qmp: Qmp, options: Readonly<Record<string, unknown>>): Promise<void> {
    await qmp.run('blockdev-add', options);
    this.#nodes.add(String(options['node-name']));
  }

  async #delete(qmp: Qmp, node: string): Promise<void> {
    await qmp.run('blockdev-del', { 'node-name': node });
    this.#nodes.delete(node);
  }
}

function ignoreRefusal(error: unknown): void {
  if (!(error instanceof QmpError)) throw error;
}
