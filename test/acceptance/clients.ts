// The clients that people use, as Debian packages them, against a service.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { openstackCommands, pythonFolder, pythonPath, type Ran, shellEnvironment } from './openstack-commands.ts';
import { type Service, until } from './service.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers are read field by field, and a wrong field fails the test
type Answer = any;

export interface Client {
  /** Standard output; fails with what the command says when it does not end with 0. The first words are split. */
  run(words: string, ...more: readonly string[]): Promise<string>;
  /** The same with `-f json`. */
  json(words: string, ...more: readonly string[]): Promise<Answer>;
  /** What it says when it is refused; fails when it is not. */
  refused(words: string, ...more: readonly string[]): Promise<string>;
  /** Shows a resource until it has the status, and returns it. */
  becomes(status: string, words: string, ...more: readonly string[]): Promise<Answer>;
  /** Waits until the resource is no more. */
  vanishes(words: string, ...more: readonly string[]): Promise<void>;
  /** The same client at a microversion. */
  at(version: string): Client;
}

const commands = openstackCommands();

const openstackPath = '/usr/bin/openstack';

function execute(program: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ran> {
  const options = { env: { ...shellEnvironment, ...env }, timeout: 120_000 };
  return new Promise((resolve) => {
    execFile(program, args, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, stdout, stderr: error?.killed ? `${stderr}\nkilled: it took too long` : stderr });
    });
  });
}

/** The `openstack` command with one of the clouds of clouds.yaml, or with an environment of its own. */
export function openstack(service: Service, as: string | Readonly<Record<string, string>>): Client {
  return client((args) => commands(args, environmentOf(service, as)), []);
}

/** The same, each command a process of its own from the start, as a user's shell has it. */
export function openstackAlone(service: Service, cloud: string): Client {
  return client((args) => execute(openstackPath, args, environmentOf(service, cloud)), []);
}

function environmentOf(service: Service, as: string | Readonly<Record<string, string>>) {
  const own = typeof as === 'string' ? { OS_CLIENT_CONFIG_FILE: service.clouds, OS_CLOUD: as } : as;
  return { HOME: service.folder, ...own };
}

function client(exec: (args: readonly string[]) => Promise<Ran>, flags: readonly string[]): Client {
  const call = (words: string, more: readonly string[]) => exec([...flags, ...words.split(' '), ...more]);
  const self: Client = {
    async run(words, ...more) {
      const { code, stdout, stderr } = await call(words, more);
      if (code !== 0) throw new Error(`openstack ${words} ${more.join(' ')}: exit code ${code}\n${stderr}`);
      return stdout;
    },
    json: async (words, ...more) => JSON.parse(await self.run(words, ...more, '-f', 'json')),
    async refused(words, ...more) {
      const { code, stdout, stderr } = await call(words, more);
      if (code === 0) throw new Error(`openstack ${words} ${more.join(' ')} was not refused:\n${stdout}`);
      return stderr.trim();
    },
    becomes: (status, words, ...more) => until(() => self.json(words, ...more), wanted(status)),
    async vanishes(words, ...more) {
      await until(
        () => call(words, more),
        ({ code, stderr }) => code !== 0 && /No \w+ with a name or ID|could not be found/.test(stderr),
      );
    },
    at: (version) => client(exec, [...flags, '--os-volume-api-version', version]),
  };
  return self;
}

const failures = ['error', 'error_deleting', 'error_extending'];

/** As the clients wait: a failure that was not waited for ends it. */
const wanted = (status: string) => (answer: Answer) => {
  if (answer.status !== status && failures.includes(answer.status)) throw new Error(JSON.stringify(answer));
  return answer.status === status;
};

/** Runs a script of test/acceptance/python with a cloud of clouds.yaml; it fails with its traceback. */
export async function python(script: string, service: Service, args: readonly string[] = []): Promise<string> {
  const path = join(pythonFolder, script);
  const env = {
    HOME: service.folder,
    OS_CLIENT_CONFIG_FILE: service.clouds,
    PYTHONWARNINGS: 'ignore',
    PYTHONDONTWRITEBYTECODE: '1',
  };
  const { code, stdout, stderr } = await execute(pythonPath, [path, ...args], env);
  if (code !== 0) throw new Error(`${script}: exit code ${code}\n${stdout}\n${stderr}`);
  return stdout;
}

/** A request of our own, for what no client shows: 16 at once, or status codes. */
export async function ask(
  service: Service,
  token: string | null,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; headers: Headers; body: Answer }> {
  const headers: Record<string, string> = { 'OpenStack-API-Version': 'volume 3.71' };
  if (token !== null) headers['X-Auth-Token'] = token;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  const response = await fetch(`${service.url}${path}`, {
    method,
    headers,
    body: body === undefined ? null : JSON.stringify(body),
    signal: AbortSignal.timeout(60_000),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true && text !== '';
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

/** A token for one of the first users. */
export async function signIn(service: Service, user: 'admin' | 'demo' | 'reader'): Promise<string> {
  const domain = { id: 'default' };
  const told = await ask(service, null, 'POST', '/identity/v3/auth/tokens', {
    auth: {
      identity: {
        methods: ['password'],
        password: { user: { name: user, domain, password: service.password(user) } },
      },
      scope: { project: { name: user === 'admin' ? 'admin' : 'demo', domain } },
    },
  });
  const token = told.headers.get('x-subject-token');
  if (told.status !== 201 || token === null)
    throw new Error(`sign in as ${user}: ${told.status} ${JSON.stringify(told.body)}`);
  return token;
}
