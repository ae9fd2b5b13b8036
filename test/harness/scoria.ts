// A whole Scoria in one process, on a fresh database: the app, a scheduler and two back ends in memory.

import { createApp } from '../../functions/app.ts';
import { storageServices } from '../../functions/every-service.ts';
import type { Override } from '../../functions/http/policy-table.ts';
import type { ApiSettings } from '../../functions/http/settings.ts';
import { defaultSettings } from '../../functions/settings.ts';
import type { Clock } from '../../infra/clock/port.ts';
import { systemClock } from '../../infra/clock/system.ts';
import type { VirtualClock } from '../../infra/clock/virtual.ts';
import type { MemoryNova } from '../../infra/compute/memory.ts';
import type { Converter } from '../../infra/converter/port.ts';
import type { Counters } from '../../infra/counters/port.ts';
import { type CountingDatabase, countingDatabase } from '../../infra/database/counting.ts';
import { migrate } from '../../infra/database/migrate.ts';
import { readMigrations } from '../../infra/database/migrations.ts';
import { pgliteDatabase } from '../../infra/database/pglite.ts';
import type { Migratable } from '../../infra/database/port.ts';
import { postgresDatabase } from '../../infra/database/postgres.ts';
import { databaseTemplate } from '../../infra/database/template.ts';
import { webDigests } from '../../infra/digests/web.ts';
import type { Identity } from '../../infra/identity/port.ts';
import { staticIdentity } from '../../infra/identity/static.ts';
import { glanceImages } from '../../infra/images/glance.ts';
import { type MemoryGlance, memoryGlance } from '../../infra/images/memory.ts';
import { embeddedKeys } from '../../infra/keys/embedded.ts';
import type { Keys } from '../../infra/keys/port.ts';
import type { Log } from '../../infra/log/port.ts';
import { luks1 } from '../../infra/luks/luks1.ts';
import { type MemoryObjects, memoryObjects } from '../../infra/objects/memory.ts';
import type { Secrets } from '../../infra/secrets/port.ts';
import { targetsByText } from '../../infra/webhooks/by-text.ts';
import type { Webhooks } from '../../infra/webhooks/port.ts';
import { MemoryKnobs, type MemoryOptions, MemoryStore, memoryBackend } from '../../workers/drivers/memory/index.ts';
import type { CacheLimits } from '../../workers/ports.ts';
import { type BackendSettings, startWorkers, type WorkerSettings } from '../../workers/start.ts';
import { assertDescribed } from '../openapi/documents.ts';
import { bothLogs, canary, canaryIds, watchSecrets, withChap } from './canaries.ts';
import { dataApiOver, throughDataApi } from './data-api.ts';
import { watchEdges } from './edges.ts';
import { instantNotices } from './instant-notices.ts';
import { people } from './people.ts';
import { type CountingQueue, testQueues } from './queues.ts';
import { assertAffordable, countingRequest, perRequest } from './round-trips.ts';
import { testSecrets } from './secrets.ts';

export interface Asked {
  /** Whose token; null sends none. `member` unless said. */
  readonly as?: string | null;
  /** The microversion: `3.71`, or null for no header. */
  readonly version?: string | null;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Aborted: the client goes away. */
  readonly signal?: AbortSignal;
}

export interface Told {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: answers are read field by field, and a wrong field fails the test
  readonly body: any;
}

export interface Scoria {
  readonly database: CountingDatabase;
  readonly queue: CountingQueue;
  /** Where backups are kept. */
  readonly objects: MemoryObjects;
  /** The image service; its images are asked with the tokens of the people. */
  readonly glance: MemoryGlance;
  readonly secrets: Secrets;
  readonly backends: readonly { readonly knobs: MemoryKnobs; readonly store: MemoryStore }[];
  ask(method: string, path: string, asked?: Asked): Promise<Told>;
  /** Asks until the answer is as wanted; fails after 30 s, or a minute with a clock of its own; four times that through the Data API. */
  until(path: string, wanted: (told: Told) => boolean | Promise<boolean>, asked?: Asked): Promise<Told>;
  /** The answer to a GET, of which nothing has been read: a stream. */
  open(path: string, asked?: Asked): Promise<Response>;
  /** A volume that has become available. */
  // biome-ignore lint/suspicious/noExplicitAny: see Told
  makeVolume(fields?: Readonly<Record<string, unknown>>, asked?: Asked): Promise<any>;
  close(): Promise<void>;
}

