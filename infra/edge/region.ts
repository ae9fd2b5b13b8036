// What the edge does not serve itself and passes on to the region as it is.
import type { Log } from '../log/port.ts';

/** The paths of our own API and of the description of all. */
const regional = /^\/(scoria|openapi\.json)(\/|$)/;

type Serve = (request: Request) => Promise<Response>;

/** `here`, but for what only the region at `url` serves. Null: nothing is passed on. */
export const withRegion = (url: string | null, log: Log, here: Serve): Serve =>
  url === null
    ? here
    : (request) => (regional.test(new URL(request.url).pathname) ? askRegion(url, log, request) : here(request));

/**
 * What the region answers, as it comes: an answer that goes on is passed on while it does, and one that is waited for is
 * waited for. Asked once, since nobody knows whether a request without an answer was heard. 503 when it cannot be reached.
 */
async function askRegion(url: string, log: Log, request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  try {
    return await fetch(new Request(`${url}${pathname}${search}`, request), { redirect: 'manual' });
  } catch (error) {
    log.error('region-unreachable', { reason: String(error) });
    return unavailable('The region cannot be reached.');
  }
}

export const unavailable = (message: string): Response =>
  Response.json({ serviceUnavailable: { code: 503, message } }, { status: 503, headers: { 'Retry-After': '5' } });
