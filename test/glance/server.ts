// Debian's Glance, as its package has it: SQLite and a folder of files, on a port of this machine, beside a Scoria
// whose embedded Keystone checks its tokens and names it in the catalog.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ask, signIn } from '../acceptance/clients.ts';
import {
  type Command,
  freePort,
  type Service,
  spawned,
  startService,
  temporaryFolder,
  until,
} from '../acceptance/service.ts';

export interface RealGlance {
  readonly url: string;
  readonly folder: string;
  /** Its process, while there is one. */
  process(): Command['child'];
  /** `kill -9`. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

export interface Cloud {
  readonly glance: RealGlance;
  /** The Scoria that runs now. */
  service(): Service;
  /** `kill -9` of Scoria and a start on the same data and port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const password = 'glance-secret';
const conf = 'glance.conf';

/** Scoria and Glance, each told where the other is. */
export async function startCloud(env: Readonly<Record<string, string>> = {}): Promise<Cloud> {
  const [port, glancePort] = [await freePort(), await freePort()];
  const settings = { SCORIA_PORT: `${port}`, SCORIA_GLANCE_URL: `http://127.0.0.1:${glancePort}`, ...env };
  let service = await startService({ env: settings });
  await makeServiceUser(service);
  const glance = await realGlance(glancePort, `${service.url}/identity/v3`);
  return {
    glance,
    service: () => service,
    async restart() {
      service.command.child.kill('SIGKILL');
      await service.command.ended;
      service = await startService({ folder: service.folder, env: settings });
    },
    async stop() {
      await glance.kill();
      await service.stop();
    },
  };
}

/** The user with which Glance asks whose a token is, as an operator makes it. */
async function makeServiceUser(service: Service): Promise<void> {
  const token = await signIn(service, 'admin');
  const identity = async (method: string, path: string, body?: unknown) => {
    const told = await ask(service, token, method, `/identity/v3${path}`, body);
    if (told.status >= 300) throw new Error(`${method} ${path}: ${told.status} ${JSON.stringify(told.body)}`);
    return told.body;
  };
  const { project } = await identity('POST', '/projects', { project: { name: 'service', domain_id: 'default' } });
  const { user } = await identity('POST', '/users', { user: { name: 'glance', domain_id: 'default', password } });
  const { roles } = await identity('GET', '/roles?name=service');
  await identity('PUT', `/projects/${project.id}/users/${user.id}/roles/${roles[0].id}`);
}

async function realGlance(port: number, identityUrl: string): Promise<RealGlance> {
  const folder = temporaryFolder();
  const url = `http://127.0.0.1:${port}`;
  for (const name of ['images', 'staging', 'locks']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, conf), configuration(folder, port, identityUrl));
  const options = { cwd: folder, stdio: 'pipe' } as const;
  execFileSync('/usr/bin/glance-manage', ['--config-file', join(folder, conf), 'db_sync'], options);
  let server: Command | null = null;
  const self: RealGlance = {
    url,
    folder,
    process() {
      if (server === null) throw new Error('Glance does not run');
      return server.child;
    },
    async kill() {
      server?.child.kill('SIGKILL');
      await server?.ended;
      server = null;
    },
    async start() {
      server = spawned('/usr/bin/python3', ['/usr/bin/glance-api', '--config-file', join(folder, conf)], folder);
      const { said } = server;
      // 300: the list of its versions.
      const up = async () => (await fetch(url).catch(() => null))?.status ?? said.stderr.slice(-500);
      await until(up, (status) => status === 300, 180_000);
    },
  };
  await self.start();
  return self;
}

const configuration = (folder: string, port: number, identityUrl: string) => `[DEFAULT]
log_file = ${folder}/glance.log
bind_host = 127.0.0.1
bind_port = ${port}
workers = 0
node_staging_uri = file://${folder}/staging
[database]
connection = sqlite:///${folder}/glance.db
[glance_store]
stores = file
default_store = file
filesystem_store_datadir = ${folder}/images
[paste_deploy]
flavor = keystone
config_file = /usr/share/glance-common/glance-api-paste.ini
[oslo_concurrency]
lock_path = ${folder}/locks
[key_manager]
backend = barbican
[barbican]
auth_endpoint = ${identityUrl}
[keystone_authtoken]
auth_type = password
auth_url = ${identityUrl}
www_authenticate_uri = ${identityUrl}
project_name = service
project_domain_name = Default
username = glance
user_domain_name = Default
password = ${password}
`;
