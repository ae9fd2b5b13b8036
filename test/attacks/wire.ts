// A real server for a house, and requests to it byte by byte.
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import type { Hono } from 'hono';

export interface Wire {
  readonly port: number;
  /** Sends these lines as they are, a head without a body, and returns all that comes back until the server closes. */
  send(lines: readonly string[]): Promise<string>;
  close(): void;
}

/** Serves the app as `scoria start` does, on a free port. */
export async function openWire(app: Hono): Promise<Wire> {
  const server = createAdaptorServer({ fetch: app.fetch, hostname: 'scoria.test' });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on a port
  return {
    port,
    async send(lines) {
      const socket = connect(port, '127.0.0.1');
      socket.write(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'));
      let told = '';
      socket.setEncoding('latin1').on('data', (chunk: string) => {
        told += chunk;
      });
      socket.on('error', () => {}); // a server may close on such bytes before they are all sent
      await once(socket, 'close');
      return told;
    },
    close: () => server.close(),
  };
}

/** Every status in what came back. */
export const statusesIn = (told: string): number[] =>
  [...told.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map((found) => Number(found[1]));
