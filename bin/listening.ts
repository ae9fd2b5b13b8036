// The address that the API listens on.
import type { Server } from 'node:http';
import { clientOf } from '../functions/http/address.ts';
import { defaultSettings } from '../functions/settings.ts';
import { nodeServer } from '../infra/server/node.ts';
import { CommandError, exit } from './command.ts';
import type { Settings } from './settings.ts';

export type Listening = ReturnType<typeof nodeServer>;

/**
 * Connections waiting to be accepted. With Node's default of 511, some of 1,500 clients that connect at once wait a
 * second for their next try.
 */
const backlog = 4096;

/** A server that listens. Requests wait until `serve` provides their handler. */
export function listen(settings: Settings): Promise<Listening> {
  const { maxBodyBytes } = defaultSettings;
  const { server, serve } = nodeServer({ limits: settings.gateway.server, maxBodyBytes, clientOf });
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const where = `${settings.host}:${settings.port}`;
      const why = error.code === 'EADDRINUSE' ? 'something else listens there' : error.message;
      reject(new CommandError(`cannot listen on ${where}: ${why}. Stop it, or set SCORIA_PORT.`, exit.blocked));
    });
    const { port, host } = settings;
    server.listen({ port, host, backlog }, () => resolve({ server, serve }));
  });
}

/** The address under which this machine reaches it. */
export function urlOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('listening on no address');
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host === '0.0.0.0' || host === '[::]' ? '127.0.0.1' : host}:${address.port}`;
}
