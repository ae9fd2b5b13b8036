// The HTTP service: a Hono app made from the list of resources.
import { type Context, Hono } from 'hono';
import { identityFault, keyManagerFault, storageFault } from './http/faults.ts';
import { addressOf, allowOrigins } from './http/gateway.ts';
import type { Dialect, Kernel, Route } from './http/kernel.ts';
import { Limits } from './http/limits.ts';
import type { Operation, Resource } from './http/operation.ts';
import { answer } from './http/pipeline.ts';
import { Policy, type Rules } from './http/policy.ts';
import type { Override } from './http/policy-table.ts';
import type { Ports, Settings } from './http/ports.ts';
import { identityResources, storageResources } from './resources.ts';

export const blockStorage: Dialect = {
  version: '/v3',
  fault: storageFault,
  hasMicroversions: true,
  hasProjects: true,
};

export const identity: Dialect = {
  version: '/identity/v3',
  fault: identityFault,
  hasMicroversions: false,
  hasProjects: false,
};

/** The rules of every resource, so that one file overrides those of Block Storage and of the embedded Keystone. */
export const declaredRules: Rules = Object.assign(
  {},
  ...[...storageResources, ...identityResources].map((resource) => resource.rules),
);

/**
 * An app that answers Block Storage under /v3 and, where the Keystone is the embedded one, identity under
 * /identity/v3, both discoverable at their roots. Throws PolicyError when the overrides cannot be used.
 */
export function createApp(ports: Ports, settings: Settings, overrides: readonly Override[] = []): Hono {
  const app = new Hono();
  const policy = new Policy(declaredRules, overrides);
  const limits = new Limits(ports.counters, settings.limits);
  const storage: Kernel = { dialect: blockStorage, ports, settings, policy, limits };
  const keystone: Kernel = { ...storage, dialect: identity };
  if (settings.corsOrigins.length > 0) app.use('*', allowOrigins(settings.corsOrigins));
  if (ports.keystone !== undefined) addRoutes(app, keystone, identityResources);
  // Where there is a Glance, nothing stands in its place.
  const hasGlance = settings.imageUrl !== null;
  const ours = storageResources.filter(({ name }) => !hasGlance || name !== 'images');
  addRoutes(
    app,
    storage,
    ours.filter(({ speaks }) => speaks === undefined),
  );
  const barbican: Kernel = { ...storage, dialect: { ...blockStorage, fault: keyManagerFault } };
  addRoutes(
    app,
    barbican,
    ours.filter(({ speaks }) => speaks === 'key-manager'),
  );
  app.all('/identity/*', (context) => answer(keystone, context.req.raw, null, addressOf(context, settings.proxies)));
  app.notFound((context) => answer(storage, context.req.raw, null, addressOf(context, settings.proxies)));
  return app;
}

/** The project segment of a path: what tells `/v3/<project>/volumes` from `/v3/volumes`. */
const projectSegment = '/:project_id{[0-9a-f-]+}';

function addRoutes(app: Hono, kernel: Kernel, resources: readonly Resource[]): void {
  for (const route of routesOf(resources.flatMap((resource) => resource.operations))) {
    const method = route.operations[0]?.method ?? 'GET';
    const { proxies } = kernel.settings;
    const handle = (context: Context) =>
      answer(kernel, context.req.raw, { route, params: context.req.param() }, addressOf(context, proxies));
    for (const path of pathsOf(kernel.dialect, route)) app.on(method, path, handle);
  }
}

function pathsOf(dialect: Dialect, route: Route): string[] {
  const path = route.path.replace(/\{(\w+)\}/g, ':$1');
  if (route.operations[0]?.at === 'root') return [path];
  const paths = [`${dialect.version}${path}`];
  if (dialect.hasProjects && route.operations[0]?.at === undefined) {
    paths.push(`${dialect.version}${projectSegment}${path}`);
  }
  return paths;
}

/** Operations by method and path. Fixed paths come before those with a name in them. */
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
