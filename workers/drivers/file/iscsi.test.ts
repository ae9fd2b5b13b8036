import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { connector } from '../../../test/drivers/bench.ts';
import { driverConformance } from '../../../test/drivers/conformance.ts';
import { testPorts } from '../../../test/drivers/ports.ts';
import { hold, withFile } from '../../../test/drivers/qemu.ts';
import { freePortal, killTgtd, missingForIscsi } from '../../../test/drivers/tgtd.ts';
import type { Backend, ConnectionInfo } from '../../driver.ts';
import { iscsiDriver } from './iscsi.ts';

const run = promisify(execFile);
const secret = 'correct-horse-battery';
const skip = await missingForIscsi();

/** The arguments of qemu for the target, as a host of this name. */
function target({ data }: ConnectionInfo, prefix: string, initiator = connector.initiator): string[] {
  const at = { transport: 'tcp', portal: data.target_portal, target: data.target_iqn, lun: data.target_lun };
  const words = {
    driver: 'iscsi',
    ...at,
    user: data.auth_username,
    'password-secret': 's',
    'initiator-name': initiator,
  };
  const options = Object.entries(words).map(([key, value]) => `${prefix}${key}=${value}`);
  return ['--object', `secret,id=s,data=${data.auth_password}`, '--image-opts', ...[options.join(',')]];
}

const direct = (connection: ConnectionInfo, initiator?: string) => {
  const args = target(connection, 'file.', initiator);
  return [...args.slice(0, -1), `driver=raw,${args.at(-1)}`];
};

async function write(connection: ConnectionInfo, offset: number, bytes: Uint8Array): Promise<void> {
  await withFile(bytes, async (path) => {
    const args = direct(connection);
    const commands = ['-c', `write -q -s ${path} ${offset} ${bytes.length}`, '-c', 'flush'];
    const { stdout } = await run('qemu-io', [...commands, ...args]);
    assert.doesNotMatch(stdout, /failed|error/i);
  });
}

async function read(
  connection: ConnectionInfo,
  offset: number,
  length: number,
  initiator?: string,
): Promise<Uint8Array> {
  return withFile(new Uint8Array(), async (path) => {
    const args = direct(connection, initiator);
    const image = `${args.at(-1)},offset=${offset},size=${length}`;
    await run('qemu-img', ['convert', ...args.slice(0, -1), image, '-O', 'raw', path]);
    return readFile(path);
  });
}

// Skipped in this file, so that it is run again where the programs have been installed meanwhile.
if (skip !== undefined) test('iscsi keeps the driver contract', { skip });
else
  driverConformance('iscsi', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'scoria-iscsi-'));
    const portal = await freePortal();
    const opened: Backend[] = [];
    const open = async () => {
      for (const one of opened.splice(0)) await one.close();
      const backend = await iscsiDriver.open({ directory, portal, chap_secret: secret }, testPorts);
      opened.push(backend);
      return backend;
    };
    return {
      driver: iscsiDriver,
      pool: 'pool',
      secrets: [secret],
      open,
      reopen: open,
      write,
      read,
      killBackend: () => killTgtd(directory),
      hold: (connection) => hold(direct(connection)),
      asStranger: ({ data, ...rest }) => ({ ...rest, data: { ...data, auth_password: 'another-password' } }),
      async close() {
        for (const backend of opened) await backend.close();
        await killTgtd(directory);
        await rm(directory, { recursive: true });
      },
    };
  });
