// The API's own description, generated for the microversion that is asked about.
import { badRequest } from '../http/faults.ts';
import { newestMinor } from '../http/microversion.ts';
import { openApi } from '../http/openapi.ts';
import { type Call, operation, type Resource } from '../http/operation.ts';
import * as is from '../http/shape.ts';

function minorAsked(call: Call): number {
  const version = call.query.get('version');
  if (version === null) return newestMinor;
  const minor = /^3\.(0|[1-9]\d?)$/.test(version) ? Number(version.slice(2)) : Number.POSITIVE_INFINITY;
  if (minor > newestMinor) throw badRequest(`Invalid version '${version}'. It is one of 3.0 to 3.${newestMinor}.`);
  return minor;
}

/** The resource that describes the others, and itself. */
export function openapi(described: readonly Resource[]): Resource {
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
        handler: async (call) => openApi([...described, self], minorAsked(call), call.links.root),
      }),
    ],
  };
  return self;
}
