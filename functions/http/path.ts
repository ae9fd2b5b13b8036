// The path of a request as it was sent. Everything judges this one text: routing, access rules, limits, links, logs.
// Platforms hand over a URL that a parser has tidied up already (`/a/%2e%2e/b` has become `/b`), and routers decode:
// a proxy in front that allows and refuses by path would then read another one.

/** As @hono/node-server hands over the request that Node has read. */
interface Bindings {
  readonly incoming?: { readonly url?: string };
}

/** The path, not decoded and not tidied up: from the request's own line where the platform tells it. */
export function pathOf(request: Request, platform?: { readonly env?: unknown }): string {
  const sent = (platform?.env as Bindings | undefined)?.incoming?.url;
  const target = withoutOrigin(sent ?? request.url);
  // A fragment is the client's own: in a request's line there is none, and a URL loses it.
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

/** Letters of RFC 3986 that a path has as they are, with the brackets of IPv6 hosts; and everything else encoded. */
const pattern = /^\/(?:[\w.~!$&'()*+,;=:@[\]/-]|%[0-9A-F]{2})*$/;

/** A letter, a digit, `-`, `.`, `_` or `~` that is encoded for no reason, and the null character. */
const needless = /%(?:4[1-9A-F]|5[0-9A]|6[1-9A-F]|7[0-9A]|3[0-9]|2D|2E|5F|7E|00)/;

const dots = /(?:^|[\\/])\.{1,2}(?:[\\/]|$)/;

/**
 * Whether a path is in its one spelling: no dots to walk by, no empty segments, nothing encoded that needs it not, the
 * rest encoded in UTF-8 with capital letters. Any other is no path of ours.
 */
export function isWellSpelt(path: string): boolean {
  if (!pattern.test(path) || needless.test(path) || path.includes('//')) return false;
  try {
    return !dots.test(decodeURIComponent(path));
  } catch {
    return false; // no UTF-8
  }
}
