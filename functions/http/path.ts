// The path of a request as it was sent. Everything uses this one text: routing, access rules, limits, links, logs.
// Platforms pass on a URL that a parser has already cleaned up (`/a/%2e%2e/b` became `/b`), and routers decode. A
// proxy in front that allows or refuses by path would then see another path than we do.

/** The form in which @hono/node-server passes on the request that Node has read. */
interface Bindings {
  readonly incoming?: { readonly url?: string };
}

/** The path, neither decoded nor cleaned up: from the request line where the platform has it. */
export function pathOf(request: Request, platform?: { readonly env?: unknown }): string {
  const sent = (platform?.env as Bindings | undefined)?.incoming?.url;
  const target = withoutOrigin(sent ?? request.url);
  // A fragment never leaves the client: a request line has none, and a URL drops it.
  const end = sent === undefined ? target.search(/[?#]/) : target.indexOf('?');
  return end === -1 ? target : target.slice(0, end);
}

/** What follows `http://host`, where a proxy or a platform writes the whole URL. */
function withoutOrigin(target: string): string {
  if (target.startsWith('/')) return target;
  const behind = /^https?:\/\/[^/?#]*/i.exec(target);
  if (behind === null) return target;
  const path = target.slice(behind[0].length);
  return path.startsWith('/') ? path : `/${path}`;
}

/** Characters that RFC 3986 allows unencoded in a path, and the brackets of IPv6 hosts; everything else is encoded. */
const pattern = /^\/(?:[\w.~!$&'()*+,;=:@[\]/-]|%[0-9A-F]{2})*$/;

/** A letter, a digit, `-`, `.`, `_` or `~` that is encoded without need, and the null character. */
const needless = /%(?:4[1-9A-F]|5[0-9A]|6[1-9A-F]|7[0-9A]|3[0-9]|2D|2E|5F|7E|00)/;

const dots = /(?:^|[\\/])\.{1,2}(?:[\\/]|$)/;

/**
 * Whether a path is spelt in its one way: no dot segments, no empty segments, nothing encoded without need, the rest
 * encoded as UTF-8 with capital letters. We serve no other.
 */
export function isWellSpelt(path: string): boolean {
  if (!pattern.test(path) || needless.test(path) || path.includes('//')) return false;
  try {
    return !dots.test(decodeURIComponent(path));
  } catch {
    return false; // no UTF-8
  }
}
