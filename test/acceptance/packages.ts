// The Debian packages that the suites need.
import { spawnSync } from 'node:child_process';
import { findPostgres } from './postgres.ts';
import { isInstalled } from './service.ts';

export type Need = 'clients' | 'postgres';

/** Each need with its packages and how one knows that it is met. */
const needs: Readonly<Record<Need, { packages: readonly string[]; isMet(): boolean }>> = {
  clients: {
    packages: ['python3-openstackclient', 'python3-cinderclient', 'python3-openstacksdk'],
    isMet: () => isInstalled('/usr/bin/openstack'),
  },
  postgres: { packages: ['postgresql'], isMet: () => findPostgres() !== null },
};

const all = Object.keys(needs) as readonly Need[];
const tries = 3;

/** The needs that are not met; in CI, as root on a Debian, they are installed first. */
export function unmetNeeds(): readonly Need[] {
  const unmet = () => all.filter((need) => !needs[need].isMet());
  const canInstall = process.env.CI !== undefined && process.getuid?.() === 0 && isInstalled('/usr/bin/apt-get');
  if (canInstall && unmet().length > 0) install(unmet().flatMap((need) => needs[need].packages));
  return unmet();
}

/** What to do to have it. */
export const advice = (need: Need) => `apt-get install ${needs[need].packages.join(' ')}`;

function install(packages: readonly string[]): void {
  const apt = (...args: readonly string[]) => {
    process.stdout.write(`+ apt-get ${args.join(' ')}\n`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    return spawnSync('apt-get', args, { stdio: ['ignore', 'inherit', 'inherit'], env, timeout: 300_000 }).status === 0;
  };
  for (let n = 0; n < tries; n += 1) {
    if (apt('update', '-q') && apt('install', '-qy', '--no-install-recommends', ...packages)) return;
  }
}
