// What every request goes through, in Cinder's order: token, route, microversion, content type, JSON, action,
// project in the URL, schema, existence and policy; then the handler, and its answer or fault.
import { DatabaseError } from '../../infra/database/port.ts';
import { type Actor, IdentityUnavailable } from '../../infra/identity/port.ts';
import { logRequest } from './access-log.ts';
import { checkBody, readBody } from './body.ts';
import { badRequest, Fault, forbidden, noSuchRoute, notFound, serverError, unauthorized } from './faults.ts';
import type { Limits, Pass } from './limits.ts';
import { linksOf, rootOf } from './links.ts';
import { minorOf, negotiate } from './microversion.ts';
import { Answer, type Call, type Operation } from './operation.ts';
import { targetUser } from './owners/store.ts';
import type { Policy } from './policy.ts';
import type { Ports, Settings } from './ports.ts';

/** How one of our services speaks. */
export interface Dialect {
  /** `/v3` */
  readonly version: string;
  readonly fault: (fault: Fault) => object;
  /** Block Storage negotiates microversions; identity has none. */
  readonly hasMicroversions: boolean;
  /** Block Storage takes the project in its paths. */
  readonly hasProjects: boolean;
}

export interface Kernel {
  readonly dialect: Dialect;
  readonly ports: Ports;
  readonly settings: Settings;
  readonly policy: Policy;
  readonly limits: Limits;
}

/** The operations of one method and path: one, or one for each action. */
export interface Route {
  readonly path: string;
  readonly operations: readonly Operation[];
}

