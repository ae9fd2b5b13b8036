// A cluster of up.sh as a host uses it: by qemu's own client of RBD, with the key of the host's user.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { ConnectionInfo } from '../../workers/driver.ts';

const run = promisify(execFile);
/** A host that is refused does not wait for the monitors for five minutes. */
const patience = { timeout: 60_000, killSignal: 'SIGKILL' as const };

export interface CephCluster {
  readonly folder: string;
  /** For the driver, with the secret that it is tested with. */
  readonly options: Readonly<Record<string, string>> & { readonly password: string };
}

/** Reads what up.sh has written. */
export async function cephCluster(folder: string): Promise<CephCluster> {
  const { url, user, password, monitor } = JSON.parse(await readFile(`${folder}/dashboard.json`, 'utf8'));
  return { folder, options: { url, user, password, monitors: monitor } };
}

/** How qemu opens what connect() returned. */
export const rbdOf = ({ folder }: CephCluster, { data }: ConnectionInfo) =>
  `rbd:${data.name}:id=${data.auth_username}:conf=${folder}/ceph.conf`;

export async function writeRbd(cluster: CephCluster, to: ConnectionInfo, offset: number, bytes: Uint8Array) {
  await withFile(bytes, (path) => {
    const commands = [`write -q -s ${path} ${offset} ${bytes.length}`, 'flush'].flatMap((one) => ['-c', one]);
    return run('qemu-io', ['-f', 'raw', ...commands, rbdOf(cluster, to)], patience);
  });
}

export async function readRbd(cluster: CephCluster, from: ConnectionInfo, offset: number, length: number) {
  const [pool, image] = String(from.data.name).split('/');
  const file = { driver: 'rbd', pool, image, user: from.data.auth_username, conf: `${cluster.folder}/ceph.conf` };
  const options = JSON.stringify({ driver: 'raw', offset, size: length, file });
  return withFile(new Uint8Array(), async (path) => {
    await run('qemu-img', ['convert', `json:${options}`, '-O', 'raw', path], patience);
    return readFile(path);
  });
}

/** An image that is none of Scoria's, made by the cluster's own tool. */
export async function plantRbd(cluster: CephCluster, name: string, sizeGiB: number, bytes: Uint8Array) {
  await run('rbd', ['-c', `${cluster.folder}/ceph.conf`, 'create', '--size', `${sizeGiB}G`, `volumes/${name}`]);
  const data = { name: `volumes/${name}`, auth_username: 'cinder' };
  await writeRbd(cluster, { driver_volume_type: 'rbd', data }, 0, bytes);
  return { 'source-name': name };
}

/** kill -9 of the only osd, which is then started again. */
export async function killOsd({ folder }: CephCluster): Promise<void> {
  const pid = Number(await readFile(`${folder}/run/osd.0.pid`, 'utf8'));
  process.kill(pid, 'SIGKILL');
  // The first start may find the lock of the dead one.
  for (let tries = 0; tries < 40; tries += 1) {
    await pause(500);
    const started = spawn('ceph-osd', ['-c', `${folder}/ceph.conf`, '-i', '0'], { stdio: 'ignore' });
    const [code] = await once(started, 'exit');
    await pause(1000);
    if (code === 0 && (await isRunning(folder))) return;
  }
  throw new Error('The osd does not start again.');
}

async function isRunning(folder: string): Promise<boolean> {
  try {
    return process.kill(Number(await readFile(`${folder}/run/osd.0.pid`, 'utf8')), 0);
  } catch {
    return false;
  }
}

async function withFile<T>(bytes: Uint8Array, work: (path: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'ceph-'));
  const path = join(directory, 'bytes');
  await writeFile(path, bytes);
  return work(path).finally(() => rm(directory, { recursive: true }));
}
