// Debian's Keystone, as its package has it: SQLite, in a temporary folder, on a port of this machine.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Command, freePort, spawned, temporaryFolder, until } from '../acceptance/service.ts';

export type Provider = 'fernet' | 'jws';

// biome-ignore lint/suspicious/noExplicitAny: answers are read field by field, and a wrong field fails the test
type Answer = any;

export interface RealKeystone {
  readonly url: string;
  readonly folder: string;
  /** A request to the API as the admin; fails when it is refused. */
  ask(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Signs somebody in and returns the token. */
  signIn(name: string, project: string): Promise<string>;
  /** A user with a role on a project; its password is its name with `-secret`. Returns its id. */
  makeUser(name: string, project: string, role: string): Promise<string>;
  stop(): Promise<void>;
  start(): Promise<void>;
}

export async function realKeystone(provider: Provider): Promise<RealKeystone> {
  const folder = temporaryFolder();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  prepare(folder, url, provider);
  let server: Command | null = null;
  let token = '';
  const self: RealKeystone = {
    url,
    folder,
    async ask(method, path, body, headers = {}) {
      const response = await fetch(`${url}/v3${path}`, {
        method,
        headers: { 'Content-Type': 'application/json', 'X-Auth-Token': token, ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
      return text === '' ? null : JSON.parse(text);
    },
    async signIn(name, project) {
      const response = await fetch(`${url}/v3/auth/tokens`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(passwordAuth(name, project)),
      });
      const given = response.headers.get('x-subject-token');
      if (given === null) throw new Error(`sign-in of ${name}: ${response.status} ${await response.text()}`);
      return given;
    },
    async makeUser(name, project, role) {
      const projectId = await named(self, 'project', project, { domain_id: 'default' });
      const userId = await named(self, 'user', name, { domain_id: 'default', password: `${name}-secret` });
      const roleId = await named(self, 'role', role, {});
      await self.ask('PUT', `/projects/${projectId}/users/${userId}/roles/${roleId}`);
      return userId;
    },
    async stop() {
      server?.child.kill('SIGKILL');
      await server?.ended;
      server = null;
    },
    async start() {
      const args = ['-b', '127.0.0.1', '-p', String(port)];
      server = spawned('/usr/bin/keystone-wsgi-public', args, folder, { OS_KEYSTONE_CONFIG_FILES: join(folder, conf) });
      const said = server.said;
      const up = async () => (await fetch(`${url}/v3`).catch(() => null))?.status ?? said.stderr.slice(-500);
      await until(up, (status) => status === 200);
    },
  };
  await self.start();
  token = await self.signIn('admin', 'admin');
  return self;
}

const conf = 'keystone.conf';

function prepare(folder: string, url: string, provider: Provider): void {
  for (const name of ['fernet', 'credential', 'public', 'private']) mkdirSync(join(folder, name));
  writeFileSync(
    join(folder, conf),
    `[DEFAULT]
log_file = ${folder}/keystone.log
[database]
connection = sqlite:///${folder}/keystone.db
[token]
provider = ${provider}
[fernet_tokens]
key_repository = ${folder}/fernet
[credential]
key_repository = ${folder}/credential
[jwt_tokens]
jws_public_key_repository = ${folder}/public
jws_private_key_repository = ${folder}/private
[identity]
password_hash_rounds = 4
[cache]
enabled = false
`,
  );
  const manage = (...args: string[]) =>
    execFileSync('/usr/bin/keystone-manage', ['--config-file', join(folder, conf), ...args], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  const owner = ['--keystone-user', 'root', '--keystone-group', 'root'];
  manage('db_sync');
  // With SQLite's own journal Keystone is in its own way: it reads while it writes, and says "database is locked".
  const database = new DatabaseSync(join(folder, 'keystone.db'));
  database.exec('PRAGMA journal_mode = WAL');
  database.close();
  manage('fernet_setup', ...owner);
  if (provider === 'jws') makeJwsKeys(folder);
  const urls = ['public', 'internal', 'admin'].flatMap((kind) => [`--bootstrap-${kind}-url`, `${url}/v3`]);
  manage('bootstrap', '--bootstrap-password', 'admin-secret', '--bootstrap-region-id', 'RegionOne', ...urls);
}

function makeJwsKeys(folder: string): void {
  const openssl = (...args: string[]) => execFileSync('/usr/bin/openssl', args, { cwd: folder, stdio: 'pipe' });
  openssl('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', 'private/private.pem');
  openssl('ec', '-in', 'private/private.pem', '-pubout', '-out', 'public/public.pem');
}

async function named(to: RealKeystone, kind: string, name: string, more: object): Promise<string> {
  const found = await to.ask('GET', `/${kind}s?name=${name}`);
  const there = found[`${kind}s`][0];
  return there === undefined ? (await to.ask('POST', `/${kind}s`, { [kind]: { name, ...more } }))[kind].id : there.id;
}

const passwordAuth = (name: string, project: string) => ({
  auth: {
    identity: {
      methods: ['password'],
      password: { user: { name, domain: { id: 'default' }, password: `${name}-secret` } },
    },
    scope: { project: { name: project, domain: { id: 'default' } } },
  },
});
