// A Glance in memory, for tests: the part of its API that the adapter asks, as an app of this process, with knobs.
import { createHash } from 'node:crypto';
import type { Http, HttpInit } from '../http/port.ts';

export interface KeptImage {
  readonly record: Record<string, unknown>;
  /** Null: none yet, or a whole volume's, of which there is only `received`. */
  bytes: Uint8Array | null;
  /** What an upload has brought, without its zeros. */
  received: Received | null;
}

export interface Received {
  readonly sizeBytes: number;
  /** In order; between them there are zeros. */
  readonly parts: readonly { readonly offset: number; readonly bytes: Uint8Array }[];
}

export interface MemoryGlance {
  readonly http: Http;
  /** Where it listens, in words. */
  readonly url: string;
  readonly images: Map<string, KeptImage>;
  /** Every token that was sent. */
  readonly tokens: Set<string>;
  readonly counts: { downloads: number };
  /** What goes wrong; tests turn them. */
  readonly knobs: {
    /** Refuses connections. */
    isAway: boolean;
    /** Answers uploads and downloads with that status. */
    fileStatus: number | null;
    /** Takes that token for expired. */
    deadToken: string | null;
    /** Breaks off downloads after this many bytes. */
    cutAt: number | null;
    /** Waits at each download and upload until it resolves. */
    hold: Promise<void> | null;
  };
  /** Keeps an image as if a user had made it; returns its id. */
  keep(bytes: Uint8Array | null, record?: Readonly<Record<string, unknown>>): string;
}

const url = 'http://glance.test';

export function memoryGlance(newId: () => string): MemoryGlance {
  const images = new Map<string, KeptImage>();
  const tokens = new Set<string>();
  const counts = { downloads: 0 };
  const knobs: MemoryGlance['knobs'] = { isAway: false, fileStatus: null, deadToken: null, cutAt: null, hold: null };

  function keep(bytes: Uint8Array | null, record: Readonly<Record<string, unknown>> = {}): string {
    const id = typeof record.id === 'string' ? record.id : newId();
    const base = { id, name: null, visibility: 'private', protected: false, min_disk: 0, min_ram: 0, tags: [] };
    const kept: KeptImage = {
      record: { ...base, container_format: 'bare', disk_format: 'raw' },
      bytes: null,
      received: null,
    };
    images.set(id, kept);
    fill(kept, bytes);
    Object.assign(kept.record, record);
    return id;
  }

  const http: Http = async (to, init) => {
    if (knobs.isAway) throw new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') });
    const { pathname, searchParams } = new URL(to);
    const token = init.headers['X-Auth-Token'] ?? '';
    tokens.add(token);
    if (token === '' || token === knobs.deadToken) return new Response('<html>secret words</html>', { status: 401 });
    const [, , id, file] = pathname.slice(1).split('/');
    if (id === undefined) {
      if (init.method === 'POST') {
        const record = JSON.parse(String(init.body)) as Record<string, unknown>; // what the adapter sends is an object
        return Response.json(images.get(keep(null, record))?.record, { status: 201 });
      }
      const found = [...images.values()].filter(({ record }) => record.name === searchParams.get('name'));
      return Response.json({ images: found.map(({ record }) => record) });
    }
    const kept = images.get(id);
    if (kept === undefined) return new Response(null, { status: 404 });
    if (file !== undefined) return transfer(kept, init);
    if (init.method === 'PATCH') Object.assign(kept.record, { protected: false });
    if (init.method !== 'DELETE') return Response.json(kept.record);
    if (kept.record.protected === true) return new Response(null, { status: 403 });
    images.delete(id);
    return new Response(null, { status: 204 });
  };

  async function transfer(kept: KeptImage, init: HttpInit): Promise<Response> {
    await knobs.hold;
    if (init.method === 'PUT') return receive(kept, init);
    if (knobs.fileStatus !== null) return new Response(null, { status: knobs.fileStatus });
    counts.downloads += 1;
    if (kept.bytes === null) return new Response(null, { status: 204 });
    return new Response(streamed(kept.bytes, knobs.cutAt));
  }

  async function receive(kept: KeptImage, init: HttpInit): Promise<Response> {
    if (kept.record.status !== 'queued') return new Response(null, { status: 409 });
    kept.record.status = 'saving';
    try {
      const received = await receiveAll(init.body);
      init.signal.throwIfAborted();
      if (knobs.fileStatus === null) settle(kept, received);
      return new Response(null, { status: knobs.fileStatus ?? 204 });
    } finally {
      if (kept.record.status === 'saving') kept.record.status = 'queued';
    }
  }

  return { http, url, images, tokens, counts, knobs, keep };
}

function fill(kept: KeptImage, bytes: Uint8Array | null): void {
  kept.bytes = bytes;
  const digest = (algorithm: string) => (bytes === null ? null : createHash(algorithm).update(bytes).digest('hex'));
  Object.assign(kept.record, {
    status: bytes === null ? 'queued' : 'active',
    size: bytes?.length ?? null,
    checksum: digest('md5'),
    os_hash_algo: bytes === null ? null : 'sha512',
    os_hash_value: digest('sha512'),
    updated_at: '2026-11-23T10:00:00Z',
  });
}

const zeros = new Uint8Array(4 * 2 ** 20);

/** A volume's gigabyte of zeros is looked at and not kept: tests upload many. */
async function receiveAll(body: HttpInit['body']): Promise<Received> {
  const parts: { offset: number; bytes: Uint8Array }[] = [];
  let sizeBytes = 0;
  if (typeof body === 'string' || body === undefined) return { sizeBytes, parts };
  for await (const bytes of body) {
    const isEmpty = Buffer.compare(bytes, zeros.subarray(0, bytes.length)) === 0;
    if (!isEmpty) parts.push({ offset: sizeBytes, bytes: bytes.slice() });
    sizeBytes += bytes.length;
  }
  return { sizeBytes, parts };
}

/** The most bytes of what may be downloaded again. */
const mostWhole = 64 * 2 ** 20;

function settle(kept: KeptImage, received: Received): void {
  kept.received = received;
  if (received.sizeBytes > mostWhole) {
    Object.assign(kept.record, { status: 'active', size: received.sizeBytes });
    return;
  }
  const bytes = new Uint8Array(received.sizeBytes);
  for (const part of received.parts) bytes.set(part.bytes, part.offset);
  fill(kept, bytes);
}

/** In parts that fit no block of anybody's, and broken off where the knob says. */
function streamed(bytes: Uint8Array, cutAt: number | null): ReadableStream<Uint8Array> {
  const partBytes = 100_003;
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (cutAt !== null && at >= cutAt) return controller.error(new TypeError('terminated'));
      if (at >= bytes.length) return controller.close();
      const end = Math.min(at + partBytes, bytes.length);
      controller.enqueue(bytes.slice(at, end));
      at = end;
    },
  });
}
