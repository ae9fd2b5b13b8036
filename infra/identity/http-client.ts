// Requests to an identity server: a deadline, one more try, and no answer too large.
import { type Http, readAnswer } from '../http/port.ts';
import { IdentityUnavailable } from './port.ts';

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed; undefined when the body is no JSON. */
  readonly body: unknown;
}

export interface ClientOptions {
  readonly http: Http;
  /** Of each try. Default 5000. */
  readonly timeoutMilliseconds?: number;
}

export interface ClientRequest {
  readonly method: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export type Client = (url: string, request: ClientRequest) => Promise<Reply>;

/** A token's answer has some 5 KB with a catalog, a key set less. */
const largest = 1024 * 1024;

/**
 * A client that tries twice when the server cannot be reached, takes too long or fails (5xx), and then throws
 * IdentityUnavailable. Everything that is asked of an identity server may be asked twice.
 */
export function httpClient({ http, timeoutMilliseconds = 5000 }: ClientOptions): Client {
  async function once(url: string, { method, headers, body }: ClientRequest): Promise<Reply> {
    const response = await http(url, {
      method,
      headers: { Accept: 'application/json', ...(body === undefined ? {} : json), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(timeoutMilliseconds),
      redirect: 'manual', // a token is never sent to where another server points ('error' is unknown at the edge)
    });
    const text = new TextDecoder().decode(await readAnswer(response, largest));
    if (response.status >= 300 && response.status < 400) throw new Error('it points elsewhere');
    if (response.status >= 500) throw new Error(`it answered ${response.status}`);
    return { status: response.status, headers: response.headers, body: parse(text) };
  }
  return async (url, request) => {
    try {
      return await once(url, request).catch(() => once(url, request));
    } catch (error) {
      throw new IdentityUnavailable(`${new URL(url).origin}: ${reasonOf(error)}`, { cause: error });
    }
  };
}

const json = { 'Content-Type': 'application/json' };

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message !== '' ? error.cause.message : error.message;
}