export interface HarnessOptions {
  /** See Needs in queues.ts. */
  readonly queue?: 'memory';
  readonly settings?: Partial<ApiSettings>;
  /** Without workers nothing that was begun goes on. */
  readonly workers?: boolean;
  /** Whose time it is; the machine's unless said. */
  readonly clock?: Clock;
  /** On the database of another one, which is not closed with this one. */
  readonly shares?: Pick<Scoria, 'database'> & Partial<Pick<Scoria, 'glance' | 'secrets' | 'queue'>>;
  /** What a policy file says. */
  readonly overrides?: readonly Override[];
  /** Who checks the tokens; the people of the tests unless said. */
  readonly identity?: Identity;
  /** The cluster of the back ends; none unless said. */
  readonly cluster?: string;
  /** The host of the workers; `test` unless said. */
  readonly host?: string;
  /** Of the two back ends, how many there are. */
  readonly backendCount?: 1;
  readonly imageCache?: CacheLimits;
  /** There is no image service. */
  readonly images?: 'none';
  /** What reads images of other formats than raw; nothing does unless said. */
  readonly converter?: Converter;
  /** Where keys are kept; sealed in the database unless said. */
  readonly keys?: Keys;
  /** What the back end `one` can do besides. */
  readonly one?: Pick<MemoryOptions, 'targets' | 'growsOnHost'>;
  /** Back ends beside those in memory. */
  readonly further?: readonly BackendSettings[];
  /** The compute service; there is none unless said. */
  readonly nova?: MemoryNova;
  /** What limits count with; nothing is limited without. */
  readonly counters?: Counters;
  /** What sends events to subscriptions; nothing does unless said. */
  readonly webhooks?: Webhooks;
  /** Where it logs; nowhere unless said, or to the terminal with TEST_LOG. */
  readonly log?: Log;
}

/**
 * A fresh database with every migration: PGlite, or a schema of its own on TEST_DATABASE_URL; with
 * TEST_DATABASE=data-api either of them through the Data API.
 */
