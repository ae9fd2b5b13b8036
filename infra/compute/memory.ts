// A Nova in memory, for tests: the part of its API that the adapter asks, as an app of this process, with knobs.
import type { Http, HttpInit } from '../http/port.ts';
import type { ServiceSession } from '../identity/port.ts';
import { novaCompute } from './nova.ts';
import type { Compute } from './port.ts';

/** An event as it was sent, with the microversion of its request. */
export interface ToldEvent {
  readonly name: string;
  readonly server_uuid: string;
  readonly tag: string;
  readonly status: string;
  readonly version: string | null;
}

export interface Swap {
  readonly server: string;
  readonly from: string;
  readonly to: string;
}

export interface MemoryNova {
  readonly url: string;
  readonly http: Http;
  /** Asked as a service whose token is `token`. */
  readonly compute: Compute;
  /** The servers, each with its volumes. */
  readonly servers: Map<string, Set<string>>;
  /** The host of each server that has one. */
  readonly hosts: Map<string, string>;
  /** Those that no host has. */
  readonly shelved: Set<string>;
  readonly events: ToldEvent[];
  /** What was asked to go over from a volume to another. */
  readonly swaps: Swap[];
  /** Waits for the next event. */
  next(): Promise<ToldEvent>;
  readonly knobs: {
    /** Refuses connections. */
    isAway: boolean;
    /** Answers everything with that status. */
    status: number | null;
  };
}

const url = 'http://nova.test/v2.1';
const token = 'token-of-the-service';

export function memoryNova(): MemoryNova {
  const servers = new Map<string, Set<string>>();
  const hosts = new Map<string, string>();
  const shelved = new Set<string>();
  const events: ToldEvent[] = [];
  const swaps: Swap[] = [];
  const knobs: MemoryNova['knobs'] = { isAway: false, status: null };
  let waiting: ((event: ToldEvent) => void)[] = [];

  const http: Http = async (to, init) => {
    init.signal.throwIfAborted();
    if (knobs.isAway) throw new TypeError('fetch failed');
    if (knobs.status !== null) return answer(knobs.status, { error: { code: knobs.status } });
    if (init.headers['X-Auth-Token'] !== token) return answer(401, { error: { code: 401 } });
    const path = to.slice(url.length);
    const [, server = '', volume = ''] = /^\/servers\/([^/]+)\/os-volume_attachments\/([^/]+)$/.exec(path) ?? [];
    if (init.method === 'GET' && volume === '' && path.startsWith('/servers/')) return showServer(path.slice(9));
    if (init.method === 'GET' && server !== '') return show(server, volume);
    if (init.method === 'PUT' && server !== '') return swap(server, volume, init);
    if (init.method === 'POST' && path === '/os-server-external-events') return take(init);
    return answer(404, { nobody: 'is here' });
  };

  function showServer(id: string): Response {
    if (!servers.has(id)) return missing();
    return answer(200, { server: { id, 'OS-EXT-SRV-ATTR:host': hosts.get(id) ?? null } });
  }

  function show(server: string, volume: string): Response {
    if (servers.get(server)?.has(volume) !== true) return missing();
    return answer(200, { volumeAttachment: { serverId: server, volumeId: volume, device: '/dev/vdb' } });
  }

  function swap(server: string, from: string, { body }: HttpInit): Response {
    if (servers.get(server)?.has(from) !== true) return missing();
    const sent = JSON.parse(String(body)) as { volumeAttachment: { volumeId: string } };
    swaps.push({ server, from, to: sent.volumeAttachment.volumeId });
    return new Response(null, { status: 202 });
  }

  function take({ body, headers }: HttpInit): Response {
    const sent = JSON.parse(String(body)) as { events: Omit<ToldEvent, 'version'>[] };
    const version = headers['OpenStack-API-Version'] ?? null;
    const known = sent.events.filter((one) => servers.has(one.server_uuid));
    if (known.length === 0) return missing();
    const answered = sent.events.map((one) => {
      const code = !servers.has(one.server_uuid) ? 404 : shelved.has(one.server_uuid) ? 422 : 200;
      return { ...one, code, status: code === 200 ? one.status : 'failed' };
    });
    for (const { code, ...one } of answered) {
      if (code !== 200) continue;
      const event = { ...one, version };
      events.push(event);
      for (const tell of waiting) tell(event);
      waiting = [];
    }
    return answer(answered.every(({ code }) => code === 200) ? 200 : 207, { events: answered });
  }

  const session: ServiceSession = { token: async () => token, drop: () => {} };
  return {
    url,
    http,
    compute: novaCompute({ url, session, http }),
    servers,
    hosts,
    shelved,
    events,
    swaps,
    next: () => new Promise((resolve) => waiting.push(resolve)),
    knobs,
  };
}

const answer = (status: number, body: unknown) => Response.json(body, { status });

const missing = () => answer(404, { itemNotFound: { code: 404, message: 'It could not be found.' } });
