// Responses: what a handler returned or what went wrong, in the form and with the headers of the service.
import { DatabaseError } from '../../infra/database/port.ts';
import { IdentityUnavailable, TooManySignIns } from '../../infra/identity/port.ts';
import { tooLarge } from '../../schema/sizes.ts';
import { badRequest, Fault, serverError, unavailable } from './faults.ts';
import { JsonText } from './json.ts';
import type { Kernel } from './kernel.ts';
import { Answer } from './operation.ts';

/** The request to answer. */
export interface Answered {
  readonly request: Request;
  readonly path: string;
  readonly requestId: string;
  /** The microversion in force; null before it is known, and for services without microversions. */
  readonly minor: number | null;
  /** Headers that the handler added. */
  readonly added: Headers;
}

/** The fault for an error. An unexpected error is logged in full and becomes a 500. */
export function toFault(kernel: Kernel, answered: Answered, error: unknown): Fault {
  if (error instanceof Fault) return error;
  const isRefused = error instanceof DatabaseError && error.failure === 'refused';
  const sentence = isRefused ? tooLarge(error.reason) : null;
  if (sentence !== null) return badRequest(sentence);
  const { log } = kernel.ports;
  if (error instanceof TooManySignIns) return tooManySignIns(error.retryAfterSeconds);
  if (error instanceof IdentityUnavailable) {
    log.error('identity-unavailable', { requestId: answered.requestId, reason: error.message });
    return unavailable('The identity service cannot be reached; the request was refused. Try again.');
  }
  if (error instanceof DatabaseError && error.failure === 'unavailable') {
    log.error('database-unavailable', { requestId: answered.requestId, reason: error.message });
    return unavailable('The database cannot be reached. Try again.');
  }
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  log.error('request-failed', { requestId: answered.requestId, path: answered.path, reason });
  return serverError();
}

/** The password has not been checked: it may be right. */
const tooManySignIns = (seconds: number) =>
  new Fault(429, `Too many passwords are being checked. This one was not looked at; try again in ${seconds} seconds.`, {
    'Retry-After': String(seconds),
  });

/** Headers of every answer, for every client. */
export const everyAnswer: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  // An answer is for one token only, and some answers open volumes: no cache on the way may keep it.
  'Cache-Control': 'no-store',
};

function commonHeaders(kernel: Kernel, answered: Answered): Record<string, string> {
  const headers: Record<string, string> = { 'x-openstack-request-id': answered.requestId, ...everyAnswer };
  if (answered.minor !== null) {
    headers['OpenStack-API-Version'] = `volume 3.${answered.minor}`;
    headers.Vary = 'OpenStack-API-Version';
  } else if (!kernel.dialect.hasMicroversions) headers.Vary = 'X-Auth-Token';
  return headers;
}

/** The answer to a request that succeeded. */
export function render(kernel: Kernel, answered: Answered, success: number, result: unknown): Response {
  const whole = result instanceof Answer ? result : new Answer(success, result);
  const added = Object.fromEntries(answered.added);
  const headers: Record<string, string> = { ...commonHeaders(kernel, answered), ...added, ...whole.headers };
  if (whole.body === undefined || whole.body === null) {
    if (whole.status !== 204 && whole.status !== 304) headers['Content-Length'] = '0';
    return new Response(null, { status: whole.status, headers });
  }
  headers['Content-Type'] ??= 'application/json';
  if (kernel.dialect.hasMicroversions) headers['x-compute-request-id'] = answered.requestId;
  return new Response(bodyOf(whole.body), { status: whole.status, headers });
}

function bodyOf(body: unknown): BodyInit {
  if (body instanceof JsonText) return body.text;
  const isRaw = typeof body === 'string' || body instanceof Uint8Array || body instanceof ReadableStream;
  return isRaw ? (body as BodyInit) : JSON.stringify(body); // isRaw means just that
}

/** The answer to a request that failed. */
export function renderFault(kernel: Kernel, answered: Answered, fault: Fault): Response {
  const headers: Record<string, string> = {
    ...commonHeaders(kernel, answered),
    ...fault.headers,
    'Content-Type': 'application/json',
  };
  if (kernel.dialect.hasMicroversions) headers['x-compute-request-id'] = answered.requestId;
  if (fault.status === 401) headers['WWW-Authenticate'] = `Keystone uri="${kernel.settings.identityUrl}"`;
  if (fault.status === 412) return new Response(null, { status: 412, headers });
  const body = fault.status === 401 ? identity401(fault) : kernel.dialect.fault(fault);
  return new Response(JSON.stringify(body), { status: fault.status, headers });
}

/** Every service answers 401 as Keystone's middleware does. */
const identity401 = (fault: Fault) => ({ error: { code: 401, title: 'Unauthorized', message: fault.message } });
