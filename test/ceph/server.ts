// A Ceph of up.sh for as long as it is needed.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isInstalled } from '../acceptance/service.ts';

const scriptOf = (name: string) => fileURLToPath(new URL(`./${name}.sh`, import.meta.url));

export const hasCeph = () =>
  ['ceph', 'ceph-mon', 'ceph-mgr', 'ceph-osd', 'rbd', 'qemu-io', 'qemu-img'].every((one) =>
    isInstalled(`/usr/bin/${one}`),
  ) &&
  isInstalled('/usr/share/ceph/mgr/dashboard') &&
  spawnSync('sh', ['-c', 'ls /usr/lib/*/qemu/block-rbd.so']).status === 0;

export interface CephServer {
  readonly folder: string;
  stop(): void;
}

/** The one that TEST_CEPH names, or one of our own, there in 20 s, which ends with this process at the latest. */
export async function startCeph(): Promise<CephServer> {
  const given = process.env.TEST_CEPH;
  if (given !== undefined) return { folder: given, stop: () => {} };
  const folder = mkdtempSync(join(tmpdir(), 'scoria-ceph-'));
  const stop = () => {
    process.off('exit', stop);
    spawnSync('bash', [scriptOf('down'), folder], { stdio: 'ignore', timeout: 60_000 });
  };
  process.on('exit', stop);
  // Daemons that outlive a shell must not hold its output.
  const up = spawn('bash', [scriptOf('up'), folder], { stdio: 'ignore' });
  const [code] = await once(up, 'close');
  if (code === 0) return { folder, stop };
  const said = spawnSync('tail', ['-n', '20', `${folder}/log/up.log`, `${folder}/log/start.log`]).stdout.toString();
  stop();
  throw new Error(`Ceph does not start (${code}): ${said}`);
}

/** What the driver is told by scoria.yaml, for a pool; the password is in CEPH_PASSWORD. */
export function backendOf(folder: string, name: string, pool: string): { yaml: string; password: string } {
  const { url, user, password, monitor } = JSON.parse(readFileSync(`${folder}/dashboard.json`, 'utf8'));
  const options = { url, user, password: { env: 'CEPH_PASSWORD' }, pools: pool, monitors: monitor };
  return { yaml: JSON.stringify({ name, driver: 'ceph-rbd', options }), password };
}
