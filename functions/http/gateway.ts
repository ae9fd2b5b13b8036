// What comes before the pipeline: where a request comes from, and whether web pages of its origin may call the API.
import type { Context, MiddlewareHandler } from 'hono';
import { clientOf } from './address.ts';
import { everyAnswer } from './render.ts';

/**
 * The client as rate limits count it (clientOf): by the address of the connection, or behind trusted proxies by the
 * address that the outermost of them wrote into X-Forwarded-For. Anything else in that header is never believed, and
 * what is not an address does not count as a client. Null where the platform does not say.
 */
export function addressOf(context: Context, proxies: number): string | null {
  const forwarded = proxies === 0 ? undefined : context.req.header('x-forwarded-for')?.split(',').at(-proxies);
  const client = forwarded === undefined ? null : clientOf(forwarded);
  if (client !== null) return client;
  const bindings = context.env as { readonly incoming?: Incoming } | undefined; // as @hono/node-server fills it in
  return clientOf(bindings?.incoming?.socket?.remoteAddress ?? '');
}

interface Incoming {
  readonly socket?: { readonly remoteAddress?: string };
  /** Names and values alternating, as they were sent. */
  readonly rawHeaders?: readonly string[];
  readonly headers?: Readonly<Record<string, unknown>>;
  /** The whole body, when our own server has already read it (infra/server/node.ts). */
  readonly rawBody?: Uint8Array;
}

const nothing = new Uint8Array();

/**
 * The body of a request that Node has already read, or that has none; null: it has to be read from the request.
 * Wrapping bytes that are here in a web stream costs a tenth of a show, and a third of a POST.
 */
export function bodyIn(context: Context): Uint8Array | null {
  const { incoming } = (context.env ?? {}) as { readonly incoming?: Incoming }; // as @hono/node-server fills it in
  if (incoming?.headers === undefined) return null;
  if (incoming.rawBody !== undefined) return incoming.rawBody;
  const { headers } = incoming;
  return headers['content-length'] === undefined && headers['transfer-encoding'] === undefined ? nothing : null;
}

/** Whether a request names two hosts. Which one counts would be a guess, and RFC 9112 demands a 400. */
export function hasTwoHosts(context: Context): boolean {
  const { incoming } = (context.env ?? {}) as { readonly incoming?: Incoming }; // as @hono/node-server fills it in
  const names = incoming?.rawHeaders ?? [];
  let count = 0;
  for (let at = 0; at < names.length; at += 2) {
    if (names[at]?.length === 4 && names[at]?.toLowerCase() === 'host') count += 1;
  }
  return count > 1;
}

const methods = 'GET, HEAD, POST, PUT, PATCH, DELETE';
const requestHeaders =
  'Content-Type, OpenStack-API-Version, X-Auth-Token, X-Openstack-Request-Id, X-Service-Token, X-Subject-Token';
const responseHeaders = 'ETag, Location, OpenStack-API-Version, Retry-After, X-Openstack-Request-Id, X-Subject-Token';

/**
 * Lets web pages of these origins call the API, and no others. Never with credentials: the page itself sends the
 * token in a header, so there is no cookie for a foreign page to abuse.
 */
export function allowOrigins(origins: readonly string[]): MiddlewareHandler {
  const allowed = new Set(origins);
  return async (context, next) => {
    const origin = context.req.header('origin');
    const isAllowed = origin !== undefined && (allowed.has('*') || allowed.has(origin));
    const isPreflight =
      context.req.method === 'OPTIONS' && context.req.header('access-control-request-method') !== undefined;
    if (isPreflight && isAllowed) return preflight(origin);
    await next();
    context.res.headers.append('Vary', 'Origin');
    if (!isAllowed) return;
    context.res.headers.set('Access-Control-Allow-Origin', origin);
    context.res.headers.set('Access-Control-Expose-Headers', responseHeaders);
  };
}

function preflight(origin: string): Response {
  const headers = {
    ...everyAnswer,
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Allow-Methods': methods,
    'Access-Control-Allow-Headers': requestHeaders,
    'Access-Control-Max-Age': '600',
    Vary: 'Origin',
  };
  return new Response(null, { status: 204, headers });
}
