// One run of tempest as it is packaged: its configuration, and what it says in the end.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Service, spawned, temporaryFolder } from '../acceptance/service.ts';

const tempest = '/usr/bin/tempest';

export interface TempestOptions {
  readonly service: Service;
  /** The image that its tests use; null: there is no image service. */
  readonly image: string | null;
  /** A regular expression: the tests to run. */
  readonly names: string;
  /** Tests that are not run, each with the reason. */
  readonly excluded: readonly (readonly [string, string])[];
  /** What the back ends say of themselves; the driver file unless said. */
  readonly backend?: { readonly protocol: string; readonly vendor: string; readonly manages: boolean };
}

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export async function runTempest(options: TempestOptions): Promise<Counts> {
  const folder = temporaryFolder();
  const workspace = join(folder, 'workspace');
  spawnSync(tempest, ['init', workspace], { cwd: folder, stdio: 'ignore' });
  mkdirSync(join(folder, 'locks'));
  writeFileSync(join(workspace, 'etc', 'tempest.conf'), settings(options, folder));
  const args = ['run', '--regex', options.names, '--concurrency', '2'];
  const excluded = options.excluded.map(([one]) => one).join('|');
  const { said, ended } = spawned(
    tempest,
    [...args, ...(excluded === '' ? [] : ['--exclude-regex', excluded])],
    workspace,
  );
  await ended;
  return report(said.stdout + said.stderr, folder, options.excluded);
}

const fileBackend = { protocol: 'file', vendor: 'Scoria', manages: true };

const settings = ({ service, image, backend = fileBackend }: TempestOptions, folder: string) => `[DEFAULT]
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
user_lockout_failure_attempts = 0
user_unique_last_password_count = 0
[identity-feature-enabled]
access_rules = true
security_compliance = true
trust = false
[service_available]
cinder = true
nova = false
glance = ${image !== null}
neutron = false
swift = false
horizon = false
${image === null ? '' : `[compute]\nimage_ref = ${image}\nimage_ref_alt = ${image}`}
[volume]
catalog_type = block-storage
min_microversion = 3.0
max_microversion = latest
backend_names = one,two
build_interval = 1
build_timeout = 120
storage_protocol = ${backend.protocol}
vendor_name = ${backend.vendor}
[volume-feature-enabled]
multi_backend = true
backup = true
snapshot = true
clone = true
manage_volume = ${backend.manages}
manage_snapshot = ${backend.manages}
[validation]
run_validation = false
`;

/** The counts that tempest's last lines say; a run without them has failed. */
function countsOf(said: string): Counts {
  const count = (word: string) => Number(new RegExp(`^ - ${word}: (\\d+)$`, 'm').exec(said)?.[1] ?? Number.NaN);
  return { passed: count('Passed'), failed: count('Failed'), skipped: count('Skipped') };
}

function report(said: string, folder: string, excluded: TempestOptions['excluded']): Counts {
  const lines = said.split('\n');
  for (const line of lines.filter((one) => / \.\.\. (FAILED|SKIPPED)/.test(one)))
    process.stdout.write(`${line.trim()}\n`);
  for (const [name, reason] of excluded) process.stdout.write(`SKIPPED ${name}: ${reason}\n`);
  const { passed, failed, skipped } = countsOf(said);
  if (Number.isNaN(passed) || passed === 0) {
    process.stdout.write(`${said.slice(-4000)}\n${tail(join(folder, 'tempest.log'))}\n`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
  // What tempest logged besides is in the megabytes; the traceback says what was asked and what came.
  for (const trace of said.match(/^Captured traceback:[\s\S]*?(?=^\{|^Captured (?!traceback)|^=+$)/gm) ?? [])
    process.stdout.write(`${trace.slice(0, 4000)}\n`);
  return { passed, failed, skipped: skipped + excluded.length };
}

function tail(path: string): string {
  try {
    return readFileSync(path, 'utf8').slice(-4000);
  } catch {
    return '';
  }
}
