import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { createApp } from '../../functions/app.ts';
import { defaultSettings } from '../../functions/http/ports.ts';
import { nodePorts } from '../../functions/main.node.ts';
import { backend } from '../../workers/main.node.ts';
import { startWorkers } from '../../workers/start.ts';
import { writeClouds } from '../clouds.ts';
import { CommandError, type Context, exit, type Verb } from '../command.ts';
import { type Opened, openFolder } from '../open.ts';
import { firstUsers, type Passwords } from '../passwords.ts';
import { readSettings, type Settings } from '../settings.ts';

export const start: Verb = {
  name: 'start',
  summary: 'run everything in one process: API, identity, scheduler, workers, database',
  help: `usage: scoria start [--json]

Serves Block Storage under /v3 and identity under /identity/v3, writes clouds.yaml where it was started, and runs
until it is interrupted. Data is kept in .scoria (SCORIA_DATA). See scoria --help for the environment.`,
  async run(context) {
    const settings = readSettings(context);
    // Listening comes first: a port that is taken is found out before anything is made.
    const { server, serve } = await listen(settings);
    try {
      const service = await open(context, settings, server, serve);
      await interrupted();
      context.say('stopping: work under way ends first, the rest goes on at the next start');
      await service.stop();
      return exit.ok;
    } finally {
      server.closeAllConnections();
      server.close();
    }
  },
};

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** A server that listens. Requests wait until `serve` is told who answers them. */
function listen(settings: Settings): Promise<{ server: Server; serve: (listener: Listener) => void }> {
  const { promise, resolve: serve } = Promise.withResolvers<Listener>();
  const server = createServer((request, response) => promise.then((listener) => listener(request, response)));
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const where = `${settings.host}:${settings.port}`;
      const why = error.code === 'EADDRINUSE' ? 'something else listens there' : error.message;
      reject(new CommandError(`cannot listen on ${where}: ${why}. Stop it, or set SCORIA_PORT.`, exit.blocked));
    });
    server.listen(settings.port, settings.host, () => resolve({ server, serve }));
  });
}

async function open(context: Context, settings: Settings, server: Server, serve: (listener: Listener) => void) {
  const opened = await openFolder(settings);
  try {
    const { ports, load } = nodePorts(settings, opened.database);
    const passwords = await firstUsers(settings, ports);
    await load();
    const url = settings.publicUrl?.replace(/\/+$/, '') ?? urlOf(server);
    const app = createApp(ports, {
      ...defaultSettings,
      publicUrl: settings.publicUrl,
      identityUrl: `${url}/identity`,
      region: settings.region,
      defaultAvailabilityZone: settings.zone,
    });
    const stopWorkers = await startWorkers(ports, workersOf(settings));
    serve(getRequestListener(app.fetch, { overrideGlobalObjects: false }));
    tell(context, settings, url, passwords);
    return { stop: () => stopAll(server, stopWorkers, ports.queue.close, opened) };
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
    concurrency: 16,
    backends,
    isSole: settings.databaseUrl === null,
  };
}

function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('listening on no address');
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host === '0.0.0.0' || host === '[::]' ? '127.0.0.1' : host}:${address.port}`;
}

function tell(context: Context, settings: Settings, url: string, passwords: Passwords): void {
  const clouds = writeClouds(context.folder, url, settings.region, passwords);
  if (context.json) {
    const facts = { url, blockStorage: `${url}/v3`, identity: `${url}/identity/v3`, folder: settings.folder, clouds };
    context.data(facts, '');
    return;
  }
  context.say(`${context.bold('Scoria')} is up: ${url}`);
  context.say(`  block storage  ${url}/v3`);
  context.say(`  identity       ${url}/identity/v3`);
  context.say(`  data           ${settings.folder}${settings.databaseUrl === null ? '' : ' (and DATABASE_URL)'}`);
  context.say('  users          admin, demo, reader (passwords: passwords.json in the data folder)');
  if (clouds === null) context.say('  clouds.yaml    left alone: there is one here that was not written by scoria');
  else context.say(`  clouds.yaml    ${clouds} (clouds scoria, scoria-admin, scoria-reader)`);
  context.say('Try it in another terminal, in this folder:');
  context.say(`  ${context.bold('export OS_CLOUD=scoria')}`);
  context.say(`  ${context.bold('openstack volume create --size 1 hello && openstack volume list')}`);
  context.say('Ctrl-C stops it; nothing that was acknowledged is lost.');
}

/** One Ctrl-C arrives up to three times: from the terminal, from bin/run.mjs and from npm, which both pass it on. */
const echoMilliseconds = 1_000;

/** Resolves at the first SIGINT or SIGTERM; one that comes a second or more later ends the process at once. */
function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    const first = () => {
      const since = performance.now();
      for (const signal of signals) {
        process.on(signal, () => {
          if (performance.now() - since > echoMilliseconds) process.exit(130);
        });
      }
      resolve();
    };
    for (const signal of signals) process.once(signal, first);
  });
}

const signals = ['SIGINT', 'SIGTERM'] as const;

async function stopAll(
  server: Server,
  stopWorkers: () => Promise<void>,
  closeQueue: () => Promise<void>,
  opened: Opened,
) {
  server.close();
  server.closeIdleConnections();
  await stopWorkers();
  await closeQueue();
  await opened.close();
}
