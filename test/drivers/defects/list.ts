// Defects that authors of drivers make, planted in a copy of the driver in memory, each with the case that catches
// it. What is in this table is why the suite has the case.

import {
  type Backend,
  type Connector,
  type Data,
  type DataTarget,
  type DriverCall,
  DriverError,
  type Source,
  type Volume,
} from '../../../workers/driver.ts';
import type { MemoryStore } from '../../../workers/drivers/memory/index.ts';
import { anyAttachment } from '../bench.ts';

/** A text that no error may tell. */
export const secret = 'hunter2-of-the-array';

export interface Defect {
  readonly is: string;
  /** The case that fails. */
  readonly caughtBy: string;
  /** What the defective driver does otherwise. `memory`: what survives a restart of the worker. */
  plant(good: Backend, store: MemoryStore, memory: Map<string, unknown>): Partial<Backend>;
}

const made = { location: null };
const turn = () => new Promise(setImmediate);
const transient = () => new DriverError('transient', 'The back end did not finish in time.');
const nameOf = (source: Source) =>
  source.kind === 'snapshot'
    ? `snapshot-${source.snapshot.id}`
    : source.kind === 'volume'
      ? `volume-${source.volume.id}`
      : '';
const there = (store: MemoryStore, { id }: Volume) => store.objects.get(`volume-${id}`);
async function opened({ openData }: Backend, ...given: [DataTarget, 'r' | 'rw', DriverCall]): Promise<Data> {
  if (openData === undefined) throw transient();
  return openData(...given);
}

const patient = { signal: new AbortController().signal };

