// What connect says, taken by os-brick's own RBD connector, with librbd.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cephCluster, readRbd, writeRbd } from '../../../test/ceph/cluster.ts';
import { connector } from '../../../test/drivers/bench.ts';
import { testPorts } from '../../../test/drivers/ports.ts';
import type { Volume } from '../../driver.ts';
import { cephRbdDriver } from './index.ts';

const run = promisify(execFile);
const folder = process.env.TEST_CEPH;
const script = fileURLToPath(new URL('../../../test/ceph/take_connection.py', import.meta.url));
const call = { signal: new AbortController().signal };

async function reasonToSkip(): Promise<{ skip?: string }> {
  if (folder === undefined) return { skip: 'needs TEST_CEPH: npm run acceptance:ceph' };
  const isThere = await run('/usr/bin/python3', ['-c', 'import os_brick, rbd']).then(Boolean, () => false);
  return isThere ? {} : { skip: 'python3-os-brick or python3-rbd is not installed' };
}

test(
  'os-brick opens the image, reads what a host wrote, and writes what a host reads',
  await reasonToSkip(),
  async () => {
    const cluster = await cephCluster(folder ?? '');
    const backend = await cephRbdDriver.open(cluster.options, testPorts);
    const id = `${Math.floor(Date.now() / 1000).toString(16)}-0000-4000-8000-000000000014`;
    const volume: Volume = { id, sizeGiB: 1, pool: 'volumes', location: null, qos: {}, extraSpecs: {} };
    try {
      await backend.create(volume, { kind: 'blank' }, call);
      const how = { mode: 'rw', attachmentId: id } as const;
      const connection = await backend.connect(volume, connector, how, call);
      await writeRbd(cluster, connection, 0, Buffer.from('ours'));
      const keyring = await readFile(`${cluster.folder}/client.keyring`, 'utf8');
      const taking = run('/usr/bin/python3', [script]);
      taking.child.stdin?.end(JSON.stringify({ connection, keyring }));
      const taken = JSON.parse((await taking).stdout);
      assert.deepEqual(taken, { connector: 'RBDConnector', read: 'ours', size: 1024 ** 3, valid: true });
      assert.equal((await readRbd(cluster, connection, 0, 512)).toString('utf8', 0, 8), 'oursmore');
      await backend.remove(volume, call);
    } finally {
      await backend.close();
    }
  },
);
