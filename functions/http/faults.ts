// Faults: the answer when a request is refused. One class; each service renders it in its own form.

export type FaultHeaders = Readonly<Record<string, string>>;

/** The most characters of a message. It may repeat part of the request, which can be long. */
const longest = 1000;

/** When a client may retry after something was unavailable: a database or a worker is back within seconds. */
const retrySeconds = '5';

/** A refusal. Throw it anywhere below the pipeline, before anything has been changed. */
export class Fault extends Error {
  readonly status: number;
  readonly headers: FaultHeaders;
  /** The rule that refused, for services with their own wording for it. */
  readonly rule: string | null;

  constructor(status: number, message: string, headers: FaultHeaders = {}, rule: string | null = null) {
    super(message.length <= longest ? message : `${message.slice(0, longest).toWellFormed()}…`);
    this.name = 'Fault';
    this.status = status;
    // Whatever is unavailable may be back soon, so every 503 says when to retry.
    this.headers = status === 503 ? { 'Retry-After': retrySeconds, ...headers } : headers;
    this.rule = rule;
  }
}

/** The names of Cinder's faults by status. */
const names: Readonly<Record<number, string>> = {
  400: 'badRequest',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'itemNotFound',
  405: 'badMethod',
  406: 'computeFault',
  409: 'conflictingRequest',
  410: 'eventsRemoved',
  413: 'overLimit',
  415: 'badMediaType',
  422: 'idempotencyKeyReused',
  429: 'overLimit',
  500: 'computeFault',
  501: 'notImplemented',
  503: 'serviceUnavailable',
};

export const faultName = (status: number) => names[status] ?? 'computeFault';

/** `{"itemNotFound": {"code": 404, "message": …}}`, the form of Block Storage. */
export function storageFault(fault: Fault): object {
  const retryAfter = fault.headers['Retry-After'];
  const details = { code: fault.status, message: fault.message };
  return { [faultName(fault.status)]: retryAfter === undefined ? details : { ...details, retryAfter } };
}

const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  413: 'Request Entity Too Large',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
  503: 'Service Unavailable',
};

/** `{"error": {"code": 404, "title": "Not Found", "message": …}}`, the form of Keystone and its middleware. */
export function identityFault(fault: Fault): object {
  const title = titles[fault.status] ?? 'Internal Server Error';
  const message =
    fault.rule === null ? fault.message : `You are not authorized to perform the requested action: ${fault.rule}.`;
  return { error: { code: fault.status, title, message } };
}

/** Barbican's form, `{"code": 404, "title": "Not Found", "description": …}`, together with ours. */
export function keyManagerFault(fault: Fault): object {
  const title = titles[fault.status] ?? (fault.status === 406 ? 'Not Acceptable' : 'Internal Server Error');
  return { ...storageFault(fault), code: fault.status, title, description: fault.message };
}

export const badRequest = (message: string) => new Fault(400, message);
export const forbidden = (rule: string) => new Fault(403, `Policy doesn't allow ${rule} to be performed.`, {}, rule);
export const notFound = (message: string) => new Fault(404, message);
export const conflict = (message: string) => new Fault(409, message);
/** Quota: clients tell it apart from rate limiting by the word "exceed" and Retry-After 0. */
export const overQuota = (message: string) => new Fault(413, message, { 'Retry-After': '0' });

/**
 * Something that the request needs is unavailable: the database, a worker, another service. A retry may succeed soon.
 */
export const unavailable = (message: string) => new Fault(503, message);

/** The answer on a route that does not exist. */
export const noSuchRoute = () => new Fault(404, 'The resource could not be found.');

/** The answer to a path that is not spelt in its one way (path.ts), whatever its route would be. */
export const misspelt = () =>
  new Fault(
    404,
    'The resource could not be found. A path has one spelling: no empty, "." or ".." segments, and encoded only what needs it.',
  );

export const serverError = () =>
  new Fault(500, 'The server has either erred or is incapable of performing the requested operation.');

export const unauthorized = () => new Fault(401, 'The request you have made requires authentication.');
