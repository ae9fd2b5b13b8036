// The HTTP API: a Hono app with the services that a composition root names.
import type { Context, Hono } from 'hono';
// Our own router replaces Hono's, which are 2 KB of every function.
import { HonoBase } from 'hono/hono-base';
import { addressOf, allowOrigins, bodyIn, hasTwoHosts } from './http/gateway.ts';
import type { Dialect, IncomingRequest, Kernel, Route } from './http/kernel.ts';
import { Limits } from './http/limits.ts';
import type { Operation, Resource } from './http/operation.ts';
import { pathOf } from './http/path.ts';
import { answer } from './http/pipeline.ts';
import { Policy } from './http/policy.ts';
import type { Override } from './http/policy-table.ts';
import type { Ports } from './http/ports.ts';
import { pathRouter } from './http/router.ts';
import { rulesOf, type Service } from './http/service.ts';
import type { ApiSettings } from './http/settings.ts';

/**
 * An app with these services, each discoverable at its root. The first service answers paths that belong to no other.
 * Throws PolicyError when the overrides cannot be used.
 */
export function createApp(
  services: readonly [Service, ...Service[]],
  ports: Ports,
  settings: ApiSettings,
  overrides: readonly Override[] = [],
): Hono {
  // The router reads the path as it was sent and decodes nothing: `/%69dentity` is not `/identity`.
  const app: Hono = new HonoBase({ router: pathRouter(), getPath: pathOf });
  const policy = new Policy(rulesOf(services), overrides);
  const limits = new Limits(ports.counters, settings.limits);
  const kernelOf = ({ dialect }: Service): Kernel => ({ dialect, ports, settings, policy, limits });
  const absent = (service: Service) => (context: Context) =>
    answer(kernelOf(service), incoming(context, settings.proxies), null);
  if (settings.corsOrigins.length > 0) app.use('*', allowOrigins(settings.corsOrigins));
  for (const service of services) addRoutes(app, kernelOf(service), service.resources);
  for (const service of services)
    if (service.dialect.root !== null) app.all(`${service.dialect.root}/*`, absent(service));
  app.notFound(absent(services[0]));
  return app;
}

const incoming = (context: Context, proxies: number): IncomingRequest => ({
  request: context.req.raw,
  path: context.req.path,
  hasTwoHosts: hasTwoHosts(context),
  address: addressOf(context, proxies),
  body: bodyIn(context),
});

/** The project segment of a path: it tells `/v3/<project>/volumes` from `/v3/volumes`. */
const projectSegment = '/:project_id{[0-9a-f-]+}';

function addRoutes(app: Hono, kernel: Kernel, resources: readonly Resource[]): void {
  for (const route of routesOf(resources.flatMap((resource) => resource.operations))) {
    const method = route.operations[0]?.method ?? 'GET';
    const { proxies } = kernel.settings;
    const handle = (context: Context) =>
      answer(kernel, incoming(context, proxies), { route, params: context.req.param() });
    const methods = route.operations.every(isOpenAtRoot) ? [method, 'OPTIONS'] : [method];
    for (const path of pathsOf(kernel.dialect, route)) app.on(methods, path, handle);
  }
}

/** Discovery and probes. Load balancers may probe with OPTIONS, and get the answer of a GET. */
const isOpenAtRoot = ({ method, at, open }: Operation) => method === 'GET' && at === 'root' && open === true;

function pathsOf(dialect: Dialect, route: Route): string[] {
  const path = route.path.replace(/\{(\w+)\}/g, ':$1');
  if (route.operations[0]?.at === 'root') return [path];
  const paths = [`${dialect.version}${path}`];
  if (dialect.hasProjects && route.operations[0]?.at === undefined) {
    paths.push(`${dialect.version}${projectSegment}${path}`);
  }
  return paths;
}

/** Operations by method and path. Fixed paths come before those with parameters. */
export function routesOf(operations: readonly Operation[]): Route[] {
  const routes = new Map<string, Operation[]>();
  for (const operation of operations) {
    const key = `${operation.method} ${operation.at ?? ''} ${operation.path}`;
    routes.set(key, [...(routes.get(key) ?? []), operation]);
  }
  const all = [...routes.values()].map((group) => ({ path: group[0]?.path ?? '', operations: group }));
  const names = (route: Route) => route.path.split('{').length;
  return all.sort((a, b) => names(a) - names(b));
}
