import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { driverConformance } from '../../../test/drivers/conformance.ts';
import { testPorts } from '../../../test/drivers/ports.ts';
import { missingTools, readNbd, writeNbd } from '../../../test/drivers/qemu.ts';
import type { Backend } from '../../driver.ts';
import { qsdDriver } from './index.ts';

const missing = await missingTools('qemu-storage-daemon', 'qemu-io');

driverConformance(
  'qsd',
  async () => {
    const directory = await mkdtemp(join(tmpdir(), 'scoria-qsd-'));
    const opened: Backend[] = [];
    const open = async () => {
      // A worker that is started again has the daemon for itself: the other one is gone.
      for (const one of opened.splice(0)) await one.close();
      const backend = await qsdDriver.open({ directory }, testPorts);
      opened.push(backend);
      return backend;
    };
    return {
      driver: qsdDriver,
      pool: 'pool',
      secrets: [],
      open,
      reopen: open,
      write: writeNbd,
      read: readNbd,
      async close() {
        for (const backend of opened) await backend.close();
        await endDaemon(directory);
        await rm(directory, { recursive: true });
      },
    };
  },
  missing,
);

/** The daemon of a directory outlives its worker when a host is connected. */
async function endDaemon(directory: string): Promise<void> {
  const pid = Number(await readFile(join(directory, 'daemon.pid'), 'utf8').catch(() => '0'));
  testPorts.processes?.kill(pid, 'SIGKILL');
  while (pid > 1 && testPorts.processes?.isRunning(pid)) await testPorts.sleep(5);
}
