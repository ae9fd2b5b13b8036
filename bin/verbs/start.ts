import { once } from 'node:events';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { createApp } from '../../functions/app.ts';
import { clientOf } from '../../functions/http/address.ts';
import { defaultSettings } from '../../functions/http/ports.ts';
import { type NodeOptions, nodePorts } from '../../functions/main.node.ts';
import { type Listener, nodeServer } from '../../infra/server/node.ts';
import { backend } from '../../workers/main.node.ts';
import { type Running, startWorkers } from '../../workers/start.ts';
import { type Clouds, writeClouds } from '../clouds.ts';
import { CommandError, type Context, exit, type Verb } from '../command.ts';
import { type Opened, openFolder } from '../open.ts';
import { type PolicyFile, readExternalIdentity, readPolicy } from '../operator-files.ts';
import { firstUsers, type Passwords } from '../passwords.ts';
import { servicesOf } from '../services.ts';
import { readSettings, type Settings } from '../settings.ts';
import { interrupted } from '../stopping.ts';
import type { Waiting } from '../waiting.ts';

export const start: Verb = {
  name: 'start',
  summary: 'run everything in one process: API, identity, scheduler, workers, database',
  help: `usage: scoria start [--json]

Serves Block Storage under /v3 and identity under /identity/v3, writes clouds.yaml where it was started, and runs
until it is interrupted. Data is kept in .scoria (SCORIA_DATA). See scoria --help for the environment.`,
  async run(context) {
    const stopping = interrupted(context.env);
    const stopped = once(stopping, 'abort').then(() => {
      context.say('stopping: work under way ends first, the rest goes on at the next start');
    });
    const settings = readSettings(context);
    const files = { ...readPolicy(settings), external: await readExternalIdentity(settings) };
    for (const warning of files.warnings) context.say(`policy: ${warning}`);
    // Listening comes first: a port that is taken is found out before anything is made.
    const { server, serve } = await listen(settings);
    try {
      const service = await open({ ...context, signal: stopping }, settings, files, server, serve);
      await stopped;
      await service.stop();
      return exit.ok;
    } finally {
      server.closeAllConnections();
      server.close();
    }
  },
};

/** A server that listens. Requests wait until `serve` is told who answers them. */
function listen(settings: Settings): Promise<ReturnType<typeof nodeServer>> {
  const { maxBodyBytes } = defaultSettings;
  const { server, serve } = nodeServer({ limits: settings.gateway.server, maxBodyBytes, clientOf });
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const where = `${settings.host}:${settings.port}`;
      const why = error.code === 'EADDRINUSE' ? 'something else listens there' : error.message;
      reject(new CommandError(`cannot listen on ${where}: ${why}. Stop it, or set SCORIA_PORT.`, exit.blocked));
    });
    server.listen(settings.port, settings.host, () => resolve({ server, serve }));
  });
}

type Files = Pick<PolicyFile, 'overrides'> & Pick<NodeOptions, 'external'>;

async function open(
  context: Context & Waiting,
  settings: Settings,
  files: Files,
  server: Server,
  serve: (listener: Listener) => void,
) {
  const opened = await openFolder(settings, context);
  try {
    const options = { ...settings, external: files.external };
    const { ports, load } = nodePorts(options, opened.database);
    const { keystone } = ports;
    // The users of another identity are its own.
    const passwords = keystone === undefined ? null : await firstUsers(settings, { ...ports, keystone });
    await load();
    const url = settings.publicUrl?.replace(/(?<!\/)\/+$/, '') ?? urlOf(server);
    const api = {
      ...defaultSettings,
      ...settings.gateway,
      publicUrl: settings.publicUrl,
      identityUrl: externalUrl(settings) ?? `${url}/identity`,
      imageUrl: settings.imageUrl,
      keyManagerUrl: settings.keys.kind === 'barbican' ? settings.keys.url : null,
      region: settings.region,
      defaultAvailabilityZone: settings.zone,
    };
    const app = createApp(servicesOf(ports, api), ports, api, files.overrides);
    const workers = await startWorkers(ports, workersOf(settings));
    // Load balancers probe with HTTP/1.0, which needs no Host: links then name the address that is listened on.
    serve(getRequestListener(app.fetch, { hostname: new URL(urlOf(server)).host }));
    tell(context, settings, url, passwords);
    return { stop: () => stopAll(server, workers, ports.queue.close, opened) };
  } catch (error) {
    await opened.close();
    throw error;
  }
}

/** Several back ends, each a folder of its own. */
function workersOf(settings: Settings) {
  const backends = settings.backends.map((name) =>
    backend(name, 'file', { directory: join(settings.folder, 'volumes', name) }),
  );
  return {
    host: settings.workerHost,
    zone: settings.zone,
    cluster: settings.cluster,
    workers: settings.workers,
    backends,
    isSole: settings.databaseUrl === null,
    imageCache:
      settings.imageCacheCount === 0 ? null : { mostCount: settings.imageCacheCount, mostGiB: settings.imageCacheGiB },
  };
}

function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('listening on no address');
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host === '0.0.0.0' || host === '[::]' ? '127.0.0.1' : host}:${address.port}`;
}

/** Where tokens come from when not from us. */
function externalUrl({ identity }: Settings): string | null {
  if (identity === null) return null;
  return identity.kind === 'keystone' ? identity.url : identity.issuer;
}

/** Passwords are null when the users are not ours; then there is no clouds.yaml to write. */
function tell(context: Context, settings: Settings, url: string, passwords: Passwords | null): void {
  const clouds = passwords === null ? null : writeClouds(context.folder, url, settings.region, passwords);
  const identity = externalUrl(settings) ?? `${url}/identity/v3`;
  if (context.json) {
    const path = clouds?.path ?? null;
    context.data({ url, blockStorage: `${url}/v3`, identity, folder: settings.folder, clouds: path }, '');
    if (clouds?.path === null) context.say(`clouds.yaml is left alone: ${clouds.why}`);
    return;
  }
  context.say(`${context.bold('Scoria')} is up: ${url}`);
  context.say(`  block storage  ${url}/v3`);
  context.say(`  identity       ${identity}`);
  context.say(`  data           ${settings.folder}${settings.databaseUrl === null ? '' : ' (and DATABASE_URL)'}`);
  if (clouds !== null) tellUsers(context, clouds);
  context.say('Ctrl-C stops it; nothing that was acknowledged is lost.');
}

function tellUsers(context: Context, clouds: Clouds): void {
  context.say('  users          admin, demo, reader (passwords: passwords.json in the data folder)');
  if (clouds.path === null) context.say(`  clouds.yaml    left alone: ${clouds.why}`);
  else context.say(`  clouds.yaml    ${clouds.path} (clouds scoria, scoria-admin, scoria-reader)`);
  context.say('Try it in another terminal, in this folder (openstack: apt-get install python3-openstackclient):');
  context.say(`  ${context.bold('npm run demo')}`);
  context.say(
    `  ${context.bold('export OS_CLOUD=scoria; openstack volume create --size 1 hello && openstack volume list')}`,
  );
}

async function stopAll(server: Server, workers: Running, closeQueue: () => Promise<void>, opened: Opened) {
  server.close();
  server.closeIdleConnections();
  await workers.stop();
  await closeQueue();
  await opened.close();
}
