// Runs Scoria, or parts of it, until it is told to stop.
import { once } from 'node:events';
import { getRequestListener } from '@hono/node-server';
import { createApp } from '../functions/app.ts';
import { nodePorts } from '../functions/main.node.ts';
import { defaultSettings } from '../functions/settings.ts';
import { DirectoryBusyError, lockDirectory } from '../infra/database/directory-lock.ts';
import { tendMemory } from '../infra/memory/quiet.ts';
import { SecretsError } from '../infra/secrets/port.ts';
import { checkShared } from '../infra/secrets/shared.ts';
import { backend } from '../workers/main.node.ts';
import {
  type BackendSettings,
  type Running,
  startBackends,
  startBackups,
  startDispatcher,
  startScheduler,
  startSweeper,
} from '../workers/start.ts';
import { resolveBackend } from './backends/resolve.ts';
import { CommandError, type Context, exit } from './command.ts';
import { externalUrl, greet } from './greeting.ts';
import { type Listening, listen, urlOf } from './listening.ts';
import { openFolder } from './open.ts';
import { readExternalIdentity, readPolicy } from './operator-files.ts';
import { firstUsers } from './passwords.ts';
import { servicesOf } from './services.ts';
import { readSettings, type Settings } from './settings.ts';
import { interrupted } from './stopping.ts';
import type { Waiting } from './waiting.ts';

/** What a process consists of. */
export interface Parts {
  readonly api: boolean;
  /** The scheduler, and the sweeper of all queues. */
  readonly scheduler: boolean;
  /** The back ends whose work it does. */
  readonly backends: readonly string[];
}

type Ports = ReturnType<typeof nodePorts>['ports'];
type Stop = () => Promise<void>;

/** Runs the parts until the process is told to stop; work in progress ends first. */
export async function runParts(context: Context, settings: Settings, parts: Parts): Promise<number> {
  const stopping = interrupted(context.env);
  const stopped = once(stopping, 'abort').then(() => {
    context.say('stopping: work under way ends first, the rest goes on at the next start');
  });
  const listening = parts.api ? await listen(settings) : null;
  const stops: Stop[] = [];
  try {
    await begin({ ...context, signal: stopping }, settings, parts, listening, (stop) => stops.unshift(stop));
    await stopped;
    listening?.server.close();
    listening?.server.closeIdleConnections();
    return exit.ok;
  } finally {
    for (const stop of stops) await stop();
    listening?.server.closeAllConnections();
    listening?.server.close();
  }
}

/** The settings of a verb that runs one part. */
export function readSharedSettings(context: Context, verb: string): Settings {
  const settings = readSettings(context);
  if (settings.databaseUrl !== null) return settings;
  throw new CommandError(
    `scoria ${verb} needs DATABASE_URL: parts that run by themselves meet in a PostgreSQL. Without one, scoria start runs everything.`,
    exit.usage,
  );
}

/** Starts everything. What was started is stopped in the opposite order. */
async function begin(
  context: Context & Waiting,
  settings: Settings,
  parts: Parts,
  listening: Listening | null,
  later: (stop: Stop) => void,
): Promise<void> {
  const memory = tendMemory();
  later(async () => memory.stop());
  const files = { ...readPolicy(settings), external: await readExternalIdentity(settings) };
  for (const warning of files.warnings) context.say(`policy: ${warning}`);
  const opened = await openFolder(settings, context, isWhole(settings, parts));
  later(opened.close);
  const { ports, load, close } = nodePorts({ ...settings, external: files.external }, opened.database);
  later(close);
  if (settings.databaseUrl !== null) await checkShared(ports).catch((error: unknown) => otherSecrets(error, settings));
  // With another identity service, the users are not ours to create.
  const { keystone } = ports;
  const passwords = !parts.api || keystone === undefined ? null : await firstUsers(settings, { ...ports, keystone });
  await load();
  for (const running of await startParts({ settings, parts, env: context.env, say: context.say }, ports, later))
    later(running.stop);
  if (listening === null) {
    context.say(`${context.bold('Scoria')} is up: ${partsOf(settings, parts)}`);
    return;
  }
  const url = settings.publicUrl?.replace(/(?<!\/)\/+$/, '') ?? urlOf(listening.server);
  const api = apiSettings(settings, url);
  const app = createApp(servicesOf(ports, api), ports, api, files.overrides);
  // Load balancers probe with HTTP/1.0, which needs no Host: then links contain the address that we listen on.
  listening.serve(getRequestListener(app.fetch, { hostname: new URL(urlOf(listening.server)).host }));
  greet(context, settings, url, passwords);
}

