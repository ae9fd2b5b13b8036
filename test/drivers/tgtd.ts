// A tgtd of the tests, and what its hosts need.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { testPorts } from './ports.ts';
import { missingTools } from './qemu.ts';

const run = promisify(execFile);

/** What to skip for. qemu speaks iSCSI with Debian's qemu-block-extra. */
export async function missingForIscsi(): Promise<string | undefined> {
  const { skip } = await missingTools('tgtd', 'qemu-io');
  if (skip !== undefined) return skip;
  const { stderr } = await run('qemu-io', ['iscsi://127.0.0.1:1/iqn.none/1']).catch((error) => error);
  return /Unknown protocol|unknown driver/i.test(String(stderr)) ? 'qemu-block-extra is not installed' : undefined;
}

/** host:port for a target. */
export function freePortal(): Promise<string> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(`127.0.0.1:${typeof address === 'object' ? (address?.port ?? 0) : 0}`));
    });
  });
}

/** Kills the one that serves the volumes of a directory. */
export async function killTgtd(directory: string): Promise<void> {
  const pid = Number(await readFile(join(directory, 'targets/tgtd.pid'), 'utf8').catch(() => '0'));
  testPorts.processes?.kill(pid, 'SIGKILL');
  while (pid > 1 && testPorts.processes?.isRunning(pid)) await testPorts.sleep(5);
}
