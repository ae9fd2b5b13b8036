// clouds.yaml for the OpenStack clients: three clouds, one for each of the first users.
import { randomUUID } from 'node:crypto';
import { linkSync, lstatSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FirstUser } from '../functions/identity/bootstrap.ts';
import type { Passwords } from './passwords.ts';

const mark =
  '# Written by scoria start, which writes it again at each start. Remove this line to keep your own changes.';

/** Each cloud with its user and project. */
const clouds: readonly (readonly [string, FirstUser, string])[] = [
  ['scoria', 'demo', 'demo'],
  ['scoria-admin', 'admin', 'admin'],
  ['scoria-reader', 'reader', 'demo'],
];

/** The path that was written; or why it was left alone. */
export type Clouds = { readonly path: string } | { readonly path: null; readonly why: string };

/**
 * Writes clouds.yaml into `folder`, readable only by its owner. A file that is not ours is left alone: without our
 * mark, owned by somebody else, a link, or not writable. The new file is renamed into place, so that passwords never
 * get into a file that others have open.
 */
export function writeClouds(folder: string, url: string, region: string, passwords: Passwords): Clouds {
  const path = join(folder, 'clouds.yaml');
  const draft = join(folder, `.clouds.yaml.${randomUUID()}`);
  try {
    const found = whose(path);
    if (typeof found === 'string') return { path: null, why: found };
    // wx: it follows no link and replaces no file.
    writeFileSync(draft, textOf(url, region, passwords), { flag: 'wx', mode: 0o600 });
    // link() refuses to replace a file that somebody created since we checked.
    if (found === null) linkSync(draft, path);
    else renameSync(draft, path);
    return { path };
  } catch (error) {
    return { path: null, why: `it cannot be written: ${error instanceof Error ? error.message : error}` };
  } finally {
    rmSync(draft, { force: true });
  }
}

/** The root URL of the service that wrote the clouds.yaml of a folder; null when none of ours is there. */
export function readCloudUrl(folder: string): string | null {
  const path = join(folder, 'clouds.yaml');
  if (whose(path) !== true) return null;
  return /^ +auth_url: (.+)\/identity\/v3$/m.exec(readFileSync(path, 'utf8'))?.[1] ?? null;
}

/** Null: nothing is there. True: a file that we wrote. Otherwise why we may not replace it. */
function whose(path: string): null | true | string {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return null;
  if (found.isSymbolicLink()) return 'the one here is a link';
  if (!found.isFile()) return 'what is here is no file';
  const us = process.getuid?.() ?? found.uid;
  if (found.uid !== us) return `the one here belongs to another user (${found.uid})`;
  if ((found.mode & 0o022) !== 0) return 'others may write into the one here: chmod 600 it, or remove it';
  const isMarked = readFileSync(path, 'utf8').startsWith(mark);
  return isMarked || 'there is one here that was not written by scoria';
}

function textOf(url: string, region: string, passwords: Passwords): string {
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
  return `${mark}\nclouds:\n${entries.join('')}`;
}
