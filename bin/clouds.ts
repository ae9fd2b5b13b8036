// clouds.yaml for the OpenStack clients: three clouds, one for each of the first users.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FirstUser } from '../functions/identity/bootstrap.ts';
import type { Passwords } from './passwords.ts';

const mark = '# Written by scoria start, which writes it anew each time. Remove this line to keep your own changes.';

/** Each cloud with its user and project. */
const clouds: readonly (readonly [string, FirstUser, string])[] = [
  ['scoria', 'demo', 'demo'],
  ['scoria-admin', 'admin', 'admin'],
  ['scoria-reader', 'reader', 'demo'],
];

/**
 * Writes clouds.yaml into `folder`, readable by its owner only, and returns its path. Null when there is one that we
 * did not write: it is left alone.
 */
export function writeClouds(folder: string, url: string, region: string, passwords: Passwords): string | null {
  const path = join(folder, 'clouds.yaml');
  if (existsSync(path) && !readFileSync(path, 'utf8').startsWith(mark)) return null;
  const known = clouds.filter(([, user]) => passwords[user] !== undefined);
  const entries = known.map(
    ([cloud, user, project]) => `  ${cloud}:
    auth:
      auth_url: ${url}/identity/v3
      username: ${user}
      password: ${JSON.stringify(passwords[user])}
      project_name: ${project}
      user_domain_name: Default
      project_domain_name: Default
    region_name: ${JSON.stringify(region)}
    identity_api_version: 3
    volume_api_version: 3
`,
  );
  writeFileSync(path, `${mark}\nclouds:\n${entries.join('')}`, { mode: 0o600 });
  return path;
}
