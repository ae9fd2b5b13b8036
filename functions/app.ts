// The HTTP service: a Hono app made from the list of resources.
import { type Context, Hono } from 'hono';
import { identityFault, storageFault } from './http/faults.ts';
import type { Operation, Resource } from './http/operation.ts';
import { answer, type Dialect, type Kernel, type Route } from './http/pipeline.ts';
import { Policy } from './http/policy.ts';
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

/** An app that answers Block Storage under /v3 and identity under /identity/v3, both discoverable at their roots. */
export function createApp(ports: Ports, settings: Settings): Hono {
  const app = new Hono();
  const storage = kernelOf(blockStorage, storageResources, ports, settings);
  addRoutes(app, kernelOf(identity, identityResources, ports, settings), identityResources);
  addRoutes(app, storage, storageResources);
  app.all('/identity/*', (context) => answer({ ...storage, dialect: identity }, context.req.raw, null));
  app.notFound((context) => answer(storage, context.req.raw, null));
  return app;
}

function kernelOf(dialect: Dialect, resources: readonly Resource[], ports: Ports, settings: Settings): Kernel {
  const rules = Object.assign({}, ...resources.map((resource) => resource.rules));
  return { dialect, ports, settings, policy: new Policy(rules) };
}

/** The project segment of a path: what tells `/v3/<project>/volumes` from `/v3/volumes`. */
const projectSegment = '/:project_id{[0-9a-f-]+}';

function addRoutes(app: Hono, kernel: Kernel, resources: readonly Resource[]): void {
  for (const route of routesOf(resources.flatMap((resource) => resource.operations))) {
    const method = route.operations[0]?.method ?? 'GET';
    const handle = (context: Context) => answer(kernel, context.req.raw, { route, params: context.req.param() });
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
