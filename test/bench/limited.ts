// Back ends whose limits are measured, and how fio reaches a volume of theirs.
import type { Backend, ConnectionInfo, Volume } from '../../workers/driver.ts';
import { cephRbdDriver } from '../../workers/drivers/ceph-rbd/index.ts';
import { qsdDriver } from '../../workers/drivers/qsd/index.ts';
import { cephCluster } from '../ceph/cluster.ts';
import { testPorts } from '../drivers/ports.ts';
import { missingTools, uriOf } from '../drivers/qemu.ts';
import { directoryOfTest, endDaemon } from '../drivers/qsd-daemon.ts';

export interface Engine {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface Limited {
  readonly backend: Backend;
  readonly volume: Volume;
  /** Without a limit it does at least so many operations in a second. */
  readonly freeIops: number;
  engineOf(connection: ConnectionInfo): Engine;
  end(): Promise<void>;
}

/** Opens the back end of a driver, or says what it needs. */
export async function limited(driver: string): Promise<Limited | { readonly skip: string }> {
  if (driver === 'qsd') return onQsd();
  if (driver === 'ceph-rbd') return onCeph();
  return { skip: 'its limits are not measured: qsd, ceph-rbd' };
}

const volumeIn = (pool: string, id: string): Volume => ({
  ...{ id, sizeGiB: 1, pool, location: null, qos: {}, extraSpecs: {} },
});

async function onQsd(): Promise<Limited | { readonly skip: string }> {
  const { skip } = await missingTools('qemu-storage-daemon', 'fio');
  if (skip !== undefined) return { skip };
  const directory = await directoryOfTest();
  return {
    backend: await qsdDriver.open({ directory }, testPorts),
    volume: volumeIn('pool', 'c0f02a13-0000-4000-8000-000000000001'),
    freeIops: 2000,
    engineOf: (connection) => ({ args: ['--ioengine=nbd', `--uri=${uriOf(connection)}`] }),
    end: () => endDaemon(directory),
  };
}

async function onCeph(): Promise<Limited | { readonly skip: string }> {
  const { skip } = await missingTools('fio');
  if (skip !== undefined) return { skip };
  const folder = process.env.TEST_CEPH;
  if (folder === undefined) return { skip: 'needs TEST_CEPH, the folder of test/ceph/up.sh' };
  const cluster = await cephCluster(folder);
  return {
    backend: await cephRbdDriver.open(cluster.options, testPorts),
    volume: volumeIn('volumes', `${Math.floor(Date.now() / 1000).toString(16)}-0000-4000-8000-000000000013`),
    // One osd on a file does about 3,000.
    freeIops: 1800,
    engineOf({ data }) {
      const [pool, image] = String(data.name).split('/');
      const args = ['--ioengine=rbd', `--clientname=${data.auth_username}`, `--pool=${pool}`, `--rbdname=${image}`];
      return { args, env: { CEPH_CONF: `${folder}/ceph.conf` } };
    },
    end: async () => {},
  };
}
