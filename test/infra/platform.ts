// What SST's components are made of, installed into .sst/ (331 MB, 25 s) when it is not there: git ignores it.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../harness/sources.ts';

export const platform = join(root, '.sst', 'platform');

/**
 * What keeps `sst install` from fetching programs that are no packages of npm, and from writing into the home folder.
 */
const home = join(root, 'node_modules', '.cache', 'scoria', 'sst');
const settings = {
  ...{
    SST_SKIP_DEPENDENCY_CHECK: '1',
    SST_NO_BUN: '1',
    SST_STAGE: 'ci',
    SST_TELEMETRY_DISABLED: '1',
    DO_NOT_TRACK: '1',
  },
  ...{ HOME: home, XDG_CONFIG_HOME: home, SCORIA_IDENTITY: 'oidc' },
};

const wanted = () => String(JSON.parse(readFileSync(join(root, 'node_modules/sst/package.json'), 'utf8')).version);

/** Throws, with what was said, when it cannot be installed. */
export function installPlatform(): void {
  const version = join(platform, 'version');
  const isThere = existsSync(join(platform, 'node_modules/@pulumi/aws/package.json'));
  if (isThere && readFileSync(version, 'utf8').trim() === wanted()) return;
  process.stdout.write('installing what SST is made of into .sst/ (331 MB)\n');
  mkdirSync(home, { recursive: true });
  const done = spawnSync(process.execPath, [join(root, 'node_modules/sst/bin/sst.mjs'), 'install'], {
    cwd: root,
    env: { ...process.env, ...settings },
    encoding: 'utf8',
    timeout: 240_000,
  });
  if (done.status !== 0) throw new Error(`sst install: ${done.stdout}${done.stderr}${done.error ?? ''}`);
}
