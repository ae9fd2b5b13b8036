// Lambda's Runtime API on this machine: hands events to the one process that has connected, and takes what it answers.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Invocation {
  readonly event: unknown;
  readonly deadline: number;
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

export interface RuntimeApi {
  /** `127.0.0.1:port`: AWS_LAMBDA_RUNTIME_API. */
  readonly address: string;
  /** Has an event worked on; rejects with LambdaError when the function fails, ends, or takes longer than that. */
  invoke(event: unknown, timeoutMilliseconds?: number): Promise<unknown>;
  /** Fails what is waiting: the process has ended. */
  fail(reason: string): void;
  close(): Promise<void>;
}

/** What the function said of its failure. */
export class LambdaError extends Error {
  override readonly name = 'LambdaError';
}

const path = '/2018-06-01/runtime';

export async function startRuntimeApi(): Promise<RuntimeApi> {
  const waiting: Invocation[] = [];
  const running = new Map<string, Invocation>();
  let count = 0;
  let idle: ServerResponse | undefined;

  function handOver(): void {
    const next = idle === undefined ? undefined : waiting.shift();
    if (idle === undefined || next === undefined) return;
    const id = `00000000-0000-4000-8000-${String(++count).padStart(12, '0')}`;
    running.set(id, next);
    const headers = {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': id,
      'lambda-runtime-deadline-ms': String(next.deadline),
      'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:eu-central-1:000000000000:function:test',
    };
    idle.writeHead(200, headers).end(JSON.stringify(next.event));
    idle = undefined;
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, id = '', what = ''] = /\/invocation\/([^/]+)\/(response|error)$/.exec(request.url ?? '') ?? [];
    if (request.url === `${path}/invocation/next`) {
      idle = response;
      return handOver();
    }
    const body = await read(request);
    const invocation = running.get(id);
    running.delete(id);
    if (request.url === `${path}/init/error`) failAll(messageOf(body));
    else if (what === 'response') invocation?.resolve(body);
    else invocation?.reject(new LambdaError(messageOf(body)));
    response.writeHead(202).end('{}');
  }

  function failAll(reason: string): void {
    for (const one of [...waiting.splice(0), ...running.values()]) one.reject(new LambdaError(reason));
    running.clear();
    // Who asked last for an event is no more.
    idle = undefined;
  }

  const server = createServer((request, response) => void serve(request, response));
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    invoke(event, timeoutMilliseconds = 29_000) {
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      const late = setTimeout(() => reject(new LambdaError('Task timed out')), timeoutMilliseconds);
      waiting.push({ event, deadline: Date.now() + timeoutMilliseconds, resolve, reject });
      handOver();
      return promise.finally(() => clearTimeout(late));
    },
    fail: failAll,
    async close() {
      failAll('the Runtime API was closed');
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function read(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const part of request) text += part;
  return text === '' ? null : JSON.parse(text);
}

const messageOf = (body: unknown) => {
  const { errorType = 'Error', errorMessage = '' } = (body ?? {}) as { errorType?: string; errorMessage?: string };
  return `${errorType}: ${errorMessage}`;
};
