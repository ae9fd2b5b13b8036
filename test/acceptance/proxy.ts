// A proxy in front of a service: what real clients get is held against the OpenAPI documents that the service itself
// gives out. It changes nothing of a request or an answer, and costs the service nothing.
import { appendFileSync } from 'node:fs';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';
import { type Document, minorOf, wrongs } from '../openapi/answers.ts';

export interface Proxy {
  readonly url: string;
  /** Ends the proxy when every answer that was passed on has been looked at; fails when one was wrong. */
  close(): Promise<void>;
}

/** What all proxies of this process have seen. */
const seen = { validated: 0, wrong: [] as string[] };
/** Where a runner of several processes adds them up. */
const tally = process.env.ACCEPTANCE_TALLY;

export const summary = (validated: number, wrong: number) =>
  `${validated} answers held against OpenAPI, ${wrong} wrong\n`;

process.on('exit', () => {
  if (seen.validated === 0) return;
  const suite = basename(process.argv[1] ?? 'unknown', '.ts');
  const count = { suite, validated: seen.validated, wrong: seen.wrong.length };
  if (tally === undefined) process.stdout.write(summary(count.validated, count.wrong));
  else appendFileSync(tally, `${JSON.stringify(count)}\n`);
  for (const one of new Set(seen.wrong)) process.stdout.write(`WRONG ${suite}: ${one}\n`);
  if (seen.wrong.length > 0) process.exitCode = 1;
});

/** Starts a proxy on a free port of 127.0.0.1, in front of a service that will listen on a port of it. */
export async function startProxy(port: number): Promise<Proxy> {
  const agent = new Agent({ keepAlive: true });
  const documents = new Map<number | null, Promise<Document>>();
  const looks = new Set<Promise<void>>();

  const documentAt = (minor: number | null) => {
    const known = documents.get(minor);
    if (known !== undefined) return known;
    const query = minor === null ? '' : `?version=3.${minor}`;
    const made = fetch(`http://127.0.0.1:${port}/openapi.json${query}`).then((told) => told.json());
    documents.set(minor, made);
    return made;
  };

  async function look(asked: IncomingMessage, body: Buffer, told: IncomingMessage, text: string): Promise<void> {
    const path = asked.url ?? '/';
    if (path.startsWith('/identity')) return;
    const headers = new Headers(Object.entries(told.headers).map(([name, value]) => [name, String(value)]));
    const minor = minorOf(headers);
    const status = told.statusCode ?? 0;
    const exchange = { method: asked.method ?? 'GET', path, requestBody: body.toString(), status, headers, text };
    const wrong = wrongs(await documentAt(minor), exchange);
    seen.validated += 1;
    if (wrong.length === 0) return;
    // Ids are not worth a line each.
    const place = path.replace(/\?.*/, '').replace(/[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}/g, '…');
    seen.wrong.push(
      `${asked.method} ${place} at ${minor === null ? 'none' : `3.${minor}`}, ${status}: ${wrong.join('; ')}`,
    );
  }

  async function pass(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const body = await read(asked);
    const told = await send({ agent, port, asked, body });
    if (told.headers['content-type'] === 'text/event-stream') {
      // It has no end to wait for; what is in it is not described.
      answer.writeHead(told.statusCode ?? 502, told.rawHeaders);
      answer.on('close', () => told.destroy());
      told.pipe(answer);
      return;
    }
    const bytes = await read(told);
    answer.writeHead(told.statusCode ?? 502, told.rawHeaders);
    answer.end(bytes);
    const looking = look(asked, body, told, bytes.toString()).catch(() => {}); // it was killed before it told its document
    looks.add(looking);
    void looking.finally(() => looks.delete(looking));
  }

  const server = createServer((asked, answer) => {
    // A service that dies takes the connections of its clients with it.
    pass(asked, answer).catch(() => void answer.destroy());
  });
  server.unref();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address() as AddressInfo; // it listens on a port
  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      await Promise.all(looks);
      server.close();
      server.closeIdleConnections();
      agent.destroy();
      if (seen.wrong.length > 0) throw new Error(`answers are not as OpenAPI says:\n${seen.wrong.join('\n')}`);
    },
  };
}

async function read(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

interface Sent {
  readonly agent: Agent;
  readonly port: number;
  readonly asked: IncomingMessage;
  readonly body: Buffer;
}

function send({ agent, port, asked, body }: Sent): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options = { agent, host: '127.0.0.1', port, method: asked.method, path: asked.url, headers: asked.headers };
    const outgoing = request(options, resolve);
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
