// The documents as they are sent: each is made once (20 to 60 ms for 485 KB), so that anybody may ask for all 72 of
// them. Nearly every client that is not curl takes gzip, which is 23 KB; the rest are kept plain when one has asked
// for them.
import type { Digests } from '../../infra/digests/port.ts';
import type { Resource } from '../http/operation.ts';
import type { ApiSettings } from '../http/settings.ts';

export interface Document {
  readonly etag: string;
  readonly gzip: Uint8Array<ArrayBuffer>;
  plain?: Promise<Uint8Array<ArrayBuffer>>;
}

/** Documents are made one after another, so that who asks for all versions at once holds up nobody. */
let turn: Promise<unknown> = Promise.resolve();

const made = new WeakMap<ApiSettings, Map<number, Promise<Document>>>();

/** The document of a minor version. It is the same for whoever asks, so the host of a request is not in it. */
export function documentAt(
  described: readonly Resource[],
  { ports, settings }: { readonly ports: { readonly digests: Digests }; readonly settings: ApiSettings },
  minor: number,
): Promise<Document> {
  const known = made.get(settings) ?? new Map<number, Promise<Document>>();
  made.set(settings, known);
  const found = known.get(minor);
  if (found !== undefined) return found;
  const document = turn.then(() => make(described, settings, ports.digests, minor));
  known.set(minor, document);
  turn = document.catch(() => {});
  return document;
}

async function make(
  described: readonly Resource[],
  settings: ApiSettings,
  digests: Digests,
  minor: number,
): Promise<Document> {
  // A function that nobody asks for the description does not load what writes it.
  const { openApi } = await import('../http/openapi.ts');
  // Without a public URL the servers are where the document came from, as OpenAPI has it.
  const text = new TextEncoder().encode(JSON.stringify(openApi(described, minor, settings.publicUrl ?? '.')));
  const name = (await digests.sha256(text)).slice(0, 32);
  return { etag: `W/"${name}"`, gzip: await through(text, new CompressionStream('gzip')) };
}

/** The same for every client: unzipping takes 10 ms, and what nobody reads is held once. */
export function unzipped(document: Document): Promise<Uint8Array> {
  document.plain ??= through(document.gzip, new DecompressionStream('gzip'));
  return document.plain;
}

async function through(bytes: Uint8Array<ArrayBuffer>, way: CompressionStream | DecompressionStream) {
  const stream = new Blob([bytes]).stream().pipeThrough(way);
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Whether a client that says this in Accept-Encoding takes gzip. */
export function takesGzip(header: string | null): boolean {
  return (header ?? '').split(',').some((one) => {
    const [name = '', ...parameters] = one.split(';').map((part) => part.trim().toLowerCase());
    return (name === 'gzip' || name === '*') && !parameters.some((part) => /^q=0(\.0{0,3})?$/.test(part));
  });
}

/** Whether If-None-Match names what we have: an Etag, or `*`. Both forms of one Etag mean the same here. */
export function isKnown(header: string | null, etag: string): boolean {
  const plain = (tag: string) => tag.trim().replace('W/', '');
  return header?.trim() === '*' || (header ?? '').split(',').some((tag) => plain(tag) === plain(etag));
}
