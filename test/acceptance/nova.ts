// Debian's Nova beside a Scoria whose embedded Keystone checks its tokens: its API with SQLite, and one host, which
// writes down what it is told. No scheduler, no placement and no hypervisor: none of that is asked for volumes.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openstack } from './clients.ts';
import { pythonFolder, pythonPath } from './openstack-commands.ts';
import { type Command, freePort, type Service, spawned, startService, temporaryFolder, until } from './service.ts';

/** What a host was told, or has done: `swapped`, with the attachment as its status. */
export interface Told {
  readonly name: string;
  readonly server: string;
  readonly tag: string;
  readonly status: string;
}

export interface RealNova {
  readonly url: string;
  /** Keeps a server that has the volume by that attachment, on a host or on none. */
  add(server: string, volume: string, attachment: string, isOnHost?: boolean): Promise<void>;
  /** Takes the volume from the server. */
  detach(server: string, volume: string): Promise<void>;
  /** What the host has been told, in order. */
  told(): readonly Told[];
  start(): Promise<void>;
  /** `kill -9`. */
  kill(): Promise<void>;
}

const script = join(pythonFolder, 'nova_server.py');
const password = 'admin-secret';
const [serviceUser, servicePassword] = ['nova', 'nova-secret'];

/** Scoria and Nova, each told where the other is. */
export async function startWithNova(): Promise<{ nova: RealNova; service: Service }> {
  const [port, novaPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${novaPort}/v2.1`;
  const settings = { SCORIA_NOVA_URL: url, SCORIA_NOVA_PASSWORD: password, SCORIA_ADMIN_PASSWORD: password };
  const service = await startService({ env: { SCORIA_PORT: `${port}`, ...settings } });
  // Whose token Nova shows as its service token: without one nothing is taken from a server.
  const admin = openstack(service, 'scoria-admin');
  await admin.run('user create --password', servicePassword, serviceUser);
  await admin.run('role add --project admin --user', serviceUser, 'service');
  const nova = await realNova(novaPort, url, `${service.url}/identity/v3`);
  await nova.start();
  return { nova, service };
}

async function realNova(port: number, url: string, identityUrl: string): Promise<RealNova> {
  const folder = temporaryFolder();
  const conf = join(folder, 'nova.conf');
  const events = join(folder, 'events.jsonl');
  writeFileSync(conf, configuration(folder, identityUrl));
  const run = async (verb: string, ...args: readonly string[]) => {
    await promisify(execFile)(pythonPath, [script, verb, conf, ...args], { cwd: folder, timeout: 120_000 });
  };
  await run('prepare');
  let server: Command | null = null;
  return {
    url,
    add: (id, volume, attachment, isOnHost = true) =>
      run('add', id, 'a-project', volume, attachment, isOnHost ? 'host-1' : '-'),
    detach: (id, volume) => run('detach', id, volume),
    told: () =>
      existsSync(events)
        ? readFileSync(events, 'utf8')
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line) as Told) // written by the script
        : [],
    async start() {
      server = spawned(pythonPath, [script, 'serve', conf, String(port), events], folder);
      const { said } = server;
      // 401: it listens and asks for a token.
      const up = async () => (await fetch(`${url}/servers`).catch(() => null))?.status ?? said.stderr.slice(-500);
      await until(up, (status) => status === 401, 120_000);
    },
    async kill() {
      server?.child.kill('SIGKILL');
      await server?.ended;
      server = null;
    },
  };
}

const signsIn = (identityUrl: string, user: string, secret: string) => `auth_type = password
auth_url = ${identityUrl}
username = ${user}
password = ${secret}
project_name = admin
user_domain_id = default
project_domain_id = default`;

const configuration = (folder: string, identityUrl: string) => `[DEFAULT]
log_file = ${folder}/nova.log
state_path = ${folder}
transport_url = fake:/
[oslo_concurrency]
lock_path = ${folder}
[api_database]
connection = sqlite:///${folder}/api.db
[database]
connection = sqlite:///${folder}/nova.db
[keystone_authtoken]
www_authenticate_uri = ${identityUrl}
${signsIn(identityUrl, 'admin', password)}
[service_user]
send_service_user_token = true
${signsIn(identityUrl, serviceUser, servicePassword)}
`;
