// What stands before functions: a server that turns requests into events of API Gateway, or hands them on as they are.
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { LambdaFunction } from '../../lambda/function.ts';

export type Answer = (asked: IncomingMessage, body: Buffer, answer: ServerResponse) => Promise<void>;

export interface Front {
  close(): void;
}

/** Answers on a port of 127.0.0.1; what fails is a 502, as a gateway says it. */
export async function startFront(port: number, answerOf: (path: string) => Answer): Promise<Front> {
  const server = createServer(async (asked, answer) => {
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of asked) chunks.push(chunk);
      await answerOf(asked.url ?? '/')(asked, Buffer.concat(chunks), answer);
    } catch {
      if (!answer.headersSent) answer.writeHead(502, { 'content-type': 'application/json' });
      answer.end('{"message":"Bad Gateway"}');
    }
  });
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** To the next of several servers, in turn; one that does not take the connection is passed over. `more` goes over a request's headers. */
export function toServers(urls: () => readonly string[], more: Readonly<Record<string, string>> = {}): Answer {
  const agent = new Agent({ keepAlive: false });
  let turn = 0;
  const send = (url: string, asked: IncomingMessage, body: Buffer) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      const options = { agent, method: asked.method, headers: { ...asked.headers, ...more }, path: asked.url };
      const sent = request(url, options, resolve);
      sent.on('error', reject);
      sent.end(body);
    });
  return async (asked, body, answer) => {
    const all = urls();
    turn += 1;
    for (let n = 0; ; n += 1) {
      try {
        const told = await send(all[(turn + n) % all.length] ?? '', asked, body);
        answer.writeHead(told.statusCode ?? 502, told.rawHeaders);
        told.pipe(answer);
        return;
      } catch (error) {
        const isAway = (error as { code?: string }).code === 'ECONNREFUSED';
        if (!isAway || n + 1 >= all.length) throw error;
      }
    }
  };
}

interface Told {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>>;
  readonly cookies?: readonly string[];
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

/** To a function, as API Gateway does (HTTP API, payload version 2). Each of several takes one request at a time. */
export function toFunctions(all: readonly LambdaFunction[]): Answer {
  const idle = [...all];
  const waiting: ((one: LambdaFunction) => void)[] = [];
  const take = async () => idle.pop() ?? (await new Promise<LambdaFunction>((resolve) => waiting.push(resolve)));
  const give = (one: LambdaFunction) => {
    const next = waiting.shift();
    if (next === undefined) idle.push(one);
    else next(one);
  };
  return async (asked, body, answer) => {
    const one = await take();
    try {
      const told = (await one.invoke(eventOf(asked, body))) as Told;
      const cookies = told.cookies === undefined ? {} : { 'set-cookie': [...told.cookies] };
      const text = told.body ?? '';
      answer.writeHead(told.statusCode, { ...told.headers, ...cookies });
      answer.end(asked.method === 'HEAD' ? undefined : Buffer.from(text, told.isBase64Encoded ? 'base64' : 'utf8'));
    } finally {
      give(one);
    }
  };
}

function eventOf(asked: IncomingMessage, body: Buffer) {
  const [path = '/', query = ''] = (asked.url ?? '/').split(/\?(.*)/s);
  const host = asked.headers.host ?? 'localhost';
  // Those of one connection end at the gateway.
  const own = new Set(['connection', 'transfer-encoding', 'content-length']);
  const headers = Object.fromEntries(
    Object.entries(asked.headers).flatMap(([name, value]) => (own.has(name) ? [] : [[name, String(value)]])),
  );
  const http = { method: asked.method, path, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: '' };
  return {
    ...{ version: '2.0', routeKey: '$default', rawPath: path, rawQueryString: query },
    headers: { ...headers, 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'http', 'x-forwarded-port': '80' },
    requestContext: {
      ...{ accountId: '000000000000', apiId: 'api', domainName: host, domainPrefix: 'api', requestId: 'id', http },
      ...{ routeKey: '$default', stage: '$default', time: '', timeEpoch: 0 },
    },
    ...(body.length === 0 ? {} : { body: body.toString('base64') }),
    isBase64Encoded: body.length > 0,
  };
}
