// The HTTP server on Node, with everything that Node and @hono/node-server leave open: how long a client may take to
// send and to read, how many connections it may have, and how much may lie here unsent meanwhile.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { ServerLimits } from './limits.ts';
import { Shares } from './shares.ts';
import { Slow } from './slow.ts';

export interface ServerOptions {
  readonly limits: ServerLimits;
  /** Bodies are read no further; who answers refuses them. */
  readonly maxBodyBytes: number;
  /** The key of a client by its address; null: not to be told from others. */
  readonly clientOf: (address: string) => string | null;
}

/** Answers a request that is whole. Its body is in `rawBody`, where @hono/node-server looks for it. */
export type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** Requests that one connection may send ahead. No client of OpenStack sends any; 64 KiB of them would be 2,400. */
const mostAhead = 16;

/**
 * A client that sent more ahead, or whose unfinished bodies were too much, may not connect for this long: Node parses
 * all that came, also of a closed connection.
 */
const pauseMilliseconds = 1000;

/** Of all clients together: what they have not sent to its end, and what they have not read. */
const mostUnsentBytes = 32 * 2 ** 20;
const mostUnreadBytes = 64 * 2 ** 20;

/** How long requests wait that come while the service starts; it may wait much longer for its database. */
const startMilliseconds = 5_000;

const notYet: Listener = (_request, response) => {
  response.writeHead(503, { 'Retry-After': '5', 'Content-Type': 'text/plain' }).end('Scoria is starting. Try again.\n');
};

/**
 * A server that is not listening yet. A request reaches its listener when it is whole, and the next one of the same
 * connection when the client has taken the answer to the one before; until `serve` is called they wait, some seconds,
 * and are then told to come again. Whoever is too slow is cut off, and of those the slowest first when all together
 * hold too much memory.
 */
export function nodeServer({ limits, maxBodyBytes, clientOf }: ServerOptions) {
  const { promise, resolve: serve } = Promise.withResolvers<Listener>();
  const answers = new Slow(mostUnreadBytes, limits.answerSeconds);
  const server = createServer({
    headersTimeout: limits.headerSeconds * 1000,
    requestTimeout: Math.max(limits.headerSeconds, limits.requestSeconds) * 1000,
    connectionsCheckingInterval: 1000,
  });
  const pause = pauses(server, clientOf);
  const bodies = new Slow(mostUnsentBytes, null, pause);
  if (limits.connections !== null) server.maxConnections = limits.connections;
  limitClients(server, limits.connectionsPerClient, clientOf);

  let listener: Listener | null = null;
  void promise.then((one) => {
    listener = one;
  });
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    if (hasBody(request)) await receive(request, response, maxBodyBytes, bodies);
    const found = listener ?? (await Promise.race([promise, setTimeout(startMilliseconds, notYet, { ref: false })]));
    watchReading(answers, response);
    found(request, response);
  };
  const take = (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    const isTaken = inTurn(socket, response, () => void answer(request, response));
    if (!isTaken) pause(socket);
  };
  server.on('request', take);
  server.on('checkContinue', take);
  return { server, serve };
}

function limitClients(server: Server, most: number | null, clientOf: ServerOptions['clientOf']): void {
  if (most === null) return;
  const shares = new Shares(most);
  server.on('connection', (socket) => {
    const client = clientOf(socket.remoteAddress ?? '');
    if (client === null) return;
    if (shares.enter(client)) socket.once('close', () => shares.leave(client));
    else socket.destroy();
  });
}

/**
 * Closes a connection, those of the same client from which nothing was read yet, and those that the client opens in the
 * next second.
 */
function pauses(server: Server, clientOf: ServerOptions['clientOf']): (socket: Socket) => void {
  const paused = new Set<string>();
  const open = new Map<string, Set<Socket>>();
  server.on('connection', (socket) => {
    const client = clientOf(socket.remoteAddress ?? '');
    if (client === null) return;
    if (paused.has(client)) {
      socket.destroy();
      return;
    }
    const sockets = open.get(client) ?? new Set();
    open.set(client, sockets.add(socket));
    socket.once('close', () => {
      sockets.delete(socket);
      if (sockets.size === 0) open.delete(client);
    });
  });
  return (socket) => {
    const client = clientOf(socket.remoteAddress ?? '');
    socket.destroy();
    if (client === null || paused.has(client)) return;
    paused.add(client);
    globalThis.setTimeout(() => paused.delete(client), pauseMilliseconds).unref();
    for (const other of open.get(client) ?? []) if (other.bytesRead === 0) other.destroy();
  };
}

const turns = new WeakMap<Socket, (() => void)[]>();

/**
 * Begins when the answers before it on that connection have been taken: what waits is a request, not an answer. False
 * when too many wait already.
 */
function inTurn(socket: Socket, response: ServerResponse, begin: () => void): boolean {
  if (socket.destroyed) return true;
  const waiting = turns.get(socket);
  const start = () => {
    response.once('close', () => next(socket));
    begin();
  };
  if (waiting === undefined) {
    turns.set(socket, []);
    start();
  } else if (waiting.length < mostAhead) waiting.push(start);
  else return false;
  return true;
}

function next(socket: Socket): void {
  const start = socket.destroyed ? undefined : turns.get(socket)?.shift();
  if (start === undefined) turns.delete(socket);
  else start();
}

const hasBody = ({ headers }: IncomingMessage) =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';

/**
 * Resolves when the body is in `rawBody`: whole, or longer than it may be. What says beforehand that it is longer is
 * not read at all. Never resolves when the client goes away, or is cut off for being slow.
 */
function receive(request: IncomingMessage, response: ServerResponse, maxBytes: number, slow: Slow): Promise<void> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return Promise.resolve();
  if (request.headers.expect !== undefined) response.writeContinue();
  const chunks: Buffer[] = [];
  let length = 0;
  const waiting = slow.enter(request.socket, 0);
  return new Promise((resolve) => {
    const end = () => {
      waiting.leave();
      request.off('data', more).off('end', end).pause();
      Object.assign(request, { rawBody: chunks.length === 1 ? chunks[0] : Buffer.concat(chunks) });
      resolve();
    };
    const more = (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      waiting.grow(chunk.length);
      if (length > maxBytes) end();
    };
    request.on('data', more).on('end', end);
    request.on('error', () => {}); // the client went away
    request.once('close', () => waiting.leave());
  });
}

/** An answer that the kernel took at once is nobody's concern: the common case costs one comparison. */
function watchReading(slow: Slow, response: ServerResponse): void {
  response.once('prefinish', () => {
    const { socket } = response;
    if (socket === null || socket.writableLength === 0) return;
    const waiting = slow.enter(socket, socket.writableLength);
    response.once('close', () => waiting.leave());
  });
}
