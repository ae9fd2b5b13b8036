// npm run acceptance:tempest: the volume tests of tempest as Debian packages it, unmodified, against `scoria start` with
// two back ends and dynamic credentials. Prints each failure and the reason of each skip; the last line sums up.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isInstalled, type Service, spawned, startService, temporaryFolder } from './service.ts';

const tempest = '/usr/bin/tempest';

/** Tests that are not run, each with the reason: not ours to pass, or not there yet. */
const excluded: readonly (readonly [string, string])[] = [
  ['VolumesExtendTest\\.test_volume_extend\\[', 'asks the image service, also where it was told that there is none'],
];

/** Quota that does not get in the way of tests in parallel: tempest expects it. */
const quota = {
  volumes: 1000,
  snapshots: 1000,
  gigabytes: 100_000,
  backups: 1000,
  backup_gigabytes: 100_000,
  groups: 1000,
};

const settings = (service: Service, folder: string) => `[DEFAULT]
log_file = ${join(folder, 'tempest.log')}
[oslo_concurrency]
lock_path = ${join(folder, 'locks')}
[auth]
use_dynamic_credentials = true
admin_username = admin
admin_password = ${service.password('admin')}
admin_project_name = admin
admin_domain_name = Default
create_isolated_networks = false
[identity]
uri_v3 = ${service.url}/identity/v3
auth_version = v3
region = RegionOne
[service_available]
cinder = true
nova = false
glance = false
neutron = false
swift = false
horizon = false
[volume]
catalog_type = block-storage
min_microversion = 3.0
max_microversion = latest
backend_names = one,two
build_interval = 1
build_timeout = 60
storage_protocol = file
vendor_name = Scoria
[volume-feature-enabled]
multi_backend = true
backup = true
snapshot = true
clone = true
manage_volume = false
manage_snapshot = false
[validation]
run_validation = false
`;

function install(): void {
  if (isInstalled(tempest) || process.env.CI === undefined || process.getuid?.() !== 0) return;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [
    ['update', '-q'],
    ['install', '-qy', '--no-install-recommends', 'tempest'],
  ]) {
    spawnSync('apt-get', args, { stdio: ['ignore', 'inherit', 'inherit'], env, timeout: 300_000 });
  }
}

async function raiseQuota(service: Service): Promise<void> {
  const scope = { project: { name: 'admin', domain: { id: 'default' } } };
  const user = { name: 'admin', domain: { id: 'default' }, password: service.password('admin') };
  const auth = { identity: { methods: ['password'], password: { user } }, scope };
  const headers = { 'Content-Type': 'application/json' };
  const signedIn = await fetch(`${service.url}/identity/v3/auth/tokens`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ auth }),
  });
  const token = signedIn.headers.get('x-subject-token') ?? '';
  const body = JSON.stringify({ quota_class_set: quota });
  const path = `${service.url}/v3/os-quota-class-sets/default`;
  const told = await fetch(path, { method: 'PUT', headers: { ...headers, 'X-Auth-Token': token }, body });
  if (told.status !== 200) throw new Error(`quota: ${told.status} ${await told.text()}`);
}

/** The counts that tempest's last lines say; a run without them has failed. */
function countsOf(said: string) {
  const count = (word: string) => Number(new RegExp(`^ - ${word}: (\\d+)$`, 'm').exec(said)?.[1] ?? Number.NaN);
  return { passed: count('Passed'), failed: count('Failed'), skipped: count('Skipped') };
}

async function main(): Promise<number> {
  install();
  if (!isInstalled(tempest)) {
    process.stdout.write(
      'SKIPPED tempest: it is not installed (apt-get install tempest)\n0 passed, 0 failed, 1 skipped\n',
    );
    return 0;
  }
  const folder = temporaryFolder();
  const service = await startService();
  await raiseQuota(service);
  spawnSync(tempest, ['init', join(folder, 'workspace')], { stdio: 'ignore' });
  mkdirSync(join(folder, 'locks'));
  const workspace = join(folder, 'workspace');
  writeFileSync(join(workspace, 'etc', 'tempest.conf'), settings(service, folder));
  const names = process.argv[2] ?? '^tempest\\.api\\.volume';
  const args = [
    'run',
    '--regex',
    names,
    '--concurrency',
    '2',
    '--exclude-regex',
    excluded.map(([one]) => one).join('|'),
  ];
  const { said, ended } = spawned(tempest, args, workspace);
  await ended;
  await service.stop();
  return report(said.stdout + said.stderr, folder);
}

function report(said: string, folder: string): number {
  const lines = said.split('\n');
  for (const line of lines.filter((one) => / \.\.\. (FAILED|SKIPPED)/.test(one)))
    process.stdout.write(`${line.trim()}\n`);
  for (const [name, reason] of excluded) process.stdout.write(`SKIPPED ${name}: ${reason}\n`);
  const { passed, failed, skipped } = countsOf(said);
  if (Number.isNaN(passed)) {
    process.stdout.write(`${said.slice(-4000)}\n${tail(join(folder, 'tempest.log'))}\n0 passed, 1 failed\n`);
    return 1;
  }
  // What tempest logged besides is in the megabytes; the traceback says what was asked and what came.
  for (const trace of said.match(/^Captured traceback:[\s\S]*?(?=^\{|^Captured (?!traceback)|^=+$)/gm) ?? [])
    process.stdout.write(`${trace.slice(0, 4000)}\n`);
  process.stdout.write(`${passed} passed, ${failed} failed, ${skipped + excluded.length} skipped\n`);
  return failed === 0 ? 0 : 1;
}

function tail(path: string): string {
  try {
    return readFileSync(path, 'utf8').slice(-4000);
  } catch {
    return '';
  }
}

process.exitCode = await main();
