// OpenAPI 3.1 of the API at one microversion, read off the list of operations that also routes and validates it.
import { Kind, type TSchema } from '@sinclair/typebox';
import { schemaAt } from './body.ts';
import { asLeaf } from './leaves.ts';
import { minorOf } from './microversion.ts';
import type { Operation, Resource } from './operation.ts';

type Json = Readonly<Record<string, unknown>>;

/** A document for the operations that a microversion has. Paths are in the form without a project. */
export function openApi(resources: readonly Resource[], minor: number, root: string): Json {
  const tagged = resources.flatMap((resource) =>
    resource.operations
      .filter((one) => one.since === undefined || minorOf(one.since) <= minor)
      .map((operation) => ({ operation, tag: resource.name })),
  );
  const paths: Record<string, Record<string, Json>> = {};
  for (const { operation, tag } of tagged) {
    const path = operation.at === 'root' ? operation.path : `/v3${operation.path}`;
    const method = operation.method.toLowerCase();
    const item = paths[path] ?? {};
    item[method] = merge(item[method], describe(operation, tag, minor));
    paths[path] = item;
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Scoria Block Storage',
      version: `3.${minor}`,
      description: `The Block Storage API v3 at microversion 3.${minor}. Each path under /v3 also exists as /v3/{project_id}/….`,
    },
    servers: [{ url: root }],
    security: [{ token: [] }],
    paths,
    components,
  };
}

const components: Json = {
  securitySchemes: { token: { type: 'apiKey', in: 'header', name: 'X-Auth-Token', description: 'A Keystone token' } },
  parameters: {
    microversion: {
      name: 'OpenStack-API-Version',
      in: 'header',
      description: '`volume 3.NN` or `volume latest`; without it 3.0',
      schema: { type: 'string' },
    },
  },
  schemas: {
    Fault: {
      type: 'object',
      description: 'One key, which names the fault',
      additionalProperties: {
        type: 'object',
        required: ['code', 'message'],
        properties: { code: { type: 'integer' }, message: { type: 'string' }, retryAfter: { type: 'string' } },
      },
    },
    Unauthorized: {
      type: 'object',
      required: ['error'],
      properties: {
        error: {
          type: 'object',
          properties: { code: { type: 'integer' }, title: { type: 'string' }, message: { type: 'string' } },
        },
      },
    },
  },
  responses: {
    Fault: { description: 'Refused, and why', content: json({ $ref: '#/components/schemas/Fault' }) },
    Unauthorized: {
      description: 'No token, or none that holds',
      headers: { 'WWW-Authenticate': { schema: { type: 'string' } } },
      content: json({ $ref: '#/components/schemas/Unauthorized' }),
    },
  },
};

function json(schema: Json): Json {
  return { 'application/json': { schema } };
}

function describe(operation: Operation, tag: string, minor: number): Json {
  const isOpen = operation.open === true;
  return {
    operationId: operation.name,
    summary: operation.summary,
    tags: [tag],
    ...(isOpen ? { security: [] } : {}),
    parameters: parametersOf(operation, minor),
    ...(operation.body === undefined ? {} : { requestBody: bodyOf(schemaAt(operation.body, minor)) }),
    responses: {
      [String(operation.success)]: {
        description: operation.summary,
        ...(operation.answers === undefined ? {} : { content: json(print(operation.answers)) }),
      },
      ...(isOpen ? {} : { 401: { $ref: '#/components/responses/Unauthorized' } }),
      default: { $ref: '#/components/responses/Fault' },
    },
  };
}

const bodyOf = (schema: TSchema): Json => ({ required: true, content: json(print(schema)) });

function parametersOf(operation: Operation, minor: number): readonly Json[] {
  const inPath = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const header = operation.open === true ? [] : [{ $ref: '#/components/parameters/microversion' }];
  const own = Object.entries(operation.queryParameters ?? {}).map(([name, description]) => inQuery(name, description));
  return [...inPath, ...unique([...own, ...listParameters(operation, minor)]), ...header];
}

const inQuery = (name: string, description: string, schema: Json = { type: 'string' }) => ({
  name,
  in: 'query',
  description,
  schema,
});

const unique = <T extends { readonly name: string }>(all: readonly T[]): T[] => [
  ...new Map(all.map((one) => [one.name, one] as const)).values(),
];

const types: Readonly<Record<string, Json>> = { int: { type: 'integer' }, boolean: { type: 'boolean' } };

function listParameters(operation: Operation, minor: number) {
  const { list } = operation;
  if (list === undefined) return [];
  const has = (one: { readonly since?: `3.${number}` }) => one.since === undefined || minorOf(one.since) <= minor;
  const filters = Object.entries(list.filters)
    .filter(([, filter]) => has(filter))
    .map(([name, filter]) =>
      inQuery(name, filter.admin === true ? 'filter, for admins' : 'filter', types[filter.kind] ?? { type: 'string' }),
    );
  if (list.pagingSince !== undefined && minorOf(list.pagingSince) > minor) return filters;
  const keys = Object.entries(list.sortKeys).flatMap(([name, key]) => (has(key) ? [name] : []));
  const number = { type: 'integer', minimum: 0 };
  return [
    inQuery('limit', 'the most items of one page', number),
    inQuery('offset', 'how many items are passed over', number),
    inQuery('marker', 'the id of the last item of the page before'),
    inQuery('sort', `key[:asc|desc], comma separated; keys: ${keys.join(', ')}`),
    inQuery('sort_key', 'the old form of sort', { type: 'string', enum: keys }),
    inQuery('sort_dir', 'the old form of sort', { type: 'string', enum: ['asc', 'desc'] }),
    ...filters,
  ];
}

/** Actions share a path: their bodies become a choice, and the first one gives the path its name. */
function merge(known: Json | undefined, next: Json): Json {
  if (known === undefined) return next;
  const actions = [...((known['x-actions'] as string[] | undefined) ?? [known.operationId]), next.operationId];
  const schemas = [known, next].flatMap(choicesOf);
  return {
    ...known,
    summary: 'Actions',
    'x-actions': actions,
    requestBody: { required: true, content: json({ oneOf: schemas }) },
    responses: { ...Object(next.responses), ...Object(known.responses) },
  };
}

function choicesOf(operation: Json): readonly Json[] {
  const body = operation.requestBody as ReturnType<typeof bodyOf> | undefined; // written by describe() or merge()
  const content = body?.content as { 'application/json': { schema: Json } } | undefined;
  const schema = content?.['application/json'].schema;
  if (schema === undefined) return [];
  return (schema.oneOf as readonly Json[] | undefined) ?? [schema];
}

/** Words of ours on a schema, which are no JSON Schema. */
const ours = new Set(['since', 'strictSince', 'keepUnknown', 'hidesValues', 'check', 'read']);

/** A TypeBox schema as JSON Schema. */
function print(schema: TSchema): Json {
  const kept = Object.entries(schema).filter(([key, value]) => !ours.has(key) && value !== undefined);
  const out: Record<string, unknown> = Object.fromEntries(kept);
  if (asLeaf(schema) !== null) return out;
  if (schema[Kind] === 'Array') return { ...out, items: print(schema.items) };
  if (schema[Kind] === 'Record') return { type: 'object', additionalProperties: true };
  if (schema[Kind] !== 'Object') return out;
  const properties = Object.entries<TSchema>(schema.properties).map(([name, one]) => [name, print(one)] as const);
  return { ...out, properties: Object.fromEntries(properties) };
}
