// URLs in answers: always with the host that the client used, and with its form of path.

export interface Links {
  /** Scheme, host and prefix, without a trailing slash: `https://host/volume`. */
  readonly root: string;
  /** `/v3` or `/v3/<project>`, as the request had it. */
  readonly base: string;
  /** The request's own URL without its query. */
  readonly self: string;
  /** The links of an item: self, and bookmark (without the version). */
  of(collection: string, id: string): readonly { readonly rel: string; readonly href: string }[];
  /** The same as JSON text. */
  textOf(collection: string, id: string): string;
}

export function linksOf(root: string, version: string, projectSegment: string | null, path: string): Links {
  const project = projectSegment === null ? '' : `/${projectSegment}`;
  const base = `${version}${project}`;
  const of: Links['of'] = (collection, id) => [
    { rel: 'self', href: `${root}${base}/${collection}/${id}` },
    { rel: 'bookmark', href: `${root}${project}/${collection}/${id}` },
  ];
  // An id contains nothing that JSON escapes, so the links of one item serve as a template for the whole page.
  let [known, parts]: [string, string[]] = ['', []];
  const textOf: Links['textOf'] = (collection, id) => {
    if (known !== collection) [known, parts] = [collection, JSON.stringify(of(collection, '\n')).split('\\n')];
    return `${parts[0]}${id}${parts[1]}${id}${parts[2]}`;
  };
  return { root, base, self: `${root}${base}${path}`, of, textOf };
}

/** The link to the next page: the request again, with the marker set to the last item. */
export function nextLink(links: Links, query: URLSearchParams, marker: string) {
  const next = new URLSearchParams(query);
  next.delete('offset');
  next.set('marker', marker);
  return { rel: 'next', href: `${links.self}?${next.toString()}` };
}

/** Where we are reachable, as the operator configured it. */
interface Standing {
  readonly publicUrl: string | null;
  /** How many trusted proxies stand in front. */
  readonly proxies: number;
}

/**
 * The base URL as the client sees it: the configured public URL, else what the outermost trusted proxy forwards, else
 * the request's own. Without trusted proxies a forwarded header is the client's own claim and is ignored, as is one
 * that is not a plain host, scheme or path.
 */
export function rootOf(request: Request, url: URL, { publicUrl, proxies }: Standing): string {
  if (publicUrl !== null) return publicUrl.replace(/(?<!\/)\/+$/, '');
  if (proxies === 0) return url.origin;
  const forwarded = (name: string, pattern: RegExp, otherwise: string) => {
    const value = forwardedBy(proxies, request.headers.get(name));
    return value !== undefined && pattern.test(value) ? value : otherwise;
  };
  const host = forwarded('x-forwarded-host', plainHost, url.host);
  const scheme = forwarded('x-forwarded-proto', /^https?$/, url.protocol.slice(0, -1));
  const prefix = forwarded('x-forwarded-prefix', plainPath, '');
  return `${scheme}://${host}${prefix}`;
}

const plainHost = /^(?:\[[\da-f:.]+\]|[\w-]+(?:\.[\w-]+)*)(?::\d{1,5})?$/i;
/** Without dot segments: a client that follows `/../a/v3` would ask another service. */
const plainPath = /^(?:\/(?!\.{1,2}(?:\/|$))[\w.-]+)*$/;

/** Proxies append to the header or replace it; so the last N values are from our N proxies. */
function forwardedBy(proxies: number, header: string | null): string | undefined {
  const values = header?.split(',') ?? [];
  return values.at(-Math.min(proxies, values.length))?.trim();
}