/** What the router found: a route and the values of its path, or nothing. */
export interface Match {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

interface Progress {
  readonly request: Request;
  readonly url: URL;
  readonly requestId: string;
  readonly since: number;
  operation: Operation | null;
  pass: Pass | null;
  minor: number | null;
}

/** Answers one request. Never throws: what goes wrong becomes a fault, and a defect of ours a 500 and a log line. */
export async function answer(
  kernel: Kernel,
  request: Request,
  match: Match | null,
  /** Where the request comes from; null: not known. */
  address: string | null = null,
): Promise<Response> {
  const progress: Progress = {
    request,
    url: new URL(request.url),
    requestId: `req-${kernel.ports.ids.uuid()}`,
    since: kernel.ports.clock.now(),
    operation: onlyOne(match),
    pass: null,
    minor: null,
  };
  const response = await respond(kernel, progress, match, address);
  const milliseconds = Math.round(kernel.ports.clock.now() - progress.since);
  logRequest(kernel.ports.log, { ...progress, status: response.status, milliseconds });
  return response;
}

/** Before the body is read, only a route that has no actions says which operation is meant. */
function onlyOne(match: Match | null): Operation | null {
  const [first, ...others] = match?.route.operations ?? [];
  return first !== undefined && others.length === 0 ? first : null;
}

async function respond(kernel: Kernel, progress: Progress, match: Match | null, address: string | null) {
  try {
    // Discovery and probes are what tells a busy service from a dead one.
    if (!(match?.route.operations.every(isProbe) ?? false)) progress.pass = kernel.limits.enter(address);
    const { operation, call } = await prepare(kernel, progress, match);
    const result = await operation.handler(call as Call<never>); // checked against the operation's schema
    return render(kernel, progress, operation.success, result);
  } catch (error) {
    return renderFault(kernel, progress, toFault(kernel, progress, error));
  } finally {
    progress.pass?.leave();
  }
}

const isProbe = (one: Operation) => one.open === true && one.at === 'root' && one.method === 'GET';

async function prepare(kernel: Kernel, progress: Progress, match: Match | null) {
  const { dialect } = kernel;
  const { request } = progress;
  const isOpen = match?.route.operations.every((one) => one.open === true) ?? false;
  const actor = isOpen ? nobody : await authenticate(kernel, request.headers);
  progress.pass?.project(actor.projectId);
  if (dialect.hasMicroversions && !isOpen) progress.minor = negotiate(request.headers.get('openstack-api-version'));
  if (match === null) throw noSuchRoute();
  const minor = progress.minor ?? 0;
  const available = match.route.operations.filter((one) => one.since === undefined || minorOf(one.since) <= minor);
  if (available.length === 0) throw noSuchRoute();
  const body = await readBody(request, kernel.settings.maxBodyBytes);
  const operation = chooseOperation(match.route, available, body);
  progress.operation = operation;
  checkProject(dialect, match.params, actor);
  const call = await makeCall(kernel, progress, match, actor, operation, minor, body);
  await authorise(operation, call);
  return { operation, call };
}

const nobody: Actor = {
  userId: '',
  userName: '',
  projectId: null,
  domainId: null,
  isSystem: false,
  roles: new Set(),
  expiresAt: 0,
};

async function authenticate(kernel: Kernel, headers: Headers): Promise<Actor> {
  const token = tokenOf(kernel, headers, 'x-auth-token');
  if (token === null) throw unauthorized();
  const { identity } = kernel.ports;
  const actor = (await identity.authenticate(token)) ?? (await authenticateExpired(kernel, headers, token));
  if (actor === null) throw unauthorized();
  return kernel.policy.admit(actor);
}

/** A service goes on with what a user began, and may be slower than the user's token lives. */
async function authenticateExpired(kernel: Kernel, headers: Headers, token: string): Promise<Actor | null> {
  const serviceToken = tokenOf(kernel, headers, 'x-service-token');
  if (serviceToken === null) return null;
  const service = await kernel.ports.identity.authenticate(serviceToken);
  return service?.roles.has('service') ? kernel.ports.identity.authenticate(token, { allowExpired: true }) : null;
}

/** Null too for a text that is longer than any token. */
function tokenOf(kernel: Kernel, headers: Headers, name: string): string | null {
  const token = headers.get(name);
  return token === null || token === '' || token.length > kernel.settings.limits.maxTokenBytes ? null : token;
}

function chooseOperation(route: Route, available: readonly Operation[], body: Record<string, unknown> | undefined) {
  const only = available[0];
  if (only !== undefined && only.action === undefined) return only;
  const keys = Object.keys(body ?? {});
  if (keys.length !== 1) throw badRequest('Malformed request body');
  const action = keys[0] ?? '';
  const found = available.find((one) => one.action === action);
  if (found !== undefined) return found;
  if (route.operations.some((one) => one.action === action)) throw noSuchRoute();
  throw badRequest(
    `There is no such action: ${action}. Verify the request body and Content-Type header and try again.`,
  );
}

/** The project in the path must be the token's. A token without a project has none to differ from. */
function checkProject(dialect: Dialect, params: Readonly<Record<string, string>>, actor: Actor): void {
  if (!dialect.hasProjects || params.project_id === undefined) return;
  if (actor.projectId !== params.project_id) throw badRequest('Malformed request url');
}

async function makeCall(
  kernel: Kernel,
  progress: Progress,
  match: Match,
  actor: Actor,
  operation: Operation,
  minor: number,
  body: Record<string, unknown> | undefined,
): Promise<Call> {
  const { request, url } = progress;
  const segment = kernel.dialect.hasProjects ? (match.params.project_id ?? null) : null;
  const serviceToken = tokenOf(kernel, request.headers, 'x-service-token');
  if (body === undefined && operation.body !== undefined) throw badRequest('Malformed request body');
  const root = rootOf(request, url, kernel.settings.publicUrl);
  const prefix = `${kernel.dialect.version}${segment === null ? '' : `/${segment}`}`;
  const path = url.pathname.startsWith(prefix) ? url.pathname.slice(prefix.length) : url.pathname;
  return {
    ports: kernel.ports,
    settings: kernel.settings,
    policy: kernel.policy,
    actor,
    service: serviceToken === null ? null : await kernel.ports.identity.authenticate(serviceToken),
    minor,
    requestId: progress.requestId,
    trace: request.headers.get('traceparent') ?? request.headers.get('x-openstack-request-id'),
    headers: request.headers,
    params: match.params,
    query: url.searchParams,
    links: linksOf(root, kernel.dialect.version, segment, path),
    body: operation.body === undefined ? undefined : checkBody(operation.body, minor, body),
  };
}

/** 403 when a rule refuses; 404 when the target is out of the actor's reach anyway. */
async function authorise(operation: Operation, call: Call): Promise<void> {
  const { actor, policy } = call;
  const rules = [...operation.policy, ...(operation.furtherPolicy?.(call) ?? [])];
  const user = rules.some((rule) => policy.asksUser(rule))
    ? await targetUser(call.ports.database, call.params, call.body, actor.userId)
    : null;
  const refused = rules.find((rule) => !policy.allows(rule, actor, actor.projectId, user));
  if (refused === undefined) return;
  if (operation.hides || (operation.exists !== undefined && !(await operation.exists(call)))) {
    throw notFound(operation.absent?.(call.params) ?? noSuchRoute().message);
  }
  throw forbidden(refused);
}

function toFault(kernel: Kernel, progress: Progress, error: unknown): Fault {
  if (error instanceof Fault) return error;
  const { log } = kernel.ports;
  if (error instanceof IdentityUnavailable) {
    log.error('identity-unavailable', { requestId: progress.requestId, reason: error.message });
    return new Fault(503, 'The identity service cannot be reached; the request was refused. Try again.');
  }
  if (error instanceof DatabaseError && error.failure === 'unavailable') {
    log.error('database-unavailable', { requestId: progress.requestId, reason: error.message });
    return new Fault(503, 'The database cannot be reached. Try again.');
  }
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  log.error('request-failed', { requestId: progress.requestId, path: progress.url.pathname, reason });
  return serverError();
}

function commonHeaders(kernel: Kernel, progress: Progress): Record<string, string> {
  const headers: Record<string, string> = {
    'x-openstack-request-id': progress.requestId,
    'X-Content-Type-Options': 'nosniff',
  };
  if (progress.minor !== null) {
    headers['OpenStack-API-Version'] = `volume 3.${progress.minor}`;
    headers.Vary = 'OpenStack-API-Version';
  } else if (!kernel.dialect.hasMicroversions) headers.Vary = 'X-Auth-Token';
  return headers;
}

function render(kernel: Kernel, progress: Progress, success: number, result: unknown): Response {
  const whole = result instanceof Answer ? result : new Answer(success, result);
  const headers = { ...commonHeaders(kernel, progress), ...whole.headers };
  if (headers['X-Subject-Token'] !== undefined) headers['Cache-Control'] = 'no-store';
  if (whole.body === undefined || whole.body === null) {
    if (whole.status !== 204) headers['Content-Length'] = '0';
    return new Response(null, { status: whole.status, headers });
  }
  headers['Content-Type'] ??= 'application/json';
  if (kernel.dialect.hasMicroversions) headers['x-compute-request-id'] = progress.requestId;
  const text = typeof whole.body === 'string' ? whole.body : JSON.stringify(whole.body);
  return new Response(text, { status: whole.status, headers });
}

function renderFault(kernel: Kernel, progress: Progress, fault: Fault): Response {
  const headers: Record<string, string> = {
    ...commonHeaders(kernel, progress),
    ...fault.headers,
    'Content-Type': 'application/json',
  };
  if (kernel.dialect.hasMicroversions) headers['x-compute-request-id'] = progress.requestId;
  if (fault.status === 401) headers['WWW-Authenticate'] = `Keystone uri="${kernel.settings.identityUrl}"`;
  if (fault.status === 412) return new Response(null, { status: 412, headers });
  const shape = fault.status === 401 ? identity401(fault) : kernel.dialect.fault(fault);
  return new Response(JSON.stringify(shape), { status: fault.status, headers });
}

/** Every service answers 401 in the words of the identity middleware. */
const identity401 = (fault: Fault) => ({ error: { code: 401, title: 'Unauthorized', message: fault.message } });
