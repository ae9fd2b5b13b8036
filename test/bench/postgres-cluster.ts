// A PostgreSQL of our own for one run: a cluster in a temporary folder, on a free port of 127.0.0.1, with its defaults.
import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { later } from './cleanup.ts';
import { freePort } from './service.ts';

export interface Cluster {
  readonly url: string;
  readonly version: string;
  /** The URL of a new, empty database. */
  fresh(name: string): Promise<string>;
  stop(): Promise<void>;
}

const packaged = '/usr/lib/postgresql';

/** Where initdb and postgres are: the newest packaged one. Null: PostgreSQL is not installed. */
export function findPostgres(): string | null {
  if (!existsSync(packaged)) return null;
  const versions = readdirSync(packaged).filter((name) => existsSync(join(packaged, name, 'bin', 'initdb')));
  const newest = versions.sort((a, b) => Number(b) - Number(a))[0];
  return newest === undefined ? null : join(packaged, newest, 'bin');
}

/** Makes and starts a cluster. fsync and synchronous_commit stay on: what is acknowledged is on the disk. */
export async function startCluster(binaries: string): Promise<Cluster> {
  const owner = ownerOf();
  const folder = mkdtempSync(join(tmpdir(), 'scoria-bench-postgres-'));
  const remove = later(() => rmSync(folder, { recursive: true, force: true }));
  if (owner !== null) chownSync(folder, owner.uid, owner.gid);
  const data = join(folder, 'data');
  const port = await freePort();
  const run = (program: string, args: readonly string[]) => {
    const ids = owner === null ? {} : { uid: owner.uid, gid: owner.gid };
    // No pipes: the server would keep them open and spawnSync would wait for ever.
    const done = spawnSync(join(binaries, program), args, {
      ...ids,
      cwd: folder,
      stdio: 'ignore',
      env: { LC_ALL: 'C.UTF-8' },
    });
    if (done.status !== 0) throw new Error(`${program} failed (${done.status ?? done.signal}); see ${folder}`);
  };
  run('initdb', ['-D', data, '-U', 'postgres', '--auth=trust', '-E', 'UTF8', '--locale=C.UTF-8']);
  const options = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories=${folder}`;
  run('pg_ctl', ['-D', data, '-w', '-l', join(folder, 'log'), '-o', options, 'start']);
  const halt = later(() => run('pg_ctl', ['-D', data, '-m', 'immediate', '-w', 'stop']));
  const psql = (text: string) => run('psql', ['-h', '127.0.0.1', '-p', String(port), '-U', 'postgres', '-c', text]);
  const url = (name: string) => `postgres://postgres@127.0.0.1:${port}/${name}`;
  return {
    url: url('postgres'),
    version: binaries.split('/').at(-2) ?? '',
    async fresh(name) {
      psql(`CREATE DATABASE ${name}`);
      return url(name);
    },
    async stop() {
      await halt();
      await remove();
    },
  };
}

/** PostgreSQL refuses to run as root: then it runs as the user postgres. Null: as ourselves. */
function ownerOf(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const id = (flag: string) => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout.trim());
  const owner = { uid: id('-u'), gid: id('-g') };
  if (!owner.uid || !owner.gid) throw new Error('PostgreSQL does not run as root, and there is no user postgres');
  return owner;
}
