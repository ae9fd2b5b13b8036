// The RDS Data API on this machine: its five operations over HTTP, with the types, limits and errors that are
// documented, in front of a PostgreSQL. What is documented nowhere is taken in the strictest sense.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type BackendOptions, openBackend } from './backend.ts';
import { ApiError, badRequest, fromDatabase, resuming } from './errors.ts';
import { Dropped, type Fault, Faults, Silent } from './faults.ts';
import { type Body, operations } from './operations.ts';

export interface DataApiOptions {
  /** Where the rows are: `{ url }` of a PostgreSQL, or an embedded one, from a template or in a directory. */
  readonly backend?: BackendOptions;
  /** Default: a free one. */
  readonly port?: number;
  readonly rowBytes?: number;
  readonly resultBytes?: number;
  readonly requestBytes?: number;
  readonly statementMilliseconds?: number;
  /** A transaction that nobody has called for so long is rolled back. */
  readonly idleMilliseconds?: number;
}

export interface DataApi {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  /** What the next calls meet. */
  fail(fault: Fault): void;
  /** Takes back what `fail` has planned. */
  heal(): void;
  /** From now on it sleeps, and takes so long to wake up once it is called. */
  sleep(wakingMilliseconds: number): void;
  /** How many calls have come, by path. */
  readonly calls: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

export const defaults = {
  rowBytes: 64 * 1024,
  resultBytes: 1024 * 1024,
  requestBytes: 4 * 1024 * 1024,
  statementMilliseconds: 45_000,
  idleMilliseconds: 180_000,
};

export async function startDataApi(options: DataApiOptions = {}): Promise<DataApi> {
  const limits = { ...defaults, ...options };
  const backend = await openBackend(options.backend ?? {}, limits.statementMilliseconds);
  const api = operations(backend, { limits, idleMilliseconds: limits.idleMilliseconds });
  const faults = new Faults();
  const sleeper = makeSleeper();
  const calls = new Map<string, number>();

  async function call(path: string, body: Body): Promise<object> {
    calls.set(path, (calls.get(path) ?? 0) + 1);
    const operation = api.all[path];
    if (operation === undefined) throw new ApiError('UnknownOperationException', 404, `There is no ${path}`);
    for (const name of ['resourceArn', 'secretArn']) {
      if (!/^arn:[\w-]+:/.test(String(body[name]))) throw badRequest(`${name} is no ARN`);
    }
    sleeper.check();
    const sql = String(body.sql ?? '');
    faults.check('before', path, sql);
    const answer = await operation(body);
    faults.check('after', path, sql);
    return answer;
  }

  const server = createServer((request, response) => void serve(request, response));
  // Nobody here is to meet a connection that ends as it is used again.
  server.keepAliveTimeout = 120_000;
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const path = request.url ?? '/';
      const body = await readBody(request, limits.requestBytes);
      if (body === null) return tooLarge(response);
      if (path.startsWith('/emulator/')) answer(response, 200, control(path, body));
      else answer(response, 200, await call(path, body));
    } catch (error) {
      if (error instanceof Dropped) response.destroy();
      else if (!(error instanceof Silent)) refuse(response, fromDatabase(error));
    }
  }

  /** For who has the emulator in a process of its own: POST /emulator/fail, /emulator/heal, /emulator/sleep. */
  function control(path: string, body: Body): object {
    if (path === '/emulator/fail') faults.add(body as unknown as Fault);
    else if (path === '/emulator/heal') faults.clear();
    else if (path === '/emulator/sleep') sleeper.sleep(Number(body.milliseconds));
    else throw badRequest(`There is no ${path}`);
    return {};
  }

  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    fail: (fault) => faults.add(fault),
    heal: () => faults.clear(),
    sleep: sleeper.sleep,
    calls,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await api.close();
      await backend.close();
    },
  };
}

/** A cluster that has paused itself begins to wake up when it is called, and refuses until it has. */
function makeSleeper() {
  let waking: number | null = null;
  let until = 0;
  return {
    sleep(milliseconds: number) {
      waking = milliseconds;
      until = 0;
    },
    check() {
      if (waking === null) return;
      if (until === 0) until = Date.now() + waking;
      if (Date.now() < until) throw resuming();
      waking = null;
    },
  };
}

/** Null: more than a request may have. */
async function readBody(request: IncomingMessage, most: number): Promise<Body | null> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request) {
    length += part.length;
    if (length > most) return null;
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8'));
  } catch {
    throw new ApiError('SerializationException', 400, 'The body is no JSON');
  }
}

function answer(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

function refuse(response: ServerResponse, { name, status, message }: ApiError): void {
  answer(response, status, { message }, { 'x-amzn-errortype': name });
}

/** What stands in front of the service says this, and not in JSON. */
function tooLarge(response: ServerResponse): void {
  response
    .writeHead(413, { 'content-type': 'text/html', connection: 'close' })
    .end('<html><body><h1>413 Request Entity Too Large</h1></body></html>');
}
