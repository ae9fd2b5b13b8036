// A dashboard that answers as a test says, for what a real one does seldom: it is slow, dies, lies about names.
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface Request {
  readonly method: string;
  /** Behind /api, decoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly token: string | null;
  readonly body: unknown;
}

export interface Reply {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Dashboard {
  readonly url: string;
  /** What it was asked, in order, as `GET /pool`. */
  readonly asked: string[];
  close(): Promise<void>;
}

/** Serves until closed. What `reply` answers null to has the answers of an empty cluster with the pool `volumes`. */
export async function startDashboard(
  reply: (request: Request) => Reply | null,
  tls?: { readonly key: Buffer; readonly cert: Buffer },
): Promise<Dashboard> {
  const asked: string[] = [];
  const listener: RequestListener = async (incoming, outgoing) => {
    let text = '';
    for await (const part of incoming) text += part;
    const url = new URL(incoming.url ?? '', 'http://x');
    const request: Request = {
      method: incoming.method ?? '',
      path: decodeURIComponent(url.pathname.replace(/^\/api/, '')),
      query: url.searchParams,
      token: incoming.headers.authorization?.replace('Bearer ', '') ?? null,
      body: text === '' ? null : JSON.parse(text),
    };
    asked.push(`${request.method} ${request.path}`);
    const { status = 200, body = null, headers = {} } = reply(request) ?? usual(request);
    outgoing.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // it listens on a port
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function usual({ path }: Request): Reply {
  if (path === '/auth') return { body: { token: 'token-1' } };
  if (path === '/summary') return { body: { version: 'ceph version 16.2.15' } };
  if (path === '/pool') {
    return { body: [{ pool_name: 'volumes', stats: { max_avail: { latest: 2 ** 33 }, stored: { latest: 0 } } }] };
  }
  if (path === '/block/image/trash') return { body: [{ status: 0, value: [], pool_name: 'volumes' }] };
  return { status: 404, body: { detail: 'there is nothing' } };
}
