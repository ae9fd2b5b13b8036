// The embedded default: each volume is a sparse raw file in one directory. See README.md.

import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Backend,
  type BackendStats,
  type ConnectionInfo,
  type ConnectOptions,
  type DriverCall,
  DriverError,
  driver,
  type Snapshot,
  type Source,
  type Volume,
} from '../../driver.ts';
import { gone } from '../../driver-kit/failures.ts';
import { bytesOf, GIB, snapshotName, volumeName } from '../../driver-kit/names.ts';
import { originOf } from '../../driver-kit/origin.ts';
import { openData } from './data.ts';
import { manageablePage, manageableSnapshotPage, ownedPage } from './list.ts';
import { adopt, adoptSnapshot, release, releaseSnapshot, sizeOfReference } from './manage.ts';
import { grow, makeBlank, makeCopy, removeObject, replace } from './objects.ts';
import { options, settingsOf } from './options.ts';
import { onObject, openPlace, type Place, reading, statFile } from './place.ts';

export const fileDriver = driver({
  name: 'file',
  describes: 'Sparse raw files in a directory of the worker; the default.',
  offers: ['extend', 'snapshot', 'clone', 'revert', 'manage', 'openData'],
  protocol: 'file',
  options,
  async open(given) {
    return fileBackend(await openPlace(settingsOf(given)));
  },
});

const id = { location: null };

/** The volumes of a directory that is open. */
export function fileBackend(place: Place): Backend {
  return {
    create: async (volume, source, call) => createVolume(place, volume, source, call),
    async remove(volume, call) {
      const name = volumeName(volume.id);
      await onObject(place, name, call, () => removeObject(place, name, true));
    },
    connect: async (volume, _connector, how, call) => connect(place, volume, how, call),
    // A local file is not opened to a host, so there is nothing to close.
    async disconnect(volume, _connector, _options, call) {
      volumeName(volume.id);
      await reading(place, call, async () => {});
    },
    stats: (call) => reading(place, call, () => stats(place)),
    listOwned: (after, call) => reading(place, call, () => ownedPage(place, after)),
    async extend(volume, newSizeGiB, call) {
      const name = volumeName(volume.id);
      const bytes = bytesOf(newSizeGiB);
      await onObject(place, name, call, () => grow(place, name, bytes));
    },
    snapshot: {
      create: async (snapshot, call) => createSnapshot(place, snapshot, call),
      async remove(snapshot, call) {
        const name = snapshotName(snapshot.id);
        await onObject(place, name, call, () => removeObject(place, name, false));
      },
    },
    clone: true,
    revert: async (volume, snapshot, call) => revert(place, volume, snapshot, call),
    manage: {
      list: (after, call) => reading(place, call, () => manageablePage(place, after)),
      size: (reference, call) => reading(place, call, () => sizeOfReference(place, 'volume', reference)),
      async adopt(volume, reference, call) {
        await onObject(place, volumeName(volume.id), call, () => adopt(place, volume, reference));
        return id;
      },
      release: async (volume, call) => onObject(place, volumeName(volume.id), call, () => release(place, volume)),
      snapshots: {
        list: (after, call) => reading(place, call, () => manageableSnapshotPage(place, after)),
        size: (_volume, reference, call) => reading(place, call, () => sizeOfReference(place, 'snapshot', reference)),
        async adopt(snapshot, reference, call) {
          await onObject(place, snapshotName(snapshot.id), call, () => adoptSnapshot(place, snapshot, reference));
          return id;
        },
        release: async (snapshot, call) =>
          onObject(place, snapshotName(snapshot.id), call, () => releaseSnapshot(place, snapshot)),
      },
    },
    openData: (target, mode, call) => openData(place, target, mode, call),
    close: () => place.turns.ended(),
  };
}

async function createVolume(place: Place, volume: Volume, source: Source, call: DriverCall) {
  const name = volumeName(volume.id);
  if (volume.pool !== place.settings.pool) {
    throw new DriverError('fatal', `The back end has no pool of this name. Its one pool is ${place.settings.pool}.`);
  }
  const plan = { name, bytes: bytesOf(volume.sizeGiB), from: originOf(source), counts: true, ...call };
  await onObject(place, name, call, () =>
    source.kind === 'blank' ? makeBlank(place, plan) : makeCopy(place, plan, plan.from),
  );
  return id;
}

/** A full copy, so neither depends on the other. A volume in use is not stopped for it: see README.md. */
async function createSnapshot(place: Place, snapshot: Snapshot, call: DriverCall) {
  const name = snapshotName(snapshot.id);
  const from = volumeName(snapshot.volume.id);
  const plan = { name, bytes: null, from, counts: false, ...call };
  await onObject(place, name, call, () => makeCopy(place, plan, from));
  return id;
}

async function revert(place: Place, volume: Volume, snapshot: Snapshot, call: DriverCall): Promise<void> {
  const name = volumeName(volume.id);
  const source = snapshotName(snapshot.id);
  if (snapshot.volume.id !== volume.id) throw new DriverError('fatal', 'The snapshot is of another volume.');
  await onObject(place, name, call, () => replace(place, name, source, call));
}

async function connect(place: Place, volume: Volume, how: ConnectOptions, call: DriverCall): Promise<ConnectionInfo> {
  const name = volumeName(volume.id);
  const mode: string = how.mode;
  if (mode !== 'rw' && mode !== 'ro') throw new DriverError('fatal', 'The mode of a connection is rw or ro.');
  if ((await reading(place, call, () => statFile(place, name))) === null) throw gone('volume');
  const data = { volume_id: volume.id, format: 'raw', access_mode: mode };
  const { share } = place.settings;
  // The words of os-brick: a share is mounted by whoever connects, and the file is found in it by its name.
  if (share !== null) return { driver_volume_type: 'nfs', data: { ...data, ...share, name } };
  return { driver_volume_type: 'local', data: { ...data, device_path: join(place.directory, name) } };
}

async function stats(place: Place): Promise<BackendStats> {
  const { settings } = place;
  const { blocks, bavail, bsize } = await statfs(place.directory);
  const totalGiB = settings.totalGiB ?? (blocks * bsize) / GIB;
  const pool = {
    name: settings.pool,
    totalGiB,
    freeGiB: Math.min((bavail * bsize) / GIB, totalGiB),
    provisionedGiB: place.provisionedBytes / GIB,
    reservedPercentage: settings.reservedPercentage,
    maxOverSubscriptionRatio: settings.maxOverSubscriptionRatio,
    thin: true,
    capabilities: { multiattach: true, sparse_copy_volume: true },
  };
  const storageProtocol = settings.share === null ? 'file' : 'NFS';
  return { vendorName: 'Scoria', driverVersion: '1.0.0', storageProtocol, pools: [pool] };
}
