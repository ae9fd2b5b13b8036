// Volumes and snapshots: made, grown, put back, removed. Bytes are copied only where layers are put together.

import { type DriverCall, DriverError, type Snapshot, type Source, type Volume } from '../../driver.ts';
import { gone } from '../../driver-kit/failures.ts';
import { bytesOf, snapshotName, volumeName } from '../../driver-kit/names.ts';
import { originOf } from '../../driver-kit/origin.ts';
import { exportAll } from './exports.ts';
import { runJob } from './job.ts';
import { assertKept } from './limits.ts';
import { headerOf } from './luks.ts';
import { filterNode, layerNode } from './nodes.ts';
import { isUsed, onObject, type Place } from './place.ts';
import type { Qmp } from './qmp.ts';
import type { VolumeRecord } from './records.ts';

export async function createVolume(place: Place, volume: Volume, source: Source, call: DriverCall): Promise<void> {
  const { settings, records } = place;
  const name = volumeName(volume.id);
  bytesOf(volume.sizeGiB);
  assertKept(volume);
  if (volume.pool !== settings.pool) {
    throw new DriverError('fatal', `The back end has no pool of this name. Its one pool is ${settings.pool}.`);
  }
  await onObject(place, name, call, async (qmp) => {
    if (isMadeAlready(place, volume, originOf(source))) return;
    const layer = await layerOf(place, qmp, volume, source, call);
    try {
      const isDeep = records.chain(layer).length > settings.mostLayers;
      if (source.kind !== 'blank' && (settings.flatten || isDeep)) await flatten(place, qmp, layer, call);
      const { id, sizeGiB, qos, isEncrypted } = volume;
      const how = isEncrypted === undefined ? { qos } : { qos, isEncrypted };
      await records.putVolume({ id, sizeGiB, ...how, from: originOf(source), layer, exports: [] });
    } finally {
      place.graph.made(layer);
      if (records.volumes.get(volume.id)?.layer !== layer) await place.graph.sweep(qmp);
    }
  });
}

/** Whether the same call was already done; throws `conflict` when another call made the volume. */
function isMadeAlready({ records }: Place, { id, sizeGiB }: Volume, from: string): boolean {
  const there = records.volumes.get(id);
  if (there === undefined) return false;
  if (there.sizeGiB === sizeGiB && there.from === from) return true;
  const has = `It has ${there.sizeGiB} GiB made from ${there.from}; asked for were ${sizeGiB} GiB from ${from}.`;
  throw new DriverError('conflict', `The id is taken by a volume with other arguments. ${has}`);
}

async function layerOf(place: Place, qmp: Qmp, volume: Volume, source: Source, call: DriverCall): Promise<number> {
  const { graph, records } = place;
  if (source.kind === 'blank') return graph.makeLayer(qmp, volume.sizeGiB, null, call);
  if (source.kind === 'snapshot') {
    const from = records.snapshots.get(source.snapshot.id);
    if (from === undefined) throw gone('source');
    assertFits(from.sizeGiB, volume);
    return graph.makeLayer(qmp, volume.sizeGiB, from.layer, call);
  }
  return onObject(place, volumeName(source.volume.id), call, async () => {
    const from = records.volumes.get(source.volume.id);
    if (from === undefined) throw gone('source');
    assertFits(from.sizeGiB, volume);
    return graph.makeLayer(qmp, volume.sizeGiB, await freeze(place, qmp, from, call), call);
  });
}

function assertFits(sourceGiB: number, { sizeGiB }: Volume): void {
  if (sizeGiB >= sourceGiB) return;
  const sizes = `The source has ${sourceGiB} GiB and ${sizeGiB} GiB were asked for.`;
  throw new DriverError('fatal', `A volume cannot be smaller than its source. ${sizes}`);
}

/**
 * Freezes the bytes of the volume in its layer, which is never written again; the volume continues in a new layer.
 * A host notices nothing. The record is written first: whoever opens the volume then finds the same bytes either way.
 */
async function freeze({ graph, records }: Place, qmp: Qmp, volume: VolumeRecord, call: DriverCall): Promise<number> {
  const frozen = volume.layer;
  const layer = await graph.makeLayer(qmp, volume.sizeGiB, frozen, call);
  const now = records.volumes.get(volume.id) ?? volume;
  await records.putVolume({ ...now, layer });
  graph.made(layer);
  // Nothing else is based on a layer that a volume writes to: it is open when the volume is, for a host or the worker.
  if (!graph.hasNode(layerNode(frozen))) return frozen;
  await graph.alone(call, async () => {
    const overlay = await graph.openOverlay(qmp, layer);
    await qmp.run('blockdev-snapshot', { node: layerNode(frozen), overlay });
  });
  return frozen;
}

export async function createSnapshot(place: Place, snapshot: Snapshot, call: DriverCall): Promise<void> {
  const { records } = place;
  await onObject(place, snapshotName(snapshot.id), call, async (qmp) => {
    const there = records.snapshots.get(snapshot.id);
    if (there?.volumeId === snapshot.volume.id) return;
    if (there !== undefined) throw new DriverError('conflict', 'The id is taken by a snapshot of another volume.');
    await onObject(place, volumeName(snapshot.volume.id), call, async () => {
      const volume = records.volumes.get(snapshot.volume.id);
      if (volume === undefined) throw gone('volume');
      const layer = await freeze(place, qmp, volume, call);
      await records.putSnapshot({ id: snapshot.id, volumeId: volume.id, sizeGiB: volume.sizeGiB, layer });
    });
  });
}

