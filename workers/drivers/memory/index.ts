// A back end in memory, with faults on demand. See README.md.

import {
  type Backend,
  type BackendStats,
  type ConnectionInfo,
  type DataTarget,
  type DriverCall,
  DriverError,
  driver,
  type Manageable,
  type ManageableSnapshot,
  type Owned,
  type Replication,
} from '../../driver.ts';
import { openData } from './data.ts';
import * as effects from './effects.ts';
import { MemoryKnobs, type Method, type Sleep, withFault } from './knobs.ts';
import { adoptSnapshot, adoptVolume, looseSnapshot, looseVolume, releaseSnapshot, releaseVolume } from './manage.ts';
import { failOver, failOverVolumes, locate, replicate } from './replication.ts';
import { MemoryStore, type StoredObject } from './store.ts';

export type { MemoryPool } from './effects.ts';
export { busy, type Fault, MemoryKnobs, type Method, noSpace, type Sleep } from './knobs.ts';
export { MemoryStore } from './store.ts';

export interface MemoryOptions {
  readonly pools: readonly effects.MemoryPool[];
  /** Keep it and open again to simulate a restart of the worker. A new, empty one by default. */
  readonly store?: MemoryStore;
  /** Needed by the fault `delay` only. */
  readonly sleep?: Sleep;
  /** Objects a page of listOwned; 1000 by default. */
  readonly pageSize?: number;
  /** See Backend. */
  readonly growsOnHost?: true;
  /** Replication targets; without any it does not replicate. */
  readonly targets?: readonly string[];
}

export const memoryDriver = driver({
  name: 'memory',
  describes: 'Everything in the memory of the worker, gone with it: for trials and tests.',
  offers: ['extend', 'snapshot', 'clone', 'revert', 'manage', 'openData', 'qos', 'growsOnHost', 'replication'],
  protocol: 'file',
  options: {
    pools: { describes: 'The pools, each as name:GiB, with commas between.', default: 'pool:1000' },
  },
  async open(given) {
    return memoryBackend({ pools: (given.pools ?? 'pool:1000').split(',').map(poolOf) });
  },
});

/** A back end that keeps the whole contract in memory, except where a knob was set. */
export function memoryBackend(options: MemoryOptions, knobs: MemoryKnobs = new MemoryKnobs()): Backend {
  const { pools, store = new MemoryStore(), sleep = null, pageSize = 1000, targets = [] } = options;
  const run = <T>(method: Method, id: string, call: DriverCall, effect: () => T): Promise<T> =>
    withFault(knobs.take(method, id), sleep, call, effect);
  const made = { location: null };
  return {
    async create(volume, source, call) {
      await run('create', volume.id, call, () => effects.createVolume(store, pools, volume, source));
      return targets.length > 0 && effects.wantsReplication(volume) ? { ...made, isReplicated: true } : made;
    },
    remove: (volume, call) =>
      run('remove', volume.id, call, () => {
        removeOwned(store, `volume-${volume.id}`);
      }),
    connect: (volume, connector, how, call) =>
      run('connect', volume.id, call, (): ConnectionInfo => {
        effects.connectVolume(store, volume, connector, how.attachmentId);
        const data = { device_path: `/memory/volume-${volume.id}`, volume_id: volume.id, access_mode: how.mode };
        return { driver_volume_type: 'local', data };
      }),
    disconnect: (volume, connector, _options, call) =>
      run('disconnect', volume.id, call, () => effects.disconnectVolume(store, volume, connector)),
    stats: (call) => run('stats', '-', call, () => statsOf(store, pools)),
    listOwned: (after, call) =>
      run('listOwned', '-', call, () => pageOf(store, after, pageSize, ({ kind }) => kind !== 'loose', ownedOf)),
    extend: (volume, newSizeGiB, call) =>
      run('extend', volume.id, call, () => effects.extendVolume(store, pools, volume, newSizeGiB)),
    snapshot: {
      async create(snapshot, call) {
        await run('snapshot.create', snapshot.id, call, () => effects.createSnapshot(store, snapshot));
        return made;
      },
      remove: (snapshot, call) =>
        run('snapshot.remove', snapshot.id, call, () => {
          removeOwned(store, `snapshot-${snapshot.id}`);
        }),
    },
    clone: true,
    ...(options.growsOnHost ? { growsOnHost: true as const } : {}),
    revert: (volume, snapshot, call) =>
      run('revert', volume.id, call, () => effects.revertVolume(store, volume, snapshot)),
    qos: (volume, call) => run('qos', volume.id, call, () => effects.limitVolume(store, volume)),
    manage: {
      list: (after, call) =>
        run('manage.list', '-', call, () => pageOf(store, after, pageSize, isLooseVolume, manageableOf)),
      size: (reference, call) => run('manage.size', '-', call, () => looseVolume(store, reference).sizeGiB),
      async adopt(volume, reference, call) {
        await run('manage.adopt', volume.id, call, () => adoptVolume(store, pools, volume, reference));
        return made;
      },
      release: (volume, call) => run('manage.release', volume.id, call, () => releaseVolume(store, volume)),
      snapshots: {
        list: (after, call) =>
          run('manage.snapshots.list', '-', call, () =>
            pageOf(store, after, pageSize, ({ wasSnapshot }) => wasSnapshot === true, manageableSnapshotOf),
          ),
        size: (_volume, reference, call) =>
          run('manage.snapshots.size', '-', call, () => looseSnapshot(store, reference).sizeGiB),
        async adopt(snapshot, reference, call) {
          await run('manage.snapshots.adopt', snapshot.id, call, () => adoptSnapshot(store, snapshot, reference));
          return made;
        },
        release: (snapshot, call) =>
          run('manage.snapshots.release', snapshot.id, call, () => releaseSnapshot(store, snapshot)),
      },
    },
    ...(targets.length === 0 ? {} : { replication: replicationOf(store, targets, run) }),
    openData: (target, mode, call) =>
      run('openData', idOf(target), call, () => openData(store, target, mode, call.signal)),
    close: async () => {},
  };
}

