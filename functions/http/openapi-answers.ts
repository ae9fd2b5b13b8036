// The answers of operations in OpenAPI: their bodies and headers, and the faults that they may return instead.

import type { AnswerType, Json } from './answer-types.ts';
import * as is from './answer-types.ts';
import { faultName } from './faults.ts';
import type { Operation } from './operation.ts';

/** Headers of every answer. */
const every: Json = {
  'x-openstack-request-id': { $ref: '#/components/headers/RequestId' },
  'X-Content-Type-Options': { $ref: '#/components/headers/Nosniff' },
};
/** Headers of every answer for which a microversion was negotiated. */
const negotiated: Json = {
  'OpenStack-API-Version': { $ref: '#/components/headers/Microversion' },
  Vary: { $ref: '#/components/headers/Vary' },
};
const whereNegotiated: Json = {
  'OpenStack-API-Version': { $ref: '#/components/headers/MicroversionIfNegotiated' },
  Vary: { $ref: '#/components/headers/VaryIfNegotiated' },
};
const withBody: Json = { 'x-compute-request-id': { $ref: '#/components/headers/ComputeRequestId' } };
const ifBody: Json = { 'x-compute-request-id': { $ref: '#/components/headers/ComputeRequestIdIfBody' } };

const requestId: Json = { type: 'string', pattern: '^req-[0-9a-f-]{36}$' };

const header = (description: string, schema: Json = { type: 'string' }, required = true) => ({
  description,
  required,
  schema,
});

/** What each status of a fault means, for readers of the document. */
const faultWords: Readonly<Record<number, string>> = {
  400: 'The request is wrong, or its target is not in a state for it',
  401: 'No token, or not a valid one',
  403: 'A rule refuses it',
  404: 'It does not exist, or the token cannot see it',
  406: 'There is no such microversion',
  409: 'Something else prevents it',
  410: 'Events after the cursor are too old and have been removed',
  412: 'If-Match does not name the current state',
  413: 'The request is too large, or a quota is used up',
  415: 'The body is not JSON',
  422: 'The Idempotency-Key belongs to another request',
  429: 'Too many requests',
  500: 'A bug in the service',
  503: 'The database, the identity service or the service for this work cannot be reached',
};
/** Faults of any operation with a token, of those that change something, and of those that need no token. */
const ofEvery = [400, 401, 403, 404, 406, 413, 415, 429, 500, 503];
const ofChanges = [409, 422];
const ofOpen = [400, 413, 429, 500, 503];

function faultResponse(status: number): Json {
  const description = faultWords[status] ?? 'Refused; the message says why';
  const common = { ...every, ...whereNegotiated, ...withBody };
  if (status === 412) return { description, headers: common };
  if (status === 401) {
    const challenge = { 'WWW-Authenticate': header('where to get a token') };
    const fault = is.object({
      error: is.object({ code: is.exactly(401), title: is.exactly('Unauthorized'), message: is.text }),
    });
    return { description, headers: { ...common, ...challenge }, content: json(fault.at(0)) };
  }
  const retry = status === 409 || status === 413 || status === 429 || status === 503;
  const details = {
    code: is.exactly(status),
    message: is.text,
    ...(retry ? { retryAfter: is.optional(is.text) } : {}),
  };
  const headers = { ...common, ...(retry ? { 'Retry-After': header('seconds', { type: 'string' }, false) } : {}) };
  const fault = is.object({ [faultName(status)]: is.object(details), ...asBarbican(status) });
  return { description, headers, content: json(fault.at(0)) };
}

/** Extra keys in the faults of the key manager: Barbican's clients read the title. */
const asBarbican = (status: number) => ({
  code: is.optional(is.exactly(status)),
  title: is.optional(is.text),
  description: is.optional(is.text),
});

const faultKey = (status: number) => (status === 412 ? 'PreconditionFailed' : `Fault${status}`);

