// The Glance v2 API.
import { type Http, type HttpInit, isThere, readAnswer } from '../http/port.ts';
import { type Asking, type Expected, type Image, type Images, ImagesError, type NewImage } from './port.ts';
import { verified } from './verified.ts';

export interface GlanceOptions {
  /** Its root, with or without `/v2`. */
  readonly url: string;
  readonly http: Http;
  /** Of each request but those that carry an image. Default 10,000. */
  readonly timeoutMilliseconds?: number;
}

const typesOf: Readonly<Record<string, string>> = {
  POST: 'application/json',
  PATCH: 'application/openstack-images-v2.1-json-patch',
};

/** An image's record has a few KB. */
const largestBytes = 1024 * 1024;

/** Images of a Glance. */
export function glanceImages({ url, http, timeoutMilliseconds = 10_000 }: GlanceOptions): Images {
  const base = url.replace(/(?<!\/)\/+$/, '').replace(/\/v2$/, '');
  const root = `${base}/v2/images`;
  const one = (id: string) => `${root}/${encodeURIComponent(id)}`;

  async function send(to: string, init: Pick<HttpInit, 'method' | 'body'>, asking: Asking, isLong = false) {
    const type = typeof init.body !== 'string' ? 'application/octet-stream' : typesOf[init.method];
    const signals = isLong ? [asking.signal] : [asking.signal, AbortSignal.timeout(timeoutMilliseconds)];
    try {
      return await http(to, {
        ...init,
        headers: { 'X-Auth-Token': asking.token, ...(init.body === undefined ? {} : { 'Content-Type': type ?? '' }) },
        ...(init.body instanceof ReadableStream ? { duplex: 'half' } : {}),
        signal: AbortSignal.any(signals),
        redirect: 'error', // a token is never sent to where another server points
      });
    } catch (error) {
      asking.signal.throwIfAborted();
      // The bytes to be sent come from elsewhere: what stopped them is what there is to say.
      const cause = error instanceof Error ? (error.cause ?? error) : error;
      if (cause instanceof SourceFailure) throw cause.cause;
      throw away(error);
    }
  }

  async function show(id: string, asking: Asking): Promise<Image | null> {
    const response = await send(one(id), { method: 'GET' }, asking);
    if (response.status === 404) return drop(response, null);
    return toImage(await json(response));
  }

  return {
    show,
    ready: () => isThere(http, `${base}/`),
    async named(name, asking) {
      const query = new URLSearchParams({ name, limit: '2' });
      const body = await json(await send(`${root}?${query}`, { method: 'GET' }, asking));
      const found = Array.isArray(body.images) ? body.images.map(toImage) : [];
      return found.filter((one) => one.name === name);
    },
    async create(image, asking) {
      const body = JSON.stringify(record(image));
      return toImage(await json(await send(root, { method: 'POST', body }, asking)));
    },
    async download(expected: Expected, asking) {
      const response = await send(`${one(expected.id)}/file`, { method: 'GET' }, asking, true);
      if (response.status === 204 || (response.ok && response.body === null)) {
        throw drop(response, new ImagesError('gone', 'The image has no data.'));
      }
      if (!response.ok || response.body === null) throw drop(response, failureOf(response));
      return verified(response.body, expected, asking.signal);
    },
    async upload(id, bytes, sizeBytes, asking) {
      const response = await send(`${one(id)}/file`, { method: 'PUT', body: streamOf(bytes) }, asking, true);
      await drop(response, null);
      if (!response.ok && response.status !== 409) throw failureOf(response);
      // 409: it is not waiting for bytes, which it may be for having got them from an earlier try of ours.
      const now = await show(id, asking);
      if (now?.status === 'active' && now.sizeBytes === sizeBytes) return;
      if (now === null) throw new ImagesError('gone', 'The image does not exist any more.');
      if (now.status === 'active') throw new ImagesError('damaged', 'The image has another size than what was sent.');
      throw new ImagesError('unavailable', `The image service has the image as ${now.status}.`);
    },
    async remove(id, asking) {
      const remove = async () => {
        const response = await send(one(id), { method: 'DELETE' }, asking);
        return drop(response, response.ok || response.status === 404 ? null : failureOf(response));
      };
      const failure = await remove();
      if (failure === null) return;
      if (failure.failure !== 'forbidden') throw failure;
      const body = JSON.stringify([{ op: 'replace', path: '/protected', value: false }]);
      await json(await send(one(id), { method: 'PATCH', body }, asking));
      const second = await remove();
      if (second !== null) throw second;
    },
  };
}

