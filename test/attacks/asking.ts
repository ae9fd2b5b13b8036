// One request of somebody else, from another address than the flood's, on a connection of its own.
import { connect } from 'node:net';

export interface Asked {
  readonly port: number;
  readonly path: string;
  readonly headers: readonly string[];
  /** JSON, to be posted. Default: none, and a GET. */
  readonly body?: string;
}

/** The body of a sign-in by name and password, in the domain Default. */
export const signInBody = (name: string, password: string) =>
  JSON.stringify({
    auth: { identity: { methods: ['password'], password: { user: { name, domain: { id: 'default' }, password } } } },
  });

/** The status of the answer when it has been read to its end; 0 when there was none. */
export function ask({ port, path, headers, body }: Asked): Promise<number> {
  const socket = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.2' });
  let told = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    told += chunk;
  });
  socket.on('error', () => {}); // no answer is an answer
  const json =
    body === undefined ? [] : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`];
  const line = `${body === undefined ? 'GET' : 'POST'} ${path} HTTP/1.1`;
  const lines = [line, 'Host: scoria.test', 'Connection: close', ...headers, ...json];
  socket.on('connect', () => socket.write(`${lines.join('\r\n')}\r\n\r\n${body ?? ''}`));
  return new Promise((resolve) => {
    socket.on('close', () => resolve(Number(/^HTTP\/1\.1 (\d{3})/.exec(told)?.[1] ?? 0)));
  });
}
