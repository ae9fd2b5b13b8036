// What stands before the pipeline: where a request comes from, and whether a browser's page may ask.
import type { Context, MiddlewareHandler } from 'hono';
import { clientOf } from './address.ts';
import { everyAnswer } from './render.ts';

/**
 * Who asks, as limits count them (clientOf): by the connection's address, or with proxies of ours in front by the one
 * that the outermost of them wrote into X-Forwarded-For. What that one did not write is never believed, and what is
 * no address is no client of its own. Null where the platform does not say.
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
  /** Names and values in turn, as they were sent. */
  readonly rawHeaders?: readonly string[];
  readonly headers?: Readonly<Record<string, unknown>>;
  /** The whole body, where our own server has read it (infra/server/node.ts). */
  readonly rawBody?: Uint8Array;
}

const nothing = new Uint8Array();

/**
 * The body of a request where Node has read it, or says that there is none; null: it is to be read from the request. A
 * stream of the web around bytes that are here costs a tenth of a show, and a third of a POST.
 */
export function bodyIn(context: Context): Uint8Array | null {
  const { incoming } = (context.env ?? {}) as { readonly incoming?: Incoming }; // as @hono/node-server fills it in
  if (incoming?.headers === undefined) return null;
  if (incoming.rawBody !== undefined) return incoming.rawBody;
  const { headers } = incoming;
  return headers['content-length'] === undefined && headers['transfer-encoding'] === undefined ? nothing : null;
}

/**
 * Whether a request names two hosts: which one counts is then anybody's guess, and RFC 9112 has it refused with 400.
 */
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
 * Lets pages of these origins ask, and no other. Never with credentials: tokens are sent in a header by the page
 * itself, so there is no cookie that a foreign page could ride on.
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
