// OpenAPI 3.1 of the API at one microversion, made from the same list of operations that routes and validates it.
import { Kind, type TSchema } from '@sinclair/typebox';
import type { Json } from './answer-types.ts';
import { schemaAt } from './body.ts';
import { minorOf } from './microversion.ts';
import { componentsAt, json, responsesOf } from './openapi-answers.ts';
import type { Operation, Resource } from './operation.ts';
import { asValueSchema } from './schemas.ts';

/** An operation, with its action key if it shares its path with others. */
interface Action {
  readonly action: string | null;
  readonly tag: string;
  readonly described: Json;
}

/** The operations of one path, by method. */
function itemOf(methods: Readonly<Record<string, readonly Action[]>>): Json {
  return Object.fromEntries(
    Object.entries(methods).map(([method, actions]) => [
      method,
      actions[0]?.action === null ? actions[0].described : merged(actions),
    ]),
  );
}

/** The document for the operations of one microversion. Paths are in the form without a project. */
export function openApi(resources: readonly Resource[], minor: number, root: string): Json {
  const tagged = resources.flatMap((resource) =>
    resource.operations
      .filter((one) => one.since === undefined || minorOf(one.since) <= minor)
      .map((operation) => ({ operation, tag: resource.name })),
  );
  const paths: Record<string, Record<string, Action[]>> = {};
  for (const { operation, tag } of tagged) {
    const path = operation.at === 'root' ? operation.path : `/v3${operation.path}`;
    const method = operation.method.toLowerCase();
    const item = paths[path] ?? {};
    const described = { action: operation.action ?? null, tag, described: describe(operation, tag, minor) };
    paths[path] = { ...item, [method]: [...(item[method] ?? []), described] };
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
    paths: Object.fromEntries(Object.entries(paths).map(([path, item]) => [path, itemOf(item)])),
    components: componentsAt(minor),
  };
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
    responses: responsesOf(operation, minor),
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
  const isChange = operation.open !== true && operation.method !== 'GET' && operation.method !== 'HEAD';
  const key = isChange ? [{ $ref: '#/components/parameters/idempotencyKey' }] : [];
  const prefer = operation.waits === undefined ? [] : [{ $ref: '#/components/parameters/prefer' }];
  const own = Object.entries(operation.queryParameters ?? {}).map(([name, description]) => inQuery(name, description));
  return [...inPath, ...unique([...own, ...listParameters(operation, minor)]), ...header, ...key, ...prefer];
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
    inQuery('limit', 'the most items on a page', number),
    inQuery('offset', 'how many items to skip', number),
    inQuery('marker', 'the id of the last item of the previous page'),
    inQuery('sort', `key[:asc|desc], comma separated; keys: ${keys.join(', ')}`),
    inQuery('sort_key', 'the old form of sort', { type: 'string', enum: keys }),
    inQuery('sort_dir', 'the old form of sort', { type: 'string', enum: ['asc', 'desc'] }),
    ...filters,
  ];
}

/**
 * Actions share a path, but OpenAPI has one operation per path and method: it accepts one of their bodies and returns
 * one of their answers. `x-actions` says which answer belongs to which body, with one operation for each action.
 */
function merged(actions: readonly Action[]): Json {
  const bodies = actions.flatMap(({ described }) => {
    const body = described.requestBody as { readonly content: Content } | undefined; // of bodyOf()
    return body === undefined ? [] : [body.content['application/json'].schema];
  });
  const [first] = actions;
  return {
    ...first?.described,
    ...(actions.length > 1 ? { operationId: `${first?.tag}-actions`, summary: 'Actions' } : {}),
    requestBody: { required: true, content: json({ oneOf: bodies }) },
    responses: actions.reduce<Json>((all, { described }) => mergeResponses(all, described.responses as Json), {}),
    'x-actions': Object.fromEntries(actions.map(({ action, described }) => [action, described])),
  };
}

type Content = { readonly 'application/json': { readonly schema: Json } };

/** One response for several actions with the same status: the body of one of them, or none. */
function mergeResponses(all: Json, more: Json): Json {
  const out: Record<string, unknown> = { ...all };
  for (const [status, response] of Object.entries(more)) out[status] = mergeResponse(out[status], response);
  return out;
}

function mergeResponse(known: unknown, next: unknown): unknown {
  const [a, b] = [known, next].map((one) => (one as { readonly content?: Content } | undefined)?.content);
  if (a === undefined || b === undefined) return a === undefined ? (b === undefined ? (known ?? next) : next) : known;
  const both = [...choices(a['application/json'].schema), ...choices(b['application/json'].schema)];
  return { ...Object(known), content: json({ anyOf: both }) };
}

const choices = (schema: Json) => (schema.anyOf as readonly Json[] | undefined) ?? [schema];

/** Our own keywords on a schema, which are not JSON Schema. */
const ours = new Set(['since', 'strictSince', 'keepUnknown', 'hidesValues', 'check', 'read']);

/** A TypeBox schema as JSON Schema. */
function print(schema: TSchema): Json {
  const kept = Object.entries(schema).filter(([key, value]) => !ours.has(key) && value !== undefined);
  const out: Record<string, unknown> = Object.fromEntries(kept);
  if (asValueSchema(schema) !== null) return out;
  if (schema[Kind] === 'Array') return { ...out, items: print(schema.items) };
  if (schema[Kind] === 'Record') return { type: 'object', additionalProperties: true };
  if (schema[Kind] !== 'Object') return out;
  const properties = Object.entries<TSchema>(schema.properties).map(([name, one]) => [name, print(one)] as const);
  return { ...out, properties: Object.fromEntries(properties) };
}
