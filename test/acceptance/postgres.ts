// A PostgreSQL of our own: a cluster in a temporary folder, on a free port of 127.0.0.1, that can be stopped and
// started.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { adopt, freePort, temporaryFolder, until, within } from './programs.ts';

const packaged = '/usr/lib/postgresql';

/** Where initdb and postgres are: the newest packaged one. Null: PostgreSQL is not installed. */
export function findPostgres(): string | null {
  if (!existsSync(packaged)) return null;
  const versions = readdirSync(packaged).filter((name) => existsSync(join(packaged, name, 'bin', 'initdb')));
  const newest = versions.sort((a, b) => Number(b) - Number(a))[0];
  return newest === undefined ? null : join(packaged, newest, 'bin');
}

export interface Cluster {
  readonly port: number;
  /** The URL of a new, empty database. */
  fresh(name: string): Promise<string>;
  /** The first value of what a statement answers in a database, as psql prints it; empty when it fails. */
  value(name: string, sql: string): string;
  /** Stops the server at once, as a crash of its machine would. */
  halt(): Promise<void>;
  /** Starts it again, on the same port. */
  resume(): Promise<void>;
  /** Whether connections have to bring a password; nobody has one that is right. */
  askPasswords(asks: boolean): void;
}

/** Makes and starts a cluster, whose server ends with this process. */
export async function startCluster(): Promise<Cluster> {
  const binaries = findPostgres();
  if (binaries === null) throw new Error(`PostgreSQL is not installed: nothing in ${packaged}`);
  const folder = temporaryFolder();
  const owner = ownerOf();
  if ('uid' in owner) chownSync(folder, owner.uid, owner.gid);
  const data = join(folder, 'data');
  const port = await freePort();
  const options = { ...owner, cwd: folder, env: { LC_ALL: 'C.UTF-8', PATH: '/usr/bin:/bin' } };
  const run = (program: string, args: readonly string[]) => {
    const done = spawnSync(join(binaries, program), args, { ...options, encoding: 'utf8', timeout: 60_000 });
    if (done.status !== 0) throw new Error(`${program} failed (${done.status ?? done.signal}): ${done.stderr}`);
  };
  run('initdb', ['-D', data, '-U', 'postgres', '--auth=trust', '-E', 'UTF8', '--locale=C.UTF-8']);
  const args = ['-D', data, '-p', `${port}`, '-c', 'listen_addresses=127.0.0.1', '-k', folder];
  const serve = async () => {
    const server = adopt(spawn(join(binaries, 'postgres'), args, { ...options, stdio: 'ignore' }));
    const probe = () => spawnSync(join(binaries, 'pg_isready'), ['-q', '-h', '127.0.0.1', '-p', `${port}`]).status;
    await until(
      async () => probe(),
      (status) => status === 0,
    );
    return server;
  };
  let server = await serve();
  return {
    port,
    async fresh(name) {
      run('createdb', ['-h', '127.0.0.1', '-p', `${port}`, '-U', 'postgres', name]);
      return `postgres://postgres@127.0.0.1:${port}/${name}`;
    },
    value(name, sql) {
      const args = ['-h', '127.0.0.1', '-p', `${port}`, '-U', 'postgres', '-d', name, '-Atc', sql];
      return spawnSync(join(binaries, 'psql'), args, { ...options, encoding: 'utf8', timeout: 60_000 }).stdout.trim();
    },
    async halt() {
      const gone = once(server, 'exit');
      // SIGQUIT is an immediate shutdown: connections are cut and the next start recovers from the log.
      server.kill('SIGQUIT');
      await within(gone, 'the shutdown of PostgreSQL');
    },
    async resume() {
      server = await serve();
    },
    askPasswords(asks) {
      const method = asks ? 'scram-sha-256' : 'trust';
      writeFileSync(join(data, 'pg_hba.conf'), `local all all trust\nhost all all 127.0.0.1/32 ${method}\n`);
      server.kill('SIGHUP');
    },
  };
}

/** PostgreSQL refuses to run as root: then it runs as the user postgres. */
function ownerOf(): { uid: number; gid: number } | Record<string, never> {
  if (process.getuid?.() !== 0) return {};
  const id = (flag: string) => Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout.trim());
  const owner = { uid: id('-u'), gid: id('-g') };
  if (!owner.uid || !owner.gid) throw new Error('PostgreSQL does not run as root, and there is no user postgres');
  return owner;
}
