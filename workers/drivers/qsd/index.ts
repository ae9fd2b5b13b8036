// Volumes of a qemu-storage-daemon: qcow2 images that hosts reach over NBD, with limits that are kept. See README.md.

import { statfs } from 'node:fs/promises';
import {
  type Backend,
  type BackendStats,
  type ConnectionInfo,
  type ConnectOptions,
  type Connector,
  type DriverCall,
  DriverError,
  driver,
  type Volume,
} from '../../driver.ts';
import { gone } from '../../driver-kit/failures.ts';
import { GIB, volumeName } from '../../driver-kit/names.ts';
import { untilAborted } from '../../driver-kit/turns.ts';
import { openData } from './data.ts';
import { failureOf } from './errors.ts';
import { connectionOf, exportAll, exportFor, hostOf, keyOf } from './exports.ts';
import { assertKept } from './limits.ts';
import { ownedPage } from './list.ts';
import { createSnapshot, createVolume, extendVolume, removeSnapshot, removeVolume, revertVolume } from './objects.ts';
import { options, settingsOf } from './options.ts';
import { isUsed, onObject, openPlace, type Place } from './place.ts';
import type { ExportRecord } from './records.ts';

export const qsdDriver = driver({
  name: 'qsd',
  describes: 'qcow2 images of a qemu-storage-daemon, reached over NBD, with limits that are kept.',
  offers: ['extend', 'snapshot', 'clone', 'revert', 'openData', 'qos', 'byAttachment', 'opensEncrypted'],
  protocol: 'nbd',
  options,
  async open(given, ports) {
    return qsdBackend(await openPlace(settingsOf(given), ports));
  },
});

const made = { location: null };

function qsdBackend(place: Place): Backend {
  return {
    async create(volume, source, call) {
      await createVolume(place, volume, source, call);
      return made;
    },
    remove: async (volume, call) => removeVolume(place, volume, call),
    connect: async (volume, connector, how, call) => connect(place, volume, connector, how, call),
    disconnect: async (volume, connector, how, call) =>
      disconnect(place, volume, call, (one) => {
        if (connector === null) return true;
        if (how.attachmentId === null) return one.host === hostOf(connector);
        return one.key === keyOf(volume.id, how.attachmentId, hostOf(connector));
      }),
    byAttachment: true,
    opensEncrypted: true,
    stats: (call) => answered(place, call, () => stats(place)),
    listOwned: (after, call) => answered(place, call, async () => ownedPage(place.records, after)),
    extend: async (volume, newSizeGiB, call) => extendVolume(place, volume, newSizeGiB, call),
    snapshot: {
      async create(snapshot, call) {
        await createSnapshot(place, snapshot, call);
        return made;
      },
      remove: async (snapshot, call) => removeSnapshot(place, snapshot, call),
    },
    clone: true,
    revert: async (volume, snapshot, call) => revertVolume(place, volume, snapshot, call),
    openData: async (target, mode, call) => openData(place, target, mode, call),
    qos: async (volume, call) => limit(place, volume, call),
    async close() {
      await place.turns.ended();
      await place.daemon.close([...place.records.volumes.values()].some((one) => one.exports.length > 0));
    },
  };
}

async function connect(
  place: Place,
  volume: Volume,
  connector: Connector,
  how: ConnectOptions,
  call: DriverCall,
): Promise<ConnectionInfo> {
  const { records, graph, settings } = place;
  const mode: string = how.mode;
  if (mode !== 'rw' && mode !== 'ro') throw new DriverError('fatal', 'The mode of a connection is rw or ro.');
  assertKept(volume);
  const one = exportFor(volume, connector, how);
  await onObject(place, volumeName(volume.id), call, async (qmp) => {
    const there = records.volumes.get(volume.id);
    if (there === undefined) throw gone('volume');
    const others = there.exports.filter(({ key }) => key !== one.key);
    const before = there.exports.find(({ key }) => key === one.key);
    // Another mode is another export: the old one goes first.
    if (before && before.isWritable !== one.isWritable) await exportAll(qmp, { ...there, exports: others });
    const now = await records.putVolume({ ...there, qos: volume.qos, exports: [...others, one] });
    await graph.alone(call, () => graph.openVolume(qmp, now));
    await graph.limit(qmp, now);
    await exportAll(qmp, now);
  });
  return connectionOf(settings, volume, one);
}

/** Ends the exports that fit: what a host had in flight is done or refused when this returns. */
async function disconnect(place: Place, volume: Volume, call: DriverCall, ends: (one: ExportRecord) => boolean) {
  const { records, graph } = place;
  await onObject(place, volumeName(volume.id), call, async (qmp) => {
    const there = records.volumes.get(volume.id);
    if (there === undefined || !there.exports.some(ends)) return;
    const left = { ...there, exports: there.exports.filter((one) => !ends(one)) };
    await exportAll(qmp, left);
    await records.putVolume(left);
    if (!isUsed(place, left)) await graph.alone(call, () => graph.closeVolume(qmp, left));
  });
}

async function limit({ ...place }: Place, volume: Volume, call: DriverCall): Promise<void> {
  const { records, graph } = place;
  assertKept(volume);
  await onObject(place, volumeName(volume.id), call, async (qmp) => {
    const there = records.volumes.get(volume.id);
    if (there === undefined) throw gone('volume');
    const now = await records.putVolume({ ...there, qos: volume.qos });
    if (graph.isOpen(now.id)) await graph.limit(qmp, now);
  });
}

/** Runs what changes nothing; errors come out as DriverErrors. */
async function answered<T>(place: Place, call: DriverCall, work: () => Promise<T>): Promise<T> {
  try {
    call.signal.throwIfAborted();
    return await untilAborted(work(), call.signal);
  } catch (error) {
    if (call.signal.aborted) return untilAborted(Promise.reject(error), call.signal);
    throw failureOf(error, place.settings.directory);
  }
}

async function stats({ settings, records, daemon }: Place): Promise<BackendStats> {
  const { version } = await daemon.answering();
  const { blocks, bavail, bsize } = await statfs(settings.directory);
  const pool = {
    name: settings.pool,
    totalGiB: (blocks * bsize) / GIB,
    freeGiB: (bavail * bsize) / GIB,
    provisionedGiB: [...records.volumes.values()].reduce((sum, { sizeGiB }) => sum + sizeGiB, 0),
    reservedPercentage: 0,
    maxOverSubscriptionRatio: 20,
    thin: true,
    capabilities: { multiattach: true, sparse_copy_volume: true },
  };
  const backendVersion = `qemu-storage-daemon ${version}`;
  return { backendVersion, vendorName: 'QEMU', driverVersion: '1.0.0', storageProtocol: 'nbd', pools: [pool] };
}