/** What the operations of a document refer to. */
export function componentsAt(minor: number): Json {
  const version = `volume 3.${minor}`;
  return {
    securitySchemes: { token: { type: 'apiKey', in: 'header', name: 'X-Auth-Token', description: 'A Keystone token' } },
    parameters: {
      microversion: {
        name: 'OpenStack-API-Version',
        in: 'header',
        description: '`volume 3.NN` or `volume latest`; without it 3.0',
        schema: { type: 'string' },
      },
      prefer: {
        name: 'Prefer',
        in: 'header',
        description: 'wait=N: answer when it has changed, or after N seconds (25 at most)',
        schema: { type: 'string' },
      },
      idempotencyKey: {
        name: 'Idempotency-Key',
        in: 'header',
        description: 'Within 24 hours, the same request with the same key is carried out once and gets the same answer',
        schema: { type: 'string', minLength: 1, maxLength: 255 },
      },
    },
    headers: {
      PreferenceApplied: header(
        'the longest time that the request would have waited',
        { type: 'string', pattern: '^wait=' },
        false,
      ),
      ScoriaOperation: header(
        'the operations that the request has begun: see /scoria/v1/operations',
        { type: 'string' },
        false,
      ),
      RetryAfter: header('seconds after which the work may have ended', { type: 'string' }, false),
      RequestId: header('the id of the request, also in the log and in user messages', requestId),
      ComputeRequestId: header('the same id, under an old name', requestId),
      ComputeRequestIdIfBody: header('the same id, under an old name', requestId, false),
      Nosniff: header('the content type is right: do not guess another', { const: 'nosniff' }),
      Microversion: header('the microversion of the answer', { const: version }),
      MicroversionIfNegotiated: header('the microversion of the answer', { const: version }, false),
      Vary: header('the request headers that the answer depends on'),
      VaryIfNegotiated: header('the request headers that the answer depends on', { type: 'string' }, false),
    },
    responses: Object.fromEntries(
      Object.keys(faultWords).map((status) => [faultKey(Number(status)), faultResponse(Number(status))]),
    ),
  };
}

export function json(schema: Json): Json {
  return { 'application/json': { schema } };
}

const waited: Json = { 'Preference-Applied': { $ref: '#/components/headers/PreferenceApplied' } };
const begun: Json = {
  'Scoria-Operation': { $ref: '#/components/headers/ScoriaOperation' },
  'Retry-After': { $ref: '#/components/headers/RetryAfter' },
};

/** The answer of an operation that succeeds. */
function answerOf(operation: Operation, type: AnswerType | undefined, minor: number): Json {
  const own = Object.entries(operation.headers ?? {}).filter(([, one]) => (one.from ?? 0) <= minor);
  const headers = {
    ...every,
    ...(operation.open === true ? {} : negotiated),
    ...(type === undefined ? {} : type.isOptional === true ? ifBody : withBody),
    ...(operation.waits === undefined ? {} : waited),
    ...(operation.method !== 'GET' && operation.open !== true ? begun : {}),
    ...Object.fromEntries(own.map(([name, one]) => [name, header('', one.at(minor), one.isOptional !== true)])),
  };
  const description = operation.summary;
  if (type === undefined) return { description, headers };
  const streamed = operation.streams === true ? { 'text/event-stream': { schema: { type: 'string' } } } : {};
  const content = { [type.media ?? 'application/json']: { schema: type.at(minor) }, ...streamed };
  return { description, headers, content };
}

function faultsOf(operation: Operation): number[] {
  const general = operation.open === true ? ofOpen : ofEvery;
  const more = [...(operation.method === 'GET' ? [] : ofChanges), ...(operation.faults ?? [])];
  const success = [operation.success, ...Object.keys(operation.otherwise ?? {}).map(Number)];
  return [...general, ...more].filter((one) => !success.includes(one)).sort((a, b) => a - b);
}

/** What an operation answers, by status. */
export function responsesOf(operation: Operation, minor: number): Json {
  const otherwise = Object.entries(operation.otherwise ?? {});
  return {
    [operation.success]: answerOf(operation, operation.answers, minor),
    ...Object.fromEntries(otherwise.map(([status, type]) => [status, answerOf(operation, type ?? undefined, minor)])),
    ...Object.fromEntries(faultsOf(operation).map((one) => [one, { $ref: `#/components/responses/${faultKey(one)}` }])),
  };
}
