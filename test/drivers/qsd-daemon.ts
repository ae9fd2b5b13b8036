// What tests of qsd share: a directory, and the end of its daemon, which outlives its worker when a host is connected.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testPorts } from './ports.ts';

export const directoryOfTest = () => mkdtemp(join(tmpdir(), 'scoria-qsd-'));

/** Ends the daemon by its process id and removes the directory. */
export async function endDaemon(directory: string): Promise<void> {
  await killDaemon(directory);
  await rm(directory, { recursive: true });
}

export async function killDaemon(directory: string): Promise<void> {
  const pid = Number(await readFile(join(directory, 'daemon.pid'), 'utf8').catch(() => '0'));
  testPorts.processes?.kill(pid, 'SIGKILL');
  while (pid > 1 && testPorts.processes?.isRunning(pid)) await testPorts.sleep(5);
}