export const defects: readonly Defect[] = [
  {
    is: 'forgets what a volume was made from',
    caughtBy: 'creating with the same id and another source is a conflict',
    plant: (good, store) => ({
      create: async (volume, source, call) =>
        there(store, volume)?.sizeGiB === volume.sizeGiB ? made : good.create(volume, source, call),
    }),
  },
  {
    is: 'forgets it and cannot make volumes from volumes',
    caughtBy: 'the same id from another snapshot, from a volume or from nothing is a conflict, also after a restart',
    plant: (good, store) => ({
      ...{ clone: undefined as never },
      create: async (volume, source, call) =>
        there(store, volume)?.sizeGiB === volume.sizeGiB ? made : good.create(volume, source, call),
    }),
  },
  {
    is: 'forgets it at a restart',
    caughtBy: 'the same id from another snapshot, from a volume or from nothing is a conflict, also after a restart',
    plant: (good, store, memory) => {
      const before = new Set(store.objects.keys());
      memory.set('opened', true);
      return {
        create: async (volume, source, call) =>
          before.has(`volume-${volume.id}`) ? made : good.create(volume, source, call),
      };
    },
  },
  {
    is: 'makes objects in place and not by rename',
    caughtBy:
      'a volume from a volume, cut off a moment later: nothing half done shows, and the same call again converges',
    plant: (good, store) => ({
      async create(volume, source, call) {
        const from = store.objects.get(nameOf(source));
        if (from === undefined || there(store, volume) !== undefined) return good.create(volume, source, call);
        await good.create(volume, source, call);
        const object = there(store, volume);
        const { chunks } = object ?? from;
        if (object) object.chunks = new Map();
        for (let time = 0; time < 5; time += 1) await turn();
        if (call.signal.aborted) throw transient();
        if (object) object.chunks = chunks;
        return made;
      },
    }),
  },
  {
    is: 'reverts in place, one half after the other',
    caughtBy: 'revert, cut off a moment later: nothing half done shows, and the same call again converges',
    plant: (good, store) => ({
      async revert(volume, snapshot, call) {
        const object = there(store, volume);
        const half = store.objects.get(`snapshot-${snapshot.id}`)?.chunks.get(0);
        if (object && half) object.chunks.set(0, half);
        for (let time = 0; time < 5; time += 1) await turn();
        await good.revert?.(volume, snapshot, call);
      },
    }),
  },
  {
    is: 'copies again when it is asked again',
    caughtBy: 'creating again from the same snapshot does not copy again, also after a restart',
    plant: (good, store) => ({
      async create(volume, source, call) {
        const answer = await good.create(volume, source, call);
        const [object, from] = [there(store, volume), store.objects.get(nameOf(source))];
        if (object && from) object.chunks = new Map(from.chunks);
        return answer;
      },
    }),
  },
  {
    is: 'lets a copy share the bytes of its source',
    caughtBy: 'a clone has the bytes of its source, grown with zeros, and neither sees the other afterwards',
    plant: (good, store) => ({
      async create(volume, source, call) {
        const answer = await good.create(volume, source, call);
        const [object, from] = [there(store, volume), store.objects.get(nameOf(source))];
        if (object && from) object.chunks = from.chunks;
        return answer;
      },
    }),
  },
  {
    is: 'lets a snapshot follow its volume',
    caughtBy: 'a snapshot keeps the bytes of its moment, and a volume made from it is independent of both',
    plant: (good, store) => ({
      snapshot: {
        async create(snapshot, call) {
          const answer = await good.snapshot?.create(snapshot, call);
          const [object, from] = [store.objects.get(`snapshot-${snapshot.id}`), there(store, snapshot.volume)];
          if (object && from) object.chunks = from.chunks;
          return answer ?? made;
        },
        remove: async (snapshot, call) => good.snapshot?.remove(snapshot, call),
      },
    }),
  },
  {
    is: 'grows by a size and not to it',
    caughtBy: 'extending keeps the old bytes, reads zeros beyond them, and asking twice changes nothing',
    plant: (_, store) => ({
      async extend(volume, newSizeGiB) {
        const object = there(store, volume);
        if (object) object.sizeGiB += newSizeGiB - volume.sizeGiB;
      },
    }),
  },
  {
    is: 'makes volumes smaller',
    caughtBy: 'a volume is never made smaller',
    plant: (_, store) => ({
      async extend(volume, newSizeGiB) {
        const object = there(store, volume);
        if (object) object.sizeGiB = newSizeGiB;
      },
    }),
  },
  {
    is: 'reverts the size with the bytes',
    caughtBy:
      'reverting puts the bytes back, keeps a grown size, leaves the snapshot, and asking twice changes nothing',
    plant: (good, store) => ({
      async revert(volume, snapshot, call) {
        await good.revert?.(volume, snapshot, call);
        const object = there(store, volume);
        if (object) object.sizeGiB = snapshot.volume.sizeGiB;
      },
    }),
  },
  {
    is: 'fails to remove what is gone',
    caughtBy: 'removing removes, and removing again or what never was succeeds',
    plant: (good, store) => ({
      async remove(volume, call) {
        if (there(store, volume) === undefined) throw new DriverError('gone', 'The volume is not on the back end.');
        await good.remove(volume, call);
      },
    }),
  },
  {
    is: 'takes the snapshots of a volume away with it',
    caughtBy: 'removing a volume with a snapshot, or a snapshot with a copy, is refused as busy or harms neither',
    plant: (good, store) => ({
      async remove(volume, call) {
        await good.remove(volume, call);
        for (const [name, { origin }] of store.objects)
          if (origin === `volume-${volume.id}`) store.objects.delete(name);
      },
    }),
  },
  {
    is: 'gives the bytes of a removed volume to the next one',
    caughtBy: 'an id that was removed can be made again and reads as zeros',
    plant: (good, store, memory) => ({
      async remove(volume, call) {
        memory.set(volume.id, there(store, volume)?.chunks);
        await good.remove(volume, call);
      },
      async create(volume, source, call) {
        const answer = await good.create(volume, source, call);
        const old = memory.get(volume.id);
        const object = there(store, volume);
        if (old instanceof Map && object) object.chunks = new Map(old);
        return answer;
      },
    }),
  },
  {
    is: 'does not look at deadlines',
    caughtBy: 'a call whose deadline has passed rejects with transient at once and does nothing',
    plant: (good) => ({
      create: (volume: Volume, source: Source, _: DriverCall) => good.create(volume, source, patient),
      remove: (volume: Volume, _: DriverCall) => good.remove(volume, patient),
    }),
  },
  {
    is: 'does not give the promised room back',
    caughtBy: 'the promised room rises and falls with the volumes, by their sizes, and is the same after a restart',
    plant: (good, store, memory) => ({
      async remove(volume, call) {
        const lost = there(store, volume)?.sizeGiB ?? 0;
        memory.set('lost', Number(memory.get('lost') ?? 0) + lost);
        await good.remove(volume, call);
      },
      async stats(call) {
        const stats = await good.stats(call);
        const lost = Number(memory.get('lost') ?? 0);
        return {
          ...stats,
          pools: stats.pools.map((pool) => ({ ...pool, provisionedGiB: (pool.provisionedGiB ?? 0) + lost })),
        };
      },
    }),
  },
  {
    is: 'lists the first page only',
    caughtBy: 'every object of ours is listed once, with its kind, its size and the volume of a snapshot',
    plant: (good) => ({ listOwned: async (after, call) => ({ ...(await good.listOwned(after, call)), next: null }) }),
  },
  {
    is: 'tells a password in an error',
    caughtBy: 'every error until here was a DriverError that tells what happened and no secret',
    plant: (good) => ({
      connect: (...given) =>
        good.connect(...given).catch((error: unknown) => {
          throw new DriverError('gone', `POST https://admin:${secret}@array/login failed.`, { cause: error });
        }),
    }),
  },
  {
    is: 'rejects with errors that say nothing to the worker',
    caughtBy: 'connecting a volume that is not there says gone',
    plant: (good) => ({
      connect: (...given) =>
        good.connect(...given).catch(() => {
          throw new Error('HTTP 404');
        }),
    }),
  },
  {
    is: 'answers differently when it connects again',
    caughtBy: 'connecting twice gives the same answer',
    plant: (good, _, memory) => ({
      async connect(...given) {
        const said = await good.connect(...given);
        memory.set('lun', Number(memory.get('lun') ?? 0) + 1);
        return { ...said, data: { ...said.data, target_lun: memory.get('lun') } };
      },
    }),
  },
  {
    is: 'cannot disconnect what is gone',
    caughtBy: 'disconnecting twice, from all hosts, or a volume that is gone succeeds',
    plant: (good, store) => ({
      async disconnect(volume: Volume, connector: Connector | null, _options, call: DriverCall) {
        if (there(store, volume) === undefined) throw new DriverError('gone', 'The volume is not on the back end.');
        await good.disconnect(volume, connector, anyAttachment, call);
      },
    }),
  },
  {
    is: 'makes an empty volume when the source is gone',
    caughtBy: 'a volume from a snapshot that is not there says gone, and nothing is left',
    plant: (good, store) => ({
      create: (volume, source, call) =>
        good.create(volume, store.objects.has(nameOf(source)) ? source : { kind: 'blank' }, call),
    }),
  },
  {
    is: 'takes another pool than the scheduler chose',
    caughtBy: 'a pool that is not there is refused for good, and nothing is left',
    plant: (good) => ({ create: (volume, source, call) => good.create({ ...volume, pool: 'pool' }, source, call) }),
  },
  {
    is: 'lets two creates of one id pass each other',
    caughtBy: 'two creates at once with one id and different sources make one of them whole, and the other is told',
    plant: (good, store) => ({
      async create(volume, source, call) {
        const isThere = there(store, volume) !== undefined;
        await turn();
        if (!isThere) store.objects.delete(`volume-${volume.id}`);
        return good.create(volume, source, call);
      },
    }),
  },
  {
    is: 'lets who reads write',
    caughtBy: 'what was opened for reading cannot be written, and nothing beyond the end can be touched',
    plant: (good) => ({
      openData: (target, _, call) => opened(good, target, 'rw', call),
    }),
  },
  {
    is: 'leaves a range out of what holds data',
    caughtBy: 'outside the ranges that it calls allocated a volume is zeros, and they are in order and within it',
    plant: (good) => ({
      async openData(target, mode, call) {
        const data = await opened(good, target, mode, call);
        return { ...data, allocated: async () => (await data.allocated()).slice(0, -1) };
      },
    }),
  },
  {
    is: 'discards whole blocks, and with them their neighbours',
    caughtBy: 'what was discarded is zeros, its neighbours stay, and a snapshot keeps what was there',
    plant: (good) => ({
      async openData(target, mode, call) {
        const data = await opened(good, target, mode, call);
        const block = 65_536;
        return {
          ...data,
          async discard(offset, length) {
            const from = Math.floor(offset / block) * block;
            const to = Math.min(data.sizeBytes, Math.ceil((offset + length) / block) * block);
            await data.discard(from, offset + length > data.sizeBytes ? length : to - from);
          },
        };
      },
    }),
  },
];
