// What stands before the pipeline: where a request comes from, and whether a browser's page may ask.
import type { Context, MiddlewareHandler } from 'hono';

/**
 * The address of who asks: the connection's, or with proxies of ours in front the one that the outermost of them
 * wrote into X-Forwarded-For. What stands further left was written by the client and is never believed. Null where
 * the platform does not say.
 */
export function addressOf(context: Context, proxies: number): string | null {
  if (proxies > 0) {
    const forwarded = context.req.header('x-forwarded-for')?.split(',') ?? [];
    const address = forwarded.at(-proxies)?.trim();
    if (address !== undefined && address !== '' && address.length <= 64) return address;
  }
  const bindings = context.env as { readonly incoming?: Incoming } | undefined; // as @hono/node-server fills it in
  return bindings?.incoming?.socket?.remoteAddress ?? null;
}

interface Incoming {
  readonly socket?: { readonly remoteAddress?: string };
}

const methods = 'GET, HEAD, POST, PUT, PATCH, DELETE';
const requestHeaders =
  'Content-Type, OpenStack-API-Version, X-Auth-Token, X-Openstack-Request-Id, X-Service-Token, X-Subject-Token';
const responseHeaders = 'Location, OpenStack-API-Version, Retry-After, X-Openstack-Request-Id, X-Subject-Token';

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
    'Access-Control-Allow-Origin': origin,
    'Access-Control-Allow-Methods': methods,
    'Access-Control-Allow-Headers': requestHeaders,
    'Access-Control-Max-Age': '600',
    Vary: 'Origin',
  };
  return new Response(null, { status: 204, headers });
}