type Run = <T>(method: Method, id: string, call: DriverCall, effect: () => T) => Promise<T>;

const replicationOf = (store: MemoryStore, targets: readonly string[], run: Run): Replication => ({
  targets,
  enable: (volumes, call) => run('replication.enable', '-', call, () => replicate(store, volumes, true)),
  disable: (volumes, call) => run('replication.disable', '-', call, () => replicate(store, volumes, false)),
  failover: (target, call) => run('replication.failover', '-', call, () => failOver(store, targets, target)),
  failoverVolumes: (volumes, target, call) =>
    run('replication.failoverVolumes', '-', call, () => failOverVolumes(store, targets, volumes, target)),
  locate: (volumes, call) => run('replication.locate', '-', call, () => locate(store, volumes)),
});

const idOf = (target: DataTarget) => (target.kind === 'volume' ? target.volume.id : target.snapshot.id);

function poolOf(text: string): effects.MemoryPool {
  const [name, size] = text.split(':');
  const totalGiB = Number(size);
  if (name !== undefined && name !== '' && totalGiB > 0) return { name, totalGiB };
  throw new DriverError('fatal', "The memory driver's option pools cannot be used. Write name:GiB,name:GiB.");
}

function removeOwned(store: MemoryStore, name: string): void {
  if (store.objects.get(name)?.kind !== 'loose') store.objects.delete(name);
}

function statsOf(store: MemoryStore, pools: readonly effects.MemoryPool[]): BackendStats {
  const each = pools.map((pool) => {
    const provisionedGiB = effects.provisionedGiB(store, pool.name);
    return {
      name: pool.name,
      totalGiB: pool.totalGiB,
      freeGiB: Math.max(0, pool.totalGiB - provisionedGiB),
      provisionedGiB,
      reservedPercentage: pool.reservedPercentage ?? 0,
      maxOverSubscriptionRatio: pool.maxOverSubscriptionRatio ?? 1,
      thin: true,
      capabilities: { multiattach: true },
    };
  });
  return { vendorName: 'Scoria', driverVersion: '1.0.0', storageProtocol: 'file', pools: each };
}

function pageOf<T>(
  store: MemoryStore,
  after: string | null,
  size: number,
  wanted: (object: StoredObject) => boolean,
  describe: (name: string, object: StoredObject) => T,
): { items: T[]; next: string | null } {
  const found = [...store.objects].filter(([name, object]) => (after === null || name > after) && wanted(object));
  const page = found.sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, size);
  return {
    items: page.map(([name, object]) => describe(name, object)),
    next: found.length > size ? (page.at(-1)?.[0] ?? null) : null,
  };
}

function ownedOf(_name: string, { kind, id, sizeGiB, origin }: StoredObject): Owned {
  const isSnapshot = kind === 'snapshot';
  return {
    kind: isSnapshot ? 'snapshot' : 'volume',
    id,
    sizeGiB,
    volumeId: isSnapshot ? origin.slice('volume-'.length) : null,
  };
}

const isLooseVolume = ({ kind, wasSnapshot }: StoredObject) => kind === 'loose' && wasSnapshot === undefined;

function manageableSnapshotOf(name: string, object: StoredObject): ManageableSnapshot {
  return { ...manageableOf(name, object), sourceReference: { 'source-name': object.origin } };
}

function manageableOf(name: string, { sizeGiB }: StoredObject): Manageable {
  return { reference: { 'source-name': name }, sizeGiB, safeToManage: true, reasonNotSafe: null };
}
