// What every request goes through, in Cinder's order: token, route, microversion, content type, JSON, action, project
// in the URL, schema, existence and policy; then the handler, and its answer or fault.
import type { Actor } from '../../infra/identity/port.ts';
import { logRequest } from './access-log.ts';
import { requireAccess } from './access-rules.ts';
import { authenticate, nobody } from './authenticate.ts';
import { authorise } from './authorise.ts';
import { checkBody, readBody, receiveBody } from './body.ts';
import { badRequest, misspelt, noSuchRoute } from './faults.ts';
import { keyOf } from './idempotency/key.ts';
import { once } from './idempotency/once.ts';
import type { Dialect, IncomingRequest, Kernel, Match, Route } from './kernel.ts';
import type { Pass } from './limits.ts';
import { linksOf, rootOf } from './links.ts';
import { minorOf, negotiate } from './microversion.ts';
import { Answer, type Call, type Operation } from './operation.ts';
import { isWellSpelt } from './path.ts';
import { render, renderFault, toFault } from './render.ts';
import { isChunks, streamOf } from './stream.ts';

interface Progress {
  readonly request: Request;
  readonly path: string;
  readonly hasTwoHosts: boolean;
  readonly address: string | null;
  readonly body: Uint8Array | null;
  readonly url: URL;
  readonly requestId: string;
  readonly since: number;
  operation: Operation | null;
  pass: Pass | null;
  minor: number | null;
  /** What the handler adds to its answer. */
  readonly added: Headers;
}

/** Answers one request. Never throws: what goes wrong becomes a fault, and a bug of ours a 500 and a log line. */
export async function answer(
  kernel: Kernel,
  { request, path, hasTwoHosts, address, body }: IncomingRequest,
  match: Match | null,
): Promise<Response> {
  const progress: Progress = {
    request,
    path,
    hasTwoHosts,
    address,
    body,
    url: new URL(request.url),
    requestId: `req-${kernel.ports.ids.uuid()}`,
    since: kernel.ports.clock.now(),
    operation: onlyOne(match),
    pass: null,
    minor: null,
    added: new Headers(),
  };
  const response = await respond(kernel, progress, match, address);
  const milliseconds = Math.round(kernel.ports.clock.now() - progress.since);
  logRequest(kernel.ports.log, { ...progress, status: response.status, milliseconds });
  return response;
}

/** Before the body is read, the operation is known only on a route without actions. */
function onlyOne(match: Match | null): Operation | null {
  const [first, ...others] = match?.route.operations ?? [];
  return first !== undefined && others.length === 0 ? first : null;
}

async function respond(kernel: Kernel, progress: Progress, match: Match | null, address: string | null) {
  try {
    const { operations = [] } = match?.route ?? {};
    const isOpen = operations.length > 0 && operations.every((one) => one.open === true);
    // A request counts once it has arrived in full: while it is being sent it only costs memory, which is bounded
    // elsewhere.
    const bytes = await receiveBody(progress.request, kernel.settings.maxBodyBytes, progress.body);
    // Probes tell a busy service from a dead one, so no limit applies to them.
    if (!operations.some((one) => one.isProbe === true)) progress.pass = kernel.limits.enter(address, isOpen);
    const { operation, call } = await prepare(kernel, progress, match, isOpen, bytes);
    const { result, requestId } = await handle(kernel, progress, operation, call, bytes);
    const answered = { ...progress, requestId };
    if (result instanceof Answer && isChunks(result.body)) return stream(kernel, progress, result, result.body);
    const { head } = operation;
    if (head !== undefined && progress.request.method === 'HEAD') return render(kernel, answered, head, undefined);
    return render(kernel, answered, operation.success, result);
  } catch (error) {
    return renderFault(kernel, progress, toFault(kernel, progress, error));
  } finally {
    progress.pass?.leave();
  }
}

/** A stream keeps its place among the waiting requests until it ends. */
function stream(kernel: Kernel, progress: Progress, { status, headers }: Answer, chunks: AsyncGenerator<Uint8Array>) {
  const { pass } = progress;
  progress.pass = null;
  const body = streamOf(chunks, () => pass?.leave());
  return render(kernel, progress, status, new Answer(status, body, headers));
}

