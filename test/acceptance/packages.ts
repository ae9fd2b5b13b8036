// The Debian packages that the suites need.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { findPostgres } from './postgres.ts';
import { hasRadosgw } from './radosgw.ts';
import { isInstalled } from './service.ts';

export type Need = 'clients' | 'postgres' | 'radosgw';

/** Each need with its packages and how one knows that it is met. */
const needs: Readonly<Record<Need, { packages: readonly string[]; isMet(): boolean }>> = {
  clients: {
    packages: ['python3-openstackclient', 'python3-cinderclient', 'python3-openstacksdk'],
    isMet: () => isInstalled('/usr/bin/openstack'),
  },
  postgres: { packages: ['postgresql'], isMet: () => findPostgres() !== null },
  // 61 MB to fetch, 12 s.
  radosgw: { packages: ['radosgw', 'ceph-mon', 'ceph-osd'], isMet: hasRadosgw },
};

const all = Object.keys(needs) as readonly Need[];
const tries = 3;
const clusterSettings = '/etc/postgresql-common/createcluster.conf';

/** The needs that are not met; in CI, as root on a Debian, they are installed first. */
export function unmetNeeds(): readonly Need[] {
  const unmet = () => all.filter((need) => !needs[need].isMet());
  const canInstall = process.env.CI !== undefined && process.getuid?.() === 0 && isInstalled('/usr/bin/apt-get');
  if (canInstall && unmet().length > 0) install(unmet());
  return unmet();
}

/** What to do to have it. */
export const advice = (need: Need) => `apt-get install ${needs[need].packages.join(' ')}`;

function install(unmet: readonly Need[]): void {
  const packages = unmet.flatMap((need) => needs[need].packages);
  for (let n = 0; n < tries; n += 1) {
    const isReady = apt('update', '-q') && (!unmet.includes('postgres') || withoutCluster());
    if (isReady && apt('install', '-qy', '--no-install-recommends', ...packages)) return;
  }
}

function apt(...args: readonly string[]): boolean {
  process.stdout.write(`+ apt-get ${args.join(' ')}\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync('apt-get', args, { stdio: ['ignore', 'inherit', 'inherit'], env, timeout: 300_000 }).status === 0;
}

/** Debian's PostgreSQL makes and starts a cluster when it is installed, unless it is told not to: ours are our own. */
function withoutCluster(): boolean {
  if (!apt('install', '-qy', '--no-install-recommends', 'postgresql-common')) return false;
  const settings = readFileSync(clusterSettings, 'utf8');
  writeFileSync(clusterSettings, settings.replace(/^#?create_main_cluster.*$/m, 'create_main_cluster = false'));
  return true;
}
