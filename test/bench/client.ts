// A lean HTTP/1.1 client: one socket, one request at a time. fetch() costs 3 to 5 times as much processor time as
// the answer of a bare server, and the client shares two cores with what it measures.
import { connect, type Socket } from 'node:net';

export interface Reply {
  readonly status: number;
  readonly head: string;
  /** Empty unless the body was asked for. */
  readonly body: string;
  readonly bytes: number;
}

interface Waiting {
  readonly keep: boolean;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

const headEnd = Buffer.from('\r\n\r\n');
const lastChunk = '0\r\n\r\n';

export class Connection {
  readonly #socket: Socket;
  #waiting: Waiting | null = null;
  #pieces: Buffer[] = [];
  #head: string | null = null;
  /** Bytes of the body still to come; -1: chunked, ends with the last chunk. */
  #left = 0;
  #bytes = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (data) => this.#read(data));
    socket.on('close', () => this.#fail(new Error('the server closed the connection')));
    socket.on('error', (error) => this.#fail(error));
  }

  static open(port: number): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new Connection(socket));
      });
    });
  }

  /** Sends a request that is already in bytes. `keep` returns the body too. */
  send(request: Buffer, keep = false): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.#waiting = { keep, resolve, reject };
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #fail(error: Error): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.reject(error);
  }

  #read(data: Buffer): void {
    if (this.#head !== null) {
      this.#readBody(data);
      return;
    }
    const whole = this.#pieces.length === 0 ? data : Buffer.concat([...this.#pieces, data]);
    const end = whole.indexOf(headEnd);
    if (end === -1) {
      this.#pieces = [whole];
      return;
    }
    const head = whole.toString('latin1', 0, end);
    this.#head = head;
    this.#left = bodyLength(head);
    this.#pieces = [];
    this.#bytes = 0;
    this.#readBody(whole.subarray(end + 4));
  }

  #readBody(data: Buffer): void {
    this.#bytes += data.length;
    if (this.#waiting?.keep) this.#pieces.push(data);
    const isOver =
      this.#left === -1
        ? data.length >= 5 && data.toString('latin1', data.length - 5) === lastChunk
        : this.#bytes >= this.#left;
    if (isOver) this.#end();
  }

  #end(): void {
    const head = this.#head ?? '';
    const waiting = this.#waiting;
    const text = waiting?.keep ? Buffer.concat(this.#pieces).toString('utf8') : '';
    const body = this.#left === -1 && waiting?.keep ? unchunked(text) : text;
    const bytes = this.#bytes;
    this.#waiting = null;
    this.#head = null;
    this.#pieces = [];
    waiting?.resolve({ status: Number(head.slice(9, 12)), head, body, bytes });
  }
}

function bodyLength(head: string): number {
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) return Number(length);
  return /\r\ntransfer-encoding: *chunked/i.test(head) ? -1 : 0;
}

/** ASCII only: our answers are, apart from what we put in them ourselves. */
function unchunked(text: string): string {
  let out = '';
  for (let at = 0; at < text.length; ) {
    const end = text.indexOf('\r\n', at);
    const size = Number.parseInt(text.slice(at, end), 16);
    out += text.slice(end + 2, end + 2 + size);
    at = end + 2 + size + 2;
    if (size === 0) break;
  }
  return out;
}

export interface Wanted {
  readonly method?: string;
  readonly path: string;
  readonly token?: string;
  readonly body?: unknown;
  /** Seconds; RFC 7240. */
  readonly wait?: number;
}

/** A request in bytes, as the OpenStack clients send it: newest microversion, JSON, keep-alive. */
export function requestBytes({ method = 'GET', path, token, body, wait }: Wanted): Buffer {
  const text = body === undefined ? '' : JSON.stringify(body);
  const lines = [
    `${method} ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    'Accept: application/json',
    'User-Agent: scoria-bench',
    ...(token === undefined ? [] : [`X-Auth-Token: ${token}`, 'OpenStack-API-Version: volume 3.71']),
    ...(wait === undefined ? [] : [`Prefer: wait=${wait}`]),
    ...(body === undefined ? [] : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(text)}`]),
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${text}`);
}

/** One request over a connection of its own. */
export async function once(port: number, wanted: Wanted): Promise<Reply> {
  const connection = await Connection.open(port);
  try {
    return await connection.send(requestBytes(wanted), true);
  } finally {
    connection.close();
  }
}
