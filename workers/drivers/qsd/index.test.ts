import { test } from 'node:test';
import { driverConformance } from '../../../test/drivers/conformance.ts';
import { testPorts } from '../../../test/drivers/ports.ts';
import { holdOpen, missingTools, readNbd, uriOf, writeNbd } from '../../../test/drivers/qemu.ts';
import { directoryOfTest, endDaemon, killDaemon } from '../../../test/drivers/qsd-daemon.ts';
import type { Backend } from '../../driver.ts';
import { qsdDriver } from './index.ts';

const missing = await missingTools('qemu-storage-daemon', 'qemu-io');

// Skipped in this file, so that it is run again where the programs have been installed meanwhile.
if (missing.skip !== undefined) test('qsd keeps the driver contract', missing);
else
  driverConformance('qsd', async () => {
    const directory = await directoryOfTest();
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
      killBackend: () => killDaemon(directory),
      hold: (connection) => holdOpen(uriOf(connection)),
      async close() {
        for (const backend of opened) await backend.close();
        await endDaemon(directory);
      },
    };
  });
