// A driver to copy. It works, on an array that is imagined (fake-array.ts): the six methods that every driver has,
// each with what it must guarantee. Put your array's API into api.ts and its words into these. See README.md.

import {
  type Backend,
  type BackendStats,
  type Connector,
  type DriverCall,
  DriverError,
  driver,
  type Source,
  type Volume,
} from '../../driver.ts';
import { gone } from '../../driver-kit/failures.ts';
import { bytesOf, ownedName, volumeName } from '../../driver-kit/names.ts';
import { Options } from '../../driver-kit/options.ts';
import { originOf } from '../../driver-kit/origin.ts';
import { Turns } from '../../driver-kit/turns.ts';
import { type Api, openApi } from './api.ts';

const options = {
  address: { describes: 'Where the management API of the array is: https://host:port.', default: null },
  password: { describes: 'Its password.', default: null, isSecret: true },
} as const;

export const templateDriver = driver({
  name: 'template',
  describes: 'A driver to copy.',
  // Cinder's canonical name of the protocol that hosts speak: iSCSI, NVMe-TCP, ceph, NFS, file …
  protocol: 'iSCSI',
  // The optional parts of a back end that you have written: snapshot, clone, extend, revert, qos, openData, manage …
  offers: [],
  options,
  async open(given, ports) {
    const read = new Options('template', options, given);
    const api = openApi(read.text('address', /^https?:\/\//, 'must begin with https://'), read.text('password'), ports);
    // What fails now is seen before the first volume is asked for: the address, the password, the version.
    await api.pools({ signal: AbortSignal.timeout(10_000) });
    return templateBackend(api);
  },
});

function templateBackend(api: Api): Backend {
  // Two calls about one volume never meet, and a call that waits learns when its deadline passes.
  const turns = new Turns();
  return {
    async create(volume, source, call) {
      const name = volumeName(volume.id);
      bytesOf(volume.sizeGiB);
      await turns.take(name, call, () => create(api, name, volume, source, call));
      return { location: null };
    },
    async remove(volume, call) {
      const name = volumeName(volume.id);
      // What is gone already is fine: a queue delivers twice.
      await turns.take(name, call, () => api.remove(name, call));
    },
    async connect(volume, connector, how, call) {
      const name = volumeName(volume.id);
      return turns.take(name, call, async () => {
        if ((await api.volume(name, call)) === null) throw gone('volume');
        const { portal, iqn, lun } = await api.allow(name, hostOf(connector), call);
        const target = { target_discovered: false, target_portal: portal, target_iqn: iqn, target_lun: lun };
        return { driver_volume_type: 'iscsi', data: { ...target, volume_id: volume.id, access_mode: how.mode } };
      });
    },
    async disconnect(volume, connector, _how, call) {
      const name = volumeName(volume.id);
      await turns.take(name, call, () => api.forbid(name, connector && hostOf(connector), call));
    },
    stats: (call) => stats(api, call),
    async listOwned(after, call) {
      const page = await api.volumes(after ?? '', call);
      const items = page.flatMap(({ name, sizeGiB }) => {
        const owned = ownedName(name);
        return owned === null ? [] : [{ ...owned, sizeGiB, volumeId: null }];
      });
      return { items, next: page.at(-1)?.name ?? null };
    },
    close: () => turns.ended(),
  };
}

/** Looks before it makes: the same call again is done, another call with the id is a conflict. */
async function create(api: Api, name: string, volume: Volume, source: Source, call: DriverCall): Promise<void> {
  if (source.kind !== 'blank') throw new DriverError('not-supported', 'This back end makes empty volumes only.');
  const wanted = { name, sizeGiB: volume.sizeGiB, pool: volume.pool, comment: originOf(source) };
  if ((await api.volume(name, call)) === null && (await api.make(wanted, call))) return;
  const there = await api.volume(name, call);
  if (there?.sizeGiB === wanted.sizeGiB && there.comment === wanted.comment) return;
  throw new DriverError('conflict', 'The id is taken by a volume with other arguments.');
}

async function stats(api: Api, call: DriverCall): Promise<BackendStats> {
  const pools = await api.pools(call);
  const promised = new Map<string, number>();
  for (
    let page = await api.volumes('', call);
    page.length > 0;
    page = await api.volumes(page.at(-1)?.name ?? '', call)
  ) {
    for (const { pool, sizeGiB } of page) promised.set(pool, (promised.get(pool) ?? 0) + sizeGiB);
  }
  const common = {
    reservedPercentage: 0,
    maxOverSubscriptionRatio: 1,
    thin: false,
    capabilities: { multiattach: true },
  };
  const reported = pools.map((pool) => ({ ...common, ...pool, provisionedGiB: promised.get(pool.name) ?? 0 }));
  return { vendorName: 'Example', driverVersion: '1.0.0', storageProtocol: 'iSCSI', pools: reported };
}

const hostOf = ({ initiator, host }: Connector): string => String(initiator ?? host ?? '');
