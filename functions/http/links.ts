// URLs that answers carry: always with the host that the client used, and its form of path.

export interface Links {
  /** Scheme, host and prefix, without a slash at the end: `https://host/volume`. */
  readonly root: string;
  /** `/v3` or `/v3/<project>`, as the request had it. */
  readonly base: string;
  /** The request's own URL without its query. */
  readonly self: string;
  /** The links of an item: self, and bookmark (without the version). */
  of(collection: string, id: string): readonly { readonly rel: string; readonly href: string }[];
}

export function linksOf(root: string, version: string, projectSegment: string | null, path: string): Links {
  const project = projectSegment === null ? '' : `/${projectSegment}`;
  const base = `${version}${project}`;
  return {
    root,
    base,
    self: `${root}${base}${path}`,
    of: (collection, id) => [
      { rel: 'self', href: `${root}${base}/${collection}/${id}` },
      { rel: 'bookmark', href: `${root}${project}/${collection}/${id}` },
    ],
  };
}

/** The link to the next page: the request again, with the marker set to the last item. */
export function nextLink(links: Links, query: URLSearchParams, marker: string) {
  const next = new URLSearchParams(query);
  next.delete('offset');
  next.set('marker', marker);
  return { rel: 'next', href: `${links.self}?${next.toString()}` };
}

/**
 * Where the client thinks we are: the configured public URL, else the forwarded host, else the request's own.
 * A forwarded header that is not a plain host is ignored.
 */
export function rootOf(request: Request, url: URL, publicUrl: string | null): string {
  if (publicUrl !== null) return publicUrl.replace(/\/+$/, '');
  const forwardedHost = request.headers.get('x-forwarded-host')?.split(',')[0]?.trim();
  const forwardedProto = request.headers.get('x-forwarded-proto')?.split(',')[0]?.trim();
  const forwardedPrefix = request.headers.get('x-forwarded-prefix')?.split(',')[0]?.trim() ?? '';
  const host = forwardedHost !== undefined && /^[\w.:[\]-]+$/.test(forwardedHost) ? forwardedHost : url.host;
  const scheme = forwardedProto === 'https' || forwardedProto === 'http' ? forwardedProto : url.protocol.slice(0, -1);
  const prefix = /^(\/[\w.-]+)*$/.test(forwardedPrefix) ? forwardedPrefix : '';
  return `${scheme}://${host}${prefix}`;
}
