// The HTTP service: a Hono app made from the list of resources.
import { type Context, Hono } from 'hono';
import { identityFault, keyManagerFault, storageFault } from './http/faults.ts';
import { addressOf, allowOrigins, hasTwoHosts } from './http/gateway.ts';
import type { Arrived, Dialect, Kernel, Route } from './http/kernel.ts';
import { Limits } from './http/limits.ts';
import type { Operation, Resource } from './http/operation.ts';
import { pathOf } from './http/path.ts';
import { answer } from './http/pipeline.ts';
import { Policy, type Rules } from './http/policy.ts';
import type { Override } from './http/policy-table.ts';
import type { Ports, Settings } from './http/ports.ts';
import { identityResources, storageResources } from './resources.ts';

export const blockStorage: Dialect = {
  service: 'block-storage',
  version: '/v3',
  fault: storageFault,
  hasMicroversions: true,
  hasProjects: true,
};

export const identity: Dialect = {
  service: 'identity',
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
  // The router reads the path as it was sent, and decodes nothing: `/%69dentity` is not `/identity`.
  const app = new Hono({ getPath: pathOf });
  const policy = new Policy(declaredRules, overrides);
  const limits = new Limits(ports.counters, settings.limits);
  const storage: Kernel = { dialect: blockStorage, ports, settings, policy, limits };
  const keystone: Kernel = { ...storage, dialect: identity };
  if (settings.corsOrigins.length > 0) app.use('*', allowOrigins(settings.corsOrigins));
  if (ports.keystone !== undefined) addRoutes(app, keystone, identityResources);
  // Where there is a Glance, nothing stands in its place.
  const hasGlance = settings.imageUrl !== null;
  const ours = storageResources.filter(({ name }) => !hasGlance || name !== 'images');
  for (const [service, dialect] of Object.entries(dialects)) {
    const its = ours.filter((one) => (one.service ?? blockStorage.service) === service);
    addRoutes(app, { ...storage, dialect }, its);
  }
  app.all('/identity/*', (context) => answer(keystone, arrived(context, settings.proxies), null));
  app.notFound((context) => answer(storage, arrived(context, settings.proxies), null));
  return app;
}

/** How each of the services beside identity speaks. */
const dialects = {
  'block-storage': blockStorage,
  image: { ...blockStorage, service: 'image' },
  'key-manager': { ...blockStorage, service: 'key-manager', fault: keyManagerFault },
} as const satisfies Readonly<Record<string, Dialect>>;

const arrived = (context: Context, proxies: number): Arrived => ({
  request: context.req.raw,
  path: context.req.path,
  hasTwoHosts: hasTwoHosts(context),
  address: addressOf(context, proxies),
});

/** The project segment of a path: what tells `/v3/<project>/volumes` from `/v3/volumes`. */
const projectSegment = '/:project_id{[0-9a-f-]+}';

function addRoutes(app: Hono, kernel: Kernel, resources: readonly Resource[]): void {
  for (const route of routesOf(resources.flatMap((resource) => resource.operations))) {
    const method = route.operations[0]?.method ?? 'GET';
    const { proxies } = kernel.settings;
    const handle = (context: Context) =>
      answer(kernel, arrived(context, proxies), { route, params: context.req.param() });
    const methods = route.operations.every(isOpenAtRoot) ? [method, 'OPTIONS'] : [method];
    for (const path of pathsOf(kernel.dialect, route)) app.on(methods, path, handle);
  }
}

/** Discovery and probes. Load balancers ask with OPTIONS whether a service is up, and get what a GET does. */
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