/** A process with all parts holds the data folder exclusively; single parts on one PostgreSQL may share it. */
const isWhole = (settings: Settings, parts: Parts) =>
  settings.databaseUrl === null || (parts.api && parts.scheduler && parts.backends.length > 0);

/** The names of all back ends. */
export const namesOf = ({ backends }: Settings): string[] => backends.map(({ name }) => name);

const partsOf = ({ workerHost }: Settings, { scheduler, backends }: Parts) =>
  [...(scheduler ? ['scheduler'] : []), ...backends.map((name) => `worker of ${workerHost}@${name}`)].join(', ');

interface Starting extends Pick<Context, 'env' | 'say'> {
  readonly settings: Settings;
  readonly parts: Parts;
}

async function startParts(starting: Starting, ports: Ports, later: (stop: Stop) => void): Promise<Running[]> {
  const { settings, parts } = starting;
  const place = { host: settings.workerHost, zone: settings.zone, cluster: settings.cluster };
  const running: Running[] = [];
  if (parts.backends.length > 0) {
    const { imageCacheCount: mostCount, imageCacheGiB: mostGiB, workers } = settings;
    const backends: BackendSettings[] = [];
    for (const name of parts.backends) backends.push(await backendOf(starting, name, later));
    const imageCache = mostCount === 0 ? null : { mostCount, mostGiB };
    running.push(await startBackends(ports, { ...place, backends, workers, imageCache }));
    running.push(await startBackups(ports, place));
  }
  if (parts.scheduler) {
    const { scheduling, workers } = settings;
    running.push(await startScheduler({ ...ports, scheduling }, place, workers.scheduler));
    running.push(await startSweeper(ports, settings.databaseUrl === null, settings.retention));
    running.push(startDispatcher(ports, settings.webhooks));
  }
  return running;
}

/** A back end has its folder to itself: two processes would delete each other's half-made objects. */
async function backendOf(
  { settings, env, say }: Starting,
  name: string,
  later: (stop: Stop) => void,
): Promise<BackendSettings> {
  const entry = settings.backends.find((one) => one.name === name);
  if (entry === undefined) throw new CommandError(`there is no back end ${name}`, exit.usage);
  const { driver, settings: own } = await resolveBackend(entry, settings.folder, env);
  if (driver.name !== name) say(`back end ${name}: driver ${driver.name}`);
  const { directory } = own.options;
  if (directory === undefined) return backend(driver, own);
  try {
    const lock = lockDirectory(directory);
    later(async () => lock.release());
  } catch (error) {
    throw error instanceof DirectoryBusyError ? new CommandError(error.message, exit.blocked) : error;
  }
  return backend(driver, own);
}

function apiSettings(settings: Settings, url: string) {
  return {
    ...defaultSettings,
    ...settings.gateway,
    publicUrl: settings.publicUrl,
    identityUrl: externalUrl(settings) ?? `${url}/identity`,
    imageUrl: settings.imageUrl,
    keyManagerUrl: settings.keys.kind === 'barbican' ? settings.keys.url : null,
    region: settings.region,
    defaultAvailabilityZone: settings.zone,
    scheduleMinutes: settings.scheduleMinutes,
  };
}

function otherSecrets(error: unknown, { secretKeys, folder }: Settings): never {
  if (!(error instanceof SecretsError)) throw error;
  const mine = secretKeys === null ? `its own, which were made in ${folder}` : 'those of SCORIA_SECRET_KEYS';
  throw new CommandError(
    `the secrets in the database cannot be opened with the keys of this process (${mine}). Processes that share a database need the same: run \`scoria secrets\` with the settings of the process that began, and set SCORIA_SECRET_KEYS to what it prints in all of them.`,
    exit.blocked,
  );
}
