// What the suites need: packages of Debian.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { hasCeph } from '../ceph/server.ts';
import { findPostgres } from './postgres.ts';
import { hasRadosgw } from './radosgw.ts';
import { isInstalled } from './service.ts';

interface Packages {
  /** Of Debian. */
  readonly packages: readonly string[];
  /** How one knows that they are there. */
  isMet(): boolean;
}

const programs = (packages: readonly string[], ...paths: readonly string[]): Packages => ({
  packages,
  isMet: () => paths.every(isInstalled),
});

const needs = {
  clients: programs(
    ['python3-openstackclient', 'python3-cinderclient', 'python3-openstacksdk'],
    '/usr/bin/openstack',
    '/usr/bin/cinder',
  ),
  postgres: { packages: ['postgresql'], isMet: () => findPostgres() !== null },
  // 61 MB to fetch, 12 s.
  radosgw: { packages: ['radosgw', 'ceph-mon', 'ceph-osd'], isMet: hasRadosgw },
  // 65 MB to fetch, 12 s; what reads and writes its volumes is qemu's.
  ceph: {
    packages: [
      'ceph-mon',
      'ceph-mgr',
      'ceph-mgr-dashboard',
      'ceph-osd',
      'ceph-common',
      'qemu-utils',
      'qemu-block-extra',
    ],
    isMet: hasCeph,
  },
  barbican: programs(
    ['barbican-api', 'python3-barbicanclient', 'python3-castellan'],
    '/usr/lib/python3/dist-packages/barbican',
    '/usr/lib/python3/dist-packages/castellan',
  ),
  // Its code alone: no services, no placement and no hypervisor.
  nova: programs(['python3-nova'], '/usr/lib/python3/dist-packages/nova'),
  // Its code alone, for the database of a Cinder.
  cinder: programs(['python3-cinder', 'sqlite3'], '/usr/lib/python3/dist-packages/cinder', '/usr/bin/sqlite3'),
  gophercloud: programs(
    ['golang-go', 'golang-github-gophercloud-gophercloud-dev'],
    '/usr/bin/go',
    '/usr/share/gocode/src/github.com/gophercloud/gophercloud/openstack/identity/v3',
  ),
  tempest: programs(['tempest'], '/usr/bin/tempest'),
  keystone: programs(['keystone'], '/usr/bin/keystone-manage', '/usr/bin/keystone-wsgi-public'),
  glance: programs(['glance-api'], '/usr/bin/glance-manage', '/usr/bin/glance-api'),
  haproxy: programs(['haproxy'], '/usr/sbin/haproxy'),
  socat: programs(['socat'], '/usr/bin/socat'),
  nginx: programs(['nginx-light'], '/usr/sbin/nginx'),
  qemu: programs(['qemu-utils'], '/usr/bin/qemu-img'),
  // What npm test of the driver qsd and npm run bench:qos use; without them they say that they are skipped.
  qsd: programs(['qemu-system-common', 'fio'], '/usr/bin/qemu-storage-daemon', '/usr/bin/fio'),
  tgt: programs(['tgt', 'qemu-block-extra'], '/usr/sbin/tgtd', '/usr/sbin/tgtadm'),
  osBrick: programs(['python3-os-brick'], '/usr/lib/python3/dist-packages/os_brick'),
  cryptsetup: programs(['cryptsetup-bin'], '/usr/sbin/cryptsetup'),
} satisfies Readonly<Record<string, Packages>>;

export type Need = keyof typeof needs;

const all = Object.keys(needs) as readonly Need[];
const tries = 3;
const clusterSettings = '/etc/postgresql-common/createcluster.conf';

/** Those of the needs that are not met; in CI they are installed first, those of Debian as root on a Debian. */
export function unmetNeeds(wanted: readonly Need[] = all): readonly Need[] {
  const unmet = () => all.filter((need) => wanted.includes(need) && !needs[need].isMet());
  const canInstall = process.env.CI !== undefined && process.getuid?.() === 0 && isInstalled('/usr/bin/apt-get');
  if (canInstall && unmet().length > 0) install(unmet());
  return unmet();
}

/** What to do to have it. */
export const advice = (need: Need): string =>
  `apt-get install --no-install-recommends ${needs[need].packages.join(' ')}`;

function install(unmet: readonly Need[]): void {
  const packages = unmet.flatMap((need) => needs[need].packages);
  if (packages.length === 0) return;
  for (let n = 0; n < tries; n += 1) {
    const isReady = apt('update', '-q') && (!unmet.includes('postgres') || withoutCluster());
    if (isReady && apt('install', '-qy', '--no-install-recommends', ...packages)) return;
  }
}

function apt(...args: readonly string[]): boolean {
  process.stdout.write(`+ apt-get ${args.join(' ')}\n`);
  // Services that a package would start stay down in runlevel 1: the suites start their own, on 127.0.0.1.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  return spawnSync('apt-get', args, { stdio: ['ignore', 'inherit', 'inherit'], env, timeout: 600_000 }).status === 0;
}

/** Debian's PostgreSQL makes and starts a cluster when it is installed, unless it is told not to: ours are our own. */
function withoutCluster(): boolean {
  if (!apt('install', '-qy', '--no-install-recommends', 'postgresql-common')) return false;
  const settings = readFileSync(clusterSettings, 'utf8');
  writeFileSync(clusterSettings, settings.replace(/^#?create_main_cluster.*$/m, 'create_main_cluster = false'));
  return true;
}
