import { test } from 'node:test';
import { cephCluster, killOsd, plantRbd, readRbd, writeRbd } from '../../../test/ceph/cluster.ts';
import { driverConformance } from '../../../test/drivers/conformance.ts';
import { testPorts } from '../../../test/drivers/ports.ts';
import type { Backend } from '../../driver.ts';
import { cephRbdDriver } from './index.ts';

// `npm run ceph` brings a cluster up and says where it is.
const folder = process.env.TEST_CEPH;

if (folder === undefined)
  test('ceph-rbd keeps the driver contract', { skip: 'needs TEST_CEPH: npm run acceptance:ceph' });
else
  driverConformance('ceph-rbd', async () => {
    const cluster = await cephCluster(folder);
    const opened: Backend[] = [];
    const open = async () => {
      const backend = await cephRbdDriver.open(cluster.options, testPorts);
      opened.push(backend);
      return backend;
    };
    return {
      driver: cephRbdDriver,
      pool: 'volumes',
      secrets: [cluster.options.password],
      open,
      reopen: open,
      idPrefix: Math.floor(Date.now() / 1000).toString(16),
      write: (connection, offset, bytes) => writeRbd(cluster, connection, offset, bytes),
      read: (connection, offset, length) => readRbd(cluster, connection, offset, length),
      plant: (name, sizeGiB, bytes) => plantRbd(cluster, name, sizeGiB, bytes),
      asStranger: (connection) => ({ ...connection, data: { ...connection.data, auth_username: 'stranger' } }),
      killBackend: () => killOsd(cluster),
      async close() {
        for (const backend of opened) await backend.close();
      },
    };
  });
