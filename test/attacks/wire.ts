// A real server for an app, and connections to it that send byte by byte what no HTTP client would.
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';
import { clientOf } from '../../functions/http/address.ts';
import { defaultSettings } from '../../functions/settings.ts';
import { defaultServerLimits, type ServerLimits } from '../../infra/server/limits.ts';
import { nodeServer } from '../../infra/server/node.ts';

export interface Wire {
  readonly port: number;
  readonly url: string;
  /** How many requests have reached the app. */
  reached(): number;
  open(bytes?: string | Uint8Array): Connection;
  /** Sends these lines as they are, a head without a body, and returns all that comes back until the server closes. */
  send(lines: readonly string[]): Promise<string>;
  close(): Promise<void>;
}

export interface Connection {
  readonly socket: Socket;
  /** What has come so far. */
  told(): string;
  /** Resolves with all that came when the server has closed the connection. */
  readonly closed: Promise<string>;
}

/** Serves the app as `scoria start` does, on a free port. */
export async function openWire(app: Pick<Hono, 'fetch'>, limits: Partial<ServerLimits> = {}): Promise<Wire> {
  const { maxBodyBytes } = defaultSettings;
  const { server, serve } = nodeServer({ limits: { ...defaultServerLimits, ...limits }, maxBodyBytes, clientOf });
  const listener = getRequestListener(app.fetch, { hostname: 'scoria.test' });
  let count = 0;
  serve((request: IncomingMessage, response: ServerResponse) => {
    count += 1;
    void listener(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on a port
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    reached: () => count,
    open: (bytes) => openConnection(port, bytes),
    send: (lines) => openConnection(port, Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')).closed,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function openConnection(port: number, bytes: string | Uint8Array = ''): Connection {
  const socket = connect(port, '127.0.0.1');
  let told = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    told += chunk;
  });
  socket.on('error', () => {}); // a server may close on such bytes before they are all sent
  if (bytes.length > 0) socket.write(bytes);
  const closed = new Promise<string>((resolve) => {
    socket.on('close', () => resolve(told));
  });
  return { socket, told: () => told, closed };
}

/** Every status in what came back. */
export const statusesIn = (told: string): number[] =>
  [...told.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map((found) => Number(found[1]));