/** Why the bytes of an upload stopped coming, as opposed to why the service stopped taking them. */
class SourceFailure extends Error {}

/** What an iteration gives, as a stream that asks for more when there is room. */
function streamOf(bytes: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = bytes[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const next = await iterator.next();
          if (next.done === true) controller.close();
          else controller.enqueue(next.value);
        } catch (error) {
          controller.error(new SourceFailure('the source failed', { cause: error }));
        }
      },
      async cancel() {
        await iterator.return?.();
      },
    },
    { highWaterMark: 1 },
  );
}

/** Lets go of an answer that nobody reads on. */
function drop<T>(response: Response, value: T): T {
  response.body?.cancel().catch(() => {});
  return value;
}

const away = (cause: unknown) => new ImagesError('unavailable', 'The image service cannot be reached.', { cause });

function failureOf({ status }: Response): ImagesError {
  if (status === 401) return new ImagesError('unauthorized', 'The image service does not accept the token any more.');
  if (status === 403) return new ImagesError('forbidden', 'The image service does not allow it to this user.');
  if (status === 404 || status === 410) return new ImagesError('gone', 'The image does not exist any more.');
  if (status === 413) return new ImagesError('refused', 'The image service has no room for the image.');
  if (status >= 500 || status === 429 || status === 408) {
    return new ImagesError('unavailable', `The image service answered ${status}.`);
  }
  return new ImagesError('refused', `The image service refused it (${status}).`);
}

type Body = Readonly<Record<string, unknown>>;

async function json(response: Response): Promise<Body> {
  if (!response.ok) throw drop(response, failureOf(response));
  try {
    const body: unknown = JSON.parse(Buffer.from(await readAnswer(response, largestBytes)).toString('utf8'));
    if (typeof body === 'object' && body !== null) return body as Body; // its fields are checked one by one
  } catch (error) {
    throw away(error);
  }
  throw away(new Error('the answer is no object'));
}

/** What Glance itself says of every image; what is left was written by its owner. */
const ofGlance = new Set(
  `id name status visibility protected owner size virtual_size min_disk min_ram container_format disk_format checksum
  os_hash_algo os_hash_value os_hidden created_at updated_at deleted_at tags file self schema direct_url locations stores`.split(
    /\s+/,
  ),
);

const isOwners = (key: string) => !ofGlance.has(key) && !key.startsWith('os_glance');

const text = (value: unknown) => (typeof value === 'string' ? value : null);
const count = (value: unknown) => (typeof value === 'number' ? value : null);

function toImage(body: Body): Image {
  const own = Object.entries(body).filter(([key]) => isOwners(key));
  return {
    id: String(body.id),
    name: text(body.name),
    status: String(body.status),
    sizeBytes: count(body.size),
    virtualSizeBytes: count(body.virtual_size),
    minDiskGiB: count(body.min_disk) ?? 0,
    minRamMiB: count(body.min_ram) ?? 0,
    containerFormat: text(body.container_format),
    diskFormat: text(body.disk_format),
    checksum: text(body.checksum),
    hashAlgorithm: text(body.os_hash_algo),
    hashValue: text(body.os_hash_value),
    visibility: text(body.visibility),
    isProtected: body.protected === true,
    updatedAt: text(body.updated_at),
    properties: Object.fromEntries(
      own.flatMap(([key, value]) => (value === null || typeof value === 'object' ? [] : [[key, String(value)]])),
    ),
  };
}

function record(image: NewImage): Body {
  return {
    ...Object.fromEntries(Object.entries(image.properties).filter(([key]) => isOwners(key))),
    name: image.name,
    container_format: image.containerFormat,
    disk_format: image.diskFormat,
    ...(image.visibility === null ? {} : { visibility: image.visibility }),
    ...(image.isProtected === null ? {} : { protected: image.isProtected }),
  };
}