/** The handler's answer. With an Idempotency-Key the handler runs only once. */
async function handle(
  { dialect }: Kernel,
  { request, requestId }: Progress,
  operation: Operation,
  call: Call,
  body: Uint8Array,
) {
  const run = (one: Call) => operation.handler(one as never); // checked against the operation's schema
  const { waits } = operation;
  if (typeof waits === 'function' && request.headers.has('prefer')) {
    // Few requests wait, so a cold start does not load this file.
    const { handleWaiting } = await import('./waiting.ts');
    return { result: await handleWaiting(call, waits, operation.target?.param, () => run(call)), requestId };
  }
  const key = dialect.takesIdempotencyKeys && operation.open !== true ? await keyOf(request, call, body) : null;
  return key === null ? { result: await run(call), requestId } : once(call, key, run);
}

async function prepare(kernel: Kernel, progress: Progress, match: Match | null, isOpen: boolean, bytes: Uint8Array) {
  const { dialect } = kernel;
  const { request, path } = progress;
  // Checked first: how a path is spelt must not change what is found.
  if (!isWellSpelt(path)) throw misspelt();
  if (progress.hasTwoHosts) throw badRequest('A request has one Host header.');
  const actor = isOpen ? nobody : await authenticate(kernel, request.headers);
  requireAccess(actor, { service: dialect.service, method: request.method, path });
  progress.pass?.project(actor.projectId);
  if (dialect.hasMicroversions && !isOpen) progress.minor = negotiate(request.headers.get('openstack-api-version'));
  if (match === null) throw noSuchRoute();
  const minor = progress.minor ?? 0;
  const available = match.route.operations.filter((one) => one.since === undefined || minorOf(one.since) <= minor);
  if (available.length === 0) throw noSuchRoute();
  const body = readBody(request.headers, bytes);
  const operation = chooseOperation(match.route, available, body);
  progress.operation = operation;
  checkProject(dialect, match.params, actor);
  const call = await makeCall(kernel, progress, { params: match.params, actor, operation, minor, body });
  await authorise(operation, call);
  return { operation, call };
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

/** The project in the path must be the token's own. A token without a project matches no such path. */
function checkProject(dialect: Dialect, params: Readonly<Record<string, string>>, actor: Actor): void {
  if (!dialect.hasProjects || params.project_id === undefined) return;
  if (actor.projectId !== params.project_id) throw badRequest('Malformed request url');
}

/** What a call is made of. */
interface Parts extends Pick<Call, 'params' | 'actor' | 'minor'> {
  readonly operation: Operation;
  readonly body: Record<string, unknown> | undefined;
}

async function makeCall(kernel: Kernel, progress: Progress, parts: Parts): Promise<Call> {
  const { request, address, url, requestId } = progress;
  const { operation, params, actor, minor, body } = parts;
  if (body === undefined && operation.body !== undefined) throw badRequest('Malformed request body');
  return {
    ports: kernel.ports,
    settings: kernel.settings,
    policy: kernel.policy,
    actor,
    service: actor.service ?? null,
    minor,
    requestId,
    trace: request.headers.get('traceparent') ?? request.headers.get('x-openstack-request-id'),
    headers: request.headers,
    address,
    params,
    query: url.searchParams,
    links: linksIn(kernel, progress, params),
    addHeader: (name, value) => progress.added.append(name, value),
    setHeader: (name, value) => progress.added.set(name, value),
    rest: () => progress.pass?.rest(actor.projectId) ?? true,
    gone: () => request.signal,
    body: operation.body === undefined ? undefined : checkBody(operation.body, minor, body),
  };
}

/** Links start where the request's own URL does, so that clients behind a proxy can follow them. */
function linksIn({ dialect, settings }: Kernel, { request, url, path: whole }: Progress, params: Match['params']) {
  const segment = dialect.hasProjects ? (params.project_id ?? null) : null;
  const prefix = `${dialect.version}${segment === null ? '' : `/${segment}`}`;
  const path = whole.startsWith(prefix) ? whole.slice(prefix.length) : whole;
  return linksOf(rootOf(request, url, settings), dialect.version, segment, path);
}
