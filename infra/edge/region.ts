// What the edge does not serve itself and passes on to the region as it is.

/** The paths of our own API and of the description of all. */
const regional = /^\/(scoria|openapi\.json)(\/|$)/;

type Serve = (request: Request) => Promise<Response>;

/** `here`, but for what only the region at `url` serves. Null: nothing is passed on. */
export const withRegion = (url: string | null, here: Serve): Serve =>
  url === null
    ? here
    : (request) => (regional.test(new URL(request.url).pathname) ? askRegion(url, request) : here(request));

/**
 * What the region answers, as it comes: an answer that goes on is passed on while it does, and one that is waited for is
 * waited for. Asked once, since nobody knows whether a request without an answer was heard. 503 when it cannot be reached.
 */
async function askRegion(url: string, request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  try {
    return await fetch(new Request(`${url}${pathname}${search}`, request), { redirect: 'manual' });
  } catch (error) {
    console.error(JSON.stringify({ level: 'error', event: 'region-unreachable', reason: String(error) }));
    return unavailable('The region cannot be reached.');
  }
}

export const unavailable = (message: string): Response =>
  Response.json({ serviceUnavailable: { code: 503, message } }, { status: 503 });