export async function removeSnapshot(place: Place, snapshot: Snapshot, call: DriverCall): Promise<void> {
  const { records, graph } = place;
  await onObject(place, snapshotName(snapshot.id), call, async (qmp) => {
    const there = records.snapshots.get(snapshot.id);
    if (there === undefined) return;
    await records.remove('snapshot', snapshot.id);
    await graph.alone(call, () => graph.sweep(qmp));
    await putTogether(place, qmp, there.layer, call).catch((error: unknown) => {
      // The snapshot is gone all the same; only its room is given back later.
      place.ports.log('warn', 'qsd-layers-not-joined', { layer: there.layer, reason: String(error) });
    });
  });
}

/** Merges a layer that nothing names into the only one that is based on it. */
async function putTogether(place: Place, qmp: Qmp, layer: number, call: DriverCall): Promise<void> {
  const { records, graph } = place;
  const above = [...records.layers].flatMap(([one, below]) => (below === layer ? [one] : []));
  const [only] = above;
  if (only === undefined || above.length > 1 || records.named().has(layer) || graph.making.has(layer)) return;
  const owner = [...records.volumes.values()].find((one) => one.layer === only);
  const snapshot = [...records.snapshots.values()].find((one) => one.layer === only);
  const name = owner ? volumeName(owner.id) : snapshot ? snapshotName(snapshot.id) : `layer-${only}`;
  await onObject(place, name, call, async () => {
    if (!records.layers.has(only) || records.layers.get(only) !== layer) return;
    await copyUp(place, qmp, only, records.layers.get(layer) ?? null, call);
  });
}

/** Makes the layer independent of all below it. */
const flatten = (place: Place, qmp: Qmp, layer: number, call: DriverCall) => copyUp(place, qmp, layer, null, call);

/** Copies what is between a layer and `base` into the layer, while it may be written to. */
async function copyUp(place: Place, qmp: Qmp, layer: number, base: number | null, call: DriverCall): Promise<void> {
  const { records, graph } = place;
  const between = records.chain(layer).slice(1);
  await graph.alone(call, () => graph.openLayers(qmp, layer, true));
  try {
    const to = base === null ? {} : { 'base-node': layerNode(base) };
    await runJob(qmp, 'block-stream', { device: layerNode(layer), ...to, 'auto-dismiss': false }, call.signal);
    records.layers.set(layer, base);
  } finally {
    await graph.alone({ signal: new AbortController().signal }, async () => {
      const owner = [...records.volumes.values()].find((one) => one.layer === layer);
      if (owner === undefined || !isUsed(place, owner)) await graph.closeLayers(qmp, layer);
      await graph.closeNodes(qmp, between);
      await graph.sweep(qmp);
    });
  }
}

export async function removeVolume(place: Place, volume: Volume, call: DriverCall): Promise<void> {
  const { records, graph } = place;
  await onObject(place, volumeName(volume.id), call, async (qmp) => {
    const there = records.volumes.get(volume.id);
    if (there === undefined) return;
    await exportAll(qmp, { ...there, exports: [] });
    await graph.alone(call, () => graph.closeVolume(qmp, there));
    await records.remove('volume', volume.id);
    await graph.alone(call, () => graph.sweep(qmp));
  });
}

export async function extendVolume(place: Place, volume: Volume, newSizeGiB: number, call: DriverCall): Promise<void> {
  const { records, graph } = place;
  const size = bytesOf(newSizeGiB);
  await onObject(place, volumeName(volume.id), call, async (qmp) => {
    const there = records.volumes.get(volume.id);
    if (there === undefined) throw gone('volume');
    if (there.sizeGiB > newSizeGiB) {
      const sizes = `It has ${there.sizeGiB} GiB and ${newSizeGiB} GiB were asked for.`;
      throw new DriverError('conflict', `A volume cannot be made smaller. ${sizes}`);
    }
    if (there.sizeGiB === newSizeGiB) return;
    const isOpen = graph.isOpen(there.id);
    // The daemon grows nothing that is exported: hosts lose their connection for a moment and connect again.
    if (isOpen) await exportAll(qmp, { ...there, exports: [] });
    try {
      await graph.alone(call, async () => {
        const node = isOpen ? filterNode(there.id) : await graph.openLayers(qmp, there.layer, true);
        const header = isOpen ? await headerOf(qmp, there) : 0;
        await qmp.run('block_resize', { 'node-name': node, size: size - header });
        if (!isOpen) await graph.closeLayers(qmp, there.layer);
      });
      const grown = await records.putVolume({ ...there, sizeGiB: newSizeGiB });
      if (isOpen) await graph.limit(qmp, grown);
    } finally {
      if (isOpen) await exportAll(qmp, there);
    }
  });
}

export async function revertVolume(place: Place, volume: Volume, snapshot: Snapshot, call: DriverCall): Promise<void> {
  const { records, graph } = place;
  if (snapshot.volume.id !== volume.id) throw new DriverError('fatal', 'The snapshot is of another volume.');
  await onObject(place, volumeName(volume.id), call, async (qmp) => {
    const there = records.volumes.get(volume.id);
    const to = records.snapshots.get(snapshot.id);
    if (there === undefined) throw gone('volume');
    if (to === undefined) throw gone('snapshot');
    if (to.volumeId !== volume.id) throw new DriverError('fatal', 'The snapshot is of another volume.');
    const layer = await graph.makeLayer(qmp, there.sizeGiB, to.layer, call);
    await exportAll(qmp, { ...there, exports: [] });
    await graph.alone(call, () => graph.closeVolume(qmp, there));
    const reverted = await records.putVolume({ ...there, layer });
    graph.made(layer);
    await graph.alone(call, async () => {
      await graph.sweep(qmp);
      if (reverted.exports.length > 0) await graph.openVolume(qmp, reverted);
    });
    await exportAll(qmp, reverted);
  });
}
