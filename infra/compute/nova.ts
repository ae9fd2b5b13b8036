// The Nova v2.1 API, as far as a block storage service needs it.
import { type Http, readAnswer } from '../http/port.ts';
import { IdentityUnavailable, type ServiceSession } from '../identity/port.ts';
import { type Compute, ComputeError, type ServerEvent } from './port.ts';

export interface NovaOptions {
  /** Its root, with `/v2.1`. */
  readonly url: string;
  /** Whose tokens it is asked with: a user that sees the servers of all projects. */
  readonly session: ServiceSession;
  readonly http: Http;
  /** Of each request. Default 5,000. */
  readonly timeoutMilliseconds?: number;
}

/** The microversion that each event came with. */
const since = { 'volume-extended': '2.51', 'volume-reimaged': '2.93' } as const;

/** An event's answer has some 300 bytes, an attachment's as many. */
const largestBytes = 64 * 1024;

interface Asked {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  /** Null: what every Nova has. */
  readonly version: string | null;
  readonly body?: unknown;
}

interface Reply {
  readonly status: number;
  /** Undefined when it is no JSON object. */
  readonly body: Readonly<Record<string, unknown>> | undefined;
}

/** The servers of a Nova. */
export function novaCompute({ url, session, http, timeoutMilliseconds = 5_000 }: NovaOptions): Compute {
  const root = url.replace(/(?<!\/)\/+$/, '');

  async function once({ method, path, version, body }: Asked, token: string, signal: AbortSignal): Promise<Reply> {
    const response = await http(`${root}${path}`, {
      method,
      headers: {
        Accept: 'application/json',
        'X-Auth-Token': token,
        ...(version === null ? {} : { 'OpenStack-API-Version': `compute ${version}` }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMilliseconds)]),
      redirect: 'manual', // a token is never sent to where another server points ('error' is unknown at the edge)
    });
    return {
      status: response.status,
      body: parsed(new TextDecoder().decode(await readAnswer(response, largestBytes))),
    };
  }

  /** A token that was refused is tried once more with a new one: it may have been revoked. */
  async function send(asked: Asked, signal: AbortSignal): Promise<Reply> {
    try {
      const token = await session.token();
      const reply = await once(asked, token, signal);
      if (reply.status !== 401) return reply;
      session.drop(token);
      return await once(asked, await session.token(), signal);
    } catch (error) {
      signal.throwIfAborted();
      const isOurs = error instanceof IdentityUnavailable;
      const why = isOurs ? 'Keystone gives no token for it.' : 'The compute service cannot be reached.';
      throw new ComputeError(why, true, { cause: error });
    }
  }

  return {
    async tell(event, signal) {
      const body = { events: [wordsOf(event)] };
      const path = '/os-server-external-events';
      const reply = await send({ method: 'POST', path, version: since[event.name], body }, signal);
      // 404: it knows the server in no way. 207: it knows some of those that it was told of, and says of each what.
      if (reply.status === 404 && isNotFound(reply)) return false;
      if (reply.status !== 200 && reply.status !== 207) throw failureOf(reply);
      const code = codeOf(reply);
      if (code === 200) return true;
      // 404: the server is gone. 422: no host has it, and whichever gets it finds the volume as it is by then.
      if (code === 404 || code === 422) return false;
      throw new ComputeError(`The compute service did not take the event (${code ?? 'no code'}).`, false);
    },
    async swap(server, from, to, signal) {
      const body = { volumeAttachment: { volumeId: to } };
      const reply = await send({ method: 'PUT', path: attachmentPath(server, from), version: null, body }, signal);
      if (reply.status !== 202) throw failureOf(reply);
    },
    async ready() {
      const reply = await send({ method: 'GET', path: '/', version: null }, AbortSignal.timeout(timeoutMilliseconds));
      if (reply.status === 401 || reply.status >= 500) throw failureOf(reply);
    },
    async hostOf(server, signal) {
      const path = `/servers/${encodeURIComponent(server)}`;
      const reply = await send({ method: 'GET', path, version: null }, signal);
      if (reply.status === 404 && isNotFound(reply)) return null;
      if (reply.status !== 200) throw failureOf(reply);
      const host = isObject(reply.body?.server) ? reply.body.server['OS-EXT-SRV-ATTR:host'] : undefined;
      return typeof host === 'string' && host !== '' ? host : null;
    },
    async uses(server, volume, signal) {
      const reply = await send({ method: 'GET', path: attachmentPath(server, volume), version: null }, signal);
      if (reply.status === 404 && isNotFound(reply)) return false;
      if (reply.status !== 200) throw failureOf(reply);
      return true;
    },
  };
}

const attachmentPath = (server: string, volume: string) =>
  `/servers/${encodeURIComponent(server)}/os-volume_attachments/${encodeURIComponent(volume)}`;

const wordsOf = ({ name, server, volume, status }: ServerEvent) => ({ name, server_uuid: server, tag: volume, status });

type Fields = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

/** A 404 of a proxy or of a wrong URL means nothing: only Nova's own says that it has looked. */
const isNotFound = ({ body }: Reply) => isObject(body?.itemNotFound);

/** What Nova says of the only event that it was told. */
function codeOf({ body }: Reply): number | null {
  const first = Array.isArray(body?.events) ? body.events[0] : undefined;
  return isObject(first) && typeof first.code === 'number' ? first.code : null;
}

function failureOf({ status }: Reply): ComputeError {
  const isPassing = status >= 500 || status === 429 || status === 408;
  return new ComputeError(`The compute service answered ${status}.`, isPassing);
}

function parsed(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