export async function freshDatabase(): Promise<Migratable> {
  const migrations = readMigrations();
  const url = process.env.TEST_DATABASE_URL;
  if (url === undefined) {
    const template = await databaseTemplate(migrations);
    return watchEdges(await (throughDataApi ? dataApiOver({ template }) : pgliteDatabase({ memory: true, template })));
  }
  const database = throughDataApi ? await dataApiOver({ url }) : postgresDatabase({ url });
  await database.script('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  await migrate(database, migrations);
  return watchEdges(database);
}

export async function startScoria(options: HarnessOptions = {}): Promise<Scoria> {
  const clock = options.clock ?? systemClock();
  const real = systemClock();
  const ids = canaryIds();
  const toStderr = process.env.TEST_LOG === undefined ? undefined : (line: string) => process.stderr.write(line);
  const watch = watchSecrets(clock.now, toStderr);
  const log = options.log === undefined ? watch.log : bothLogs(watch.log, options.log);
  const inner = options.shares?.database ?? (await freshDatabase());
  const database = options.shares?.database ?? countingDatabase(inner);
  if ('watch' in clock) (clock as VirtualClock).watch('statements', () => database.underWay); // no other clock has it
  // Workers on one database have one queue; what begins work without workers has one that nobody else sees.
  const shared = options.workers === false ? undefined : options.shares?.queue;
  const hears = options.workers !== false && options.clock === undefined;
  const own = testQueues({ database: inner, clock, log, hears, inMemory: options.queue === 'memory' });
  const queue = shared ?? own.queue;
  const objects = memoryObjects();
  const glance = options.shares?.glance ?? memoryGlance(() => ids.uuid());
  const images = glanceImages(glance);
  const secrets = options.shares?.secrets ?? testSecrets;
  const identity = options.identity ?? staticIdentity(peoplesTokens);
  const ports = {
    database,
    queue,
    objects,
    ...(options.images === 'none' ? {} : { images }),
    luks: luks1(),
    ...(options.converter === undefined ? {} : { converter: options.converter }),
    clock,
    ids,
    digests: webDigests(),
    log,
    identity,
    secrets,
    keys: options.keys ?? embeddedKeys(secrets),
    notices: options.workers === false ? instantNotices({ database: inner, clock, log, secrets }) : own.notices,
    ...(options.nova === undefined ? {} : { compute: options.nova.compute }),
    ...(options.counters === undefined ? {} : { counters: options.counters }),
    ...(options.webhooks === undefined ? {} : { webhooks: options.webhooks }),
  };
  const app = createApp(
    storageServices,
    { webhooks: targetsByText([]), ...ports, database: perRequest(database) },
    { ...defaultSettings, ...options.settings },
    options.overrides,
  );
  const backends = ['one', 'two']
    .slice(0, options.backendCount)
    .map(() => ({ knobs: new MemoryKnobs(), store: new MemoryStore() }));
  const { host = 'test', cluster = null } = options;
  const inMemory = workerSettings(backends, options.one);
  const workers = {
    ...{ ...inMemory, backends: [...inMemory.backends, ...(options.further ?? [])] },
    ...{ host, cluster, imageCache: options.imageCache ?? null },
  };
  const running = options.workers === false ? { stop: async () => {} } : await startWorkers(ports, workers);
  const tokenOf = options.identity === undefined ? tokenOfPerson : (token: string) => token;
  // A rule of a policy file may ask for the owner of its target; what Nova was asked about is begun again.
  const further = (options.overrides === undefined ? 0 : 1) + (options.nova === undefined ? 0 : 1);
  const ask = async (method: string, path: string, asked: Asked = {}) => {
    const told = await send(app, method, path, asked, tokenOf, further);
    if (told.status >= 400) watch.look(`${method} ${path}`, told.text);
    return told;
  };
  const until: Scoria['until'] = async (path, wanted, asked) => {
    // Under a clock that is moved by hand, hours of work pass in between.
    const deadline = real.now() + (options.clock === undefined ? 30_000 : 60_000) * (throughDataApi ? 4 : 1);
    for (;;) {
      const told = await ask('GET', path, asked);
      if (await wanted(told)) return told;
      if (real.now() > deadline) throw new Error(`${path} never became as wanted: ${told.status} ${told.text}`);
      await real.sleep(2);
    }
  };
  return {
    database,
    queue,
    objects,
    glance,
    secrets,
    backends,
    ask,
    until,
    open: async (path, asked = {}) => app.fetch(requestOf('GET', path, asked, tokenOf)),
    async makeVolume(fields = {}, asked = {}) {
      const made = await ask('POST', '/v3/volumes', { ...asked, body: { volume: { size: 1, ...fields } } });
      if (made.status !== 202) throw new Error(`create: ${made.status} ${made.text}`);
      const path = `/v3/volumes/${made.body.volume.id}`;
      const told = await until(path, ({ body }) => body.volume.status !== 'creating', { version: '3.71', ...asked });
      return told.body.volume;
    },
    async close() {
      await stopped(running.stop(), clock);
      await own.queue.close();
      await watch.search(inner);
      if (options.shares === undefined) await database.close();
      watch.done();
    },
  };
}

/** Under a clock that stands still, what hangs would never be given up: time passes until everything has stopped. */
async function stopped(stopping: Promise<void>, clock: Clock): Promise<void> {
  let isOver = false;
  const over = stopping.finally(() => {
    isOver = true;
  });
  while (!isOver && 'advance' in clock) {
    await (clock as VirtualClock).advance(1_000); // no other clock has it
  }
  await over;
}

type Memory = Scoria['backends'][number];

function workerSettings(
  backends: readonly Memory[],
  one: HarnessOptions['one'] = {},
): Omit<WorkerSettings, 'host' | 'cluster'> {
  return {
    zone: 'nova',
    workers: { scheduler: 2, quick: 4, long: 4 },
    isSole: true,
    backends: backends.map((memory, index) => ({
      name: index === 0 ? 'one' : 'two',
      open: async () =>
        withChap(
          memoryBackend(
            { pools: [{ name: 'pool', totalGiB: 10_000 }], store: memory.store, ...(index === 0 ? one : {}) },
            memory.knobs,
          ),
        ),
    })),
  };
}

type App = ReturnType<typeof createApp>;

/** Each person's token is a secret that must not be found again. */
export const tokenOfPerson = (name: string) => canary(`token-of-${name}`);
export const peoplesTokens = new Map(Object.entries(people).map(([name, actor]) => [tokenOfPerson(name), actor]));

/**
 * Sends a request. Fails when its answer is not as OpenAPI says, or has taken more statements than its operation may.
 */
async function send(
  app: App,
  method: string,
  path: string,
  asked: Asked,
  tokenOf: (name: string) => string,
  further: number,
): Promise<Told> {
  const request = requestOf(method, path, asked, tokenOf);
  const body = bodyOf(asked);
  const [response, sent] = await countingRequest(async () => app.fetch(request));
  const text = await response.text();
  const { status } = response;
  const operation = assertDescribed({ method, path, requestBody: body, status, headers: response.headers, text });
  if (operation !== undefined) assertAffordable(operation, sent, further, request.headers.has('prefer'));
  const isJson = response.headers.get('content-type')?.startsWith('application/json') && text !== '';
  return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : null };
}

const bodyOf = ({ body }: Asked): string | null =>
  body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body);

function requestOf(method: string, path: string, asked: Asked, tokenOf: (name: string) => string): Request {
  const headers: Record<string, string> = { ...asked.headers };
  const token = asked.as === undefined ? 'member' : asked.as;
  if (token !== null) headers['X-Auth-Token'] = tokenOf(token);
  const service = headers['X-Service-Token'];
  if (service !== undefined) headers['X-Service-Token'] = tokenOf(service);
  if (asked.version != null) headers['OpenStack-API-Version'] = `volume ${asked.version}`;
  const body = bodyOf(asked);
  if (body !== null) headers['Content-Type'] ??= 'application/json';
  return new Request(`http://127.0.0.1:8776${path}`, { method, headers, body, signal: asked.signal ?? null });
}
