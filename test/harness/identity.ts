// The embedded Keystone in memory, with the real database port, its clock in the test's hands.

import { createApp } from '../../functions/app.ts';
import { everyService } from '../../functions/every-service.ts';
import type { Ports } from '../../functions/http/ports.ts';
import { type BootstrappedUser, bootstrapIdentity } from '../../functions/identity/bootstrap.ts';
import { defaultSettings } from '../../functions/settings.ts';
import { systemClock } from '../../infra/clock/system.ts';
import { type CountingDatabase, countingDatabase } from '../../infra/database/counting.ts';
import { readMigrations } from '../../infra/database/migrations.ts';
import { pgliteDatabase } from '../../infra/database/pglite.ts';
import { databaseTemplate } from '../../infra/database/template.ts';
import { webDigests } from '../../infra/digests/web.ts';
import { type EmbeddedIdentity, embeddedIdentity } from '../../infra/identity/embedded.ts';
import { memoryKeyStore } from '../../infra/identity/key-store.ts';
import { scryptPasswords } from '../../infra/identity/passwords.ts';
import { type SigningKeys, signingKeys } from '../../infra/identity/signing-keys.ts';
import { embeddedKeys } from '../../infra/keys/embedded.ts';
import { memoryNotices } from '../../infra/notices/memory.ts';
import { memoryQueue } from '../../infra/queue/memory.ts';
import { aesSecrets } from '../../infra/secrets/aes-gcm.ts';
import { memorySealingKeys } from '../../infra/secrets/memory.ts';
import { canary, canaryIds, canarySealingKey, type SecretWatch, watchSecrets } from './canaries.ts';

export interface TestReply {
  readonly status: number;
  readonly headers: Headers;
  /** The body; undefined when there is none. `any`: tests read what they expect, and fail when it is not there. */
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly body: any;
}

export interface TestRequest {
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface TestIdentity {
  readonly ports: Ports & { readonly keystone: EmbeddedIdentity['keystone'] };
  readonly database: CountingDatabase;
  readonly watch: SecretWatch;
  readonly keys: SigningKeys;
  readonly users: readonly BootstrappedUser[];
  /** Moves the clock forward. */
  pass(seconds: number): void;
  /** A request to a path behind /identity/v3. */
  send(method: string, path: string, request?: TestRequest): Promise<TestReply>;
  /** A request to any path of the app. */
  sendTo(method: string, path: string, request?: TestRequest): Promise<TestReply>;
  /** A second process on the same database and keys. */
  second(): Promise<EmbeddedIdentity>;
  close(): Promise<void>;
}

/** An app with the first users: `admin`, `demo` and `reader`, each with the password `canary('<name>-secret')`. */
export async function testIdentity(): Promise<TestIdentity> {
  const template = await databaseTemplate(readMigrations());
  const database = countingDatabase(await pgliteDatabase({ memory: true, template }));
  let now = Date.parse('2026-11-23T10:00:00.123Z');
  const clock = { now: () => now, sleep: systemClock().sleep };
  const ids = canaryIds();
  const watch = watchSecrets(clock.now);
  const { log } = watch;
  const keys = signingKeys({ store: memoryKeyStore(), clock, ids });
  // 2^10: what is tested is not the cost.
  const passwords = scryptPasswords({ cost: 1024 });
  const open = () => embeddedIdentity({ database, clock, ids, log, keys, passwords });
  const { identity, keystone, load } = open();
  const notices = memoryNotices({ clock });
  const secrets = aesSecrets(memorySealingKeys(canarySealingKey()));
  const ports = {
    database,
    clock,
    ids,
    digests: webDigests(),
    log,
    secrets,
    keys: embeddedKeys(secrets),
    queue: memoryQueue({ clock }),
    notices,
    identity,
    keystone,
  };
  const users = await bootstrapIdentity(ports, {
    passwords: { admin: canary('admin-secret'), demo: canary('demo-secret'), reader: canary('reader-secret') },
  });
  await load();
  now += 1000;
  const app = createApp(everyService, ports, defaultSettings);
  const sendTo = (method: string, path: string, request: TestRequest = {}) => reply(app, watch, method, path, request);
  return {
    ports,
    database,
    watch,
    keys,
    users,
    pass: (seconds) => {
      now += seconds * 1000;
    },
    send: (method, path, request) => sendTo(method, `/identity/v3${path}`, request),
    sendTo,
    second: async () => {
      const other = open();
      await other.load();
      return other;
    },
    close: async () => {
      await ports.queue.close();
      await watch.search(database);
      await database.close();
      watch.done();
    },
  };
}

interface App {
  request(url: string, init: RequestInit): Response | Promise<Response>;
}

async function reply(
  app: App,
  watch: SecretWatch,
  method: string,
  path: string,
  request: TestRequest,
): Promise<TestReply> {
  const headers = new Headers(request.headers);
  if (request.token !== undefined) headers.set('X-Auth-Token', request.token);
  if (request.body !== undefined) headers.set('Content-Type', 'application/json');
  const body = request.body === undefined ? null : JSON.stringify(request.body);
  const response = await app.request(`http://keystone.test${path}`, { method, headers, body });
  const text = await response.text();
  if (response.status >= 400) watch.look(`${method} ${path}`, text);
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
}

/** The body of a sign-in with a name and a password. */
export function passwordAuth(name: string, password: string, scope?: unknown) {
  const user = { name, domain: { id: 'default' }, password };
  return {
    auth: { identity: { methods: ['password'], password: { user } }, ...(scope === undefined ? {} : { scope }) },
  };
}

export const projectScope = (name: string) => ({ project: { name, domain: { id: 'default' } } });

/** Signs one of the first users in and returns the token. */
export async function signIn(
  to: TestIdentity,
  name: string,
  scope?: unknown,
  password = canary(`${name}-secret`),
): Promise<string> {
  const answer = await to.send('POST', '/auth/tokens', { body: passwordAuth(name, password, scope) });
  const token = answer.headers.get('x-subject-token');
  if (answer.status !== 201 || token === null) throw new Error(`sign-in: ${JSON.stringify(answer.body)}`);
  return token;
}
