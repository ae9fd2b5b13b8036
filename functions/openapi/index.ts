// The API's own description, for the microversion that is asked about.

import * as is from '../http/answer-types.ts';
import { badRequest } from '../http/faults.ts';
import { newestMinor } from '../http/microversion.ts';
import { Answer, type Call, operation, type Resource } from '../http/operation.ts';
import { documentAt, isKnown, takesGzip, unzipped } from './document.ts';

function minorAsked(call: Call): number {
  const version = call.query.get('version');
  if (version === null) return newestMinor;
  const minor = /^3\.(0|[1-9]\d?)$/.test(version) ? Number(version.slice(2)) : Number.POSITIVE_INFINITY;
  if (minor > newestMinor) throw badRequest(`Invalid version '${version}'. It is one of 3.0 to 3.${newestMinor}.`);
  return minor;
}

async function show(call: Call, described: readonly Resource[]): Promise<Answer> {
  const document = await documentAt(described, call, minorAsked(call));
  // A cache may keep it, and asks each time whether it is still the one.
  const headers = { ETag: document.etag, 'Cache-Control': 'no-cache', Vary: 'Accept-Encoding' };
  if (isKnown(call.headers.get('if-none-match'), document.etag)) return new Answer(304, undefined, headers);
  const json = { ...headers, 'Content-Type': 'application/json' };
  if (!takesGzip(call.headers.get('accept-encoding'))) return new Answer(200, await unzipped(document), json);
  return new Answer(200, document.gzip, { ...json, 'Content-Encoding': 'gzip' });
}

/** The resource that describes the others, those that are loaded for it, and itself. */
export function openapi(described: readonly Resource[], load: () => Promise<readonly Resource[]>): Resource {
  const self: Resource = {
    name: 'openapi',
    rules: {},
    operations: [
      operation({
        name: 'openapi-show',
        summary: 'This API as an OpenAPI 3.1 document',
        method: 'GET',
        path: '/openapi.json',
        at: 'root',
        open: true,
        policy: [],
        success: 200,
        queryParameters: { version: 'the microversion to describe; the newest unless said' },
        answers: is.record,
        otherwise: { 304: null },
        headers: { ETag: is.text, Vary: is.text, 'Content-Encoding': is.optional(is.exactly('gzip')) },
        handler: async (call) => show(call, [...described, ...(await load()), self]),
      }),
    ],
  };
  return self;
}
