// What strangers can send without a credential, each bounded in connections and in time.
import { connect, type Socket } from 'node:net';
import { signInBody } from './asking.ts';

export interface Flood {
  readonly name: string;
  /** How many connections it has at once. */
  readonly connections: number;
  /** What a connection sends when it is open, and what it sends again and again. */
  readonly first: (n: number) => string;
  readonly again?: { readonly bytes: string; readonly everyMilliseconds: number };
  /** It is closed so long after it was opened, and opened again. */
  readonly hangsUpAfter?: number;
  /** It reads nothing. */
  readonly isDeaf?: true;
  /** It sends the next request when an answer has come. */
  readonly asksOn?: true;
}

const head = (line: string, ...more: readonly string[]) => [line, 'Host: scoria.test', ...more, '', ''].join('\r\n');
const signIn = 'POST /identity/v3/auth/tokens HTTP/1.1';
const json = 'Content-Type: application/json';
const openapi = 'GET /openapi.json HTTP/1.1';

function wrongPassword(n: number): string {
  const body = signInBody(`nobody-${n}`, 'wrong');
  return head(signIn, json, `Content-Length: ${Buffer.byteLength(body)}`) + body;
}

export const floods: readonly Flood[] = [
  {
    name: 'bodies that are never finished',
    connections: 1030,
    first: () => `${head(signIn, json, 'Content-Length: 1000')}{"auth`,
  },
  {
    name: 'bodies of a byte a second',
    connections: 500,
    first: () => head(signIn, json, 'Content-Length: 1000'),
    again: { bytes: '{', everyMilliseconds: 1000 },
  },
  {
    name: 'chunks without end',
    connections: 300,
    first: () => head(signIn, json, 'Transfer-Encoding: chunked'),
    again: { bytes: '1\r\n \r\n', everyMilliseconds: 200 },
  },
  { name: 'large bodies that lack a byte', connections: 1000, first: largeBody },
  { name: 'half a header', connections: 1030, first: () => 'GET /v3/volumes HTTP/1.1\r\nHost: sco' },
  {
    name: 'headers without end',
    connections: 300,
    first: () => 'GET /v3/volumes HTTP/1.1\r\n',
    again: { bytes: 'X-More: 1\r\n', everyMilliseconds: 500 },
  },
  { name: 'connections that say nothing', connections: 1500, first: () => '' },
  {
    name: 'go-aheads that nobody uses',
    connections: 500,
    first: () => head(signIn, json, 'Content-Length: 1000', 'Expect: 100-continue'),
  },
  { name: 'documents, and hang up', connections: 60, first: () => head(openapi), hangsUpAfter: 20 },
  { name: 'documents that nobody reads', connections: 300, first: () => head(openapi), isDeaf: true },
  { name: 'documents asked for ahead', connections: 30, first: () => head(openapi).repeat(1000), isDeaf: true },
  {
    name: 'documents of every version, by every name of the host',
    connections: 30,
    first: (n) => `GET /openapi.json?version=3.${n % 72} HTTP/1.1\r\nHost: host-${n}\r\n\r\n`,
    asksOn: true,
  },
  { name: 'discovery', connections: 60, first: () => head('GET /v3/ HTTP/1.1'), asksOn: true },
  { name: 'readiness', connections: 60, first: () => head('GET /readyz HTTP/1.1'), asksOn: true },
  {
    name: 'forged tokens',
    connections: 60,
    first: (n) => head('GET /v3/volumes HTTP/1.1', `X-Auth-Token: forged-${n}`),
    asksOn: true,
  },
  { name: 'wrong passwords of nobody', connections: 230, first: wrongPassword, asksOn: true },
];

function largeBody(): string {
  return `${head(signIn, json, 'Content-Length: 100001')}${' '.repeat(100_000)}`;
}

/** Floods a port of this machine until it is stopped; what the server closes is opened again a little later. */
export function begin(flood: Flood, port: number): { stop(): void } {
  const sockets = new Set<Socket>();
  let isOver = false;
  let sent = 0;
  const open = () => {
    if (isOver) return;
    const socket = connect({ port, host: '127.0.0.1' });
    sockets.add(socket);
    const timers: NodeJS.Timeout[] = [];
    socket.on('error', () => {}); // the server may close at any time
    socket.on('connect', () => socket.write(flood.first(sent++)));
    if (flood.isDeaf === true) socket.pause();
    else socket.on('data', (data: Buffer) => answered(data, socket));
    if (flood.again !== undefined) {
      const { bytes, everyMilliseconds } = flood.again;
      timers.push(setInterval(() => socket.write(bytes), everyMilliseconds));
    }
    if (flood.hangsUpAfter !== undefined) timers.push(setTimeout(() => socket.destroy(), flood.hangsUpAfter));
    socket.on('close', () => {
      sockets.delete(socket);
      for (const timer of timers) clearTimeout(timer);
      setTimeout(open, 50).unref();
    });
  };
  /** The head of one answer is as good as the answer: floods are not exact. */
  const answered = (data: Buffer, socket: Socket) => {
    if (flood.asksOn === true && data.includes('HTTP/1.1 ')) socket.write(flood.first(sent++));
  };
  for (let n = 0; n < flood.connections; n += 1) open();
  return {
    stop() {
      isOver = true;
      for (const socket of sockets) socket.destroy();
    },
  };
}
