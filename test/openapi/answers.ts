// Holds answers against OpenAPI documents: status, headers and body of every one. Knows nothing of the service but what
// a document says, and leaves the JSON Schemas to ajv.
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

// biome-ignore lint/suspicious/noExplicitAny: documents are read key by key, and a wrong key is a wrong answer
export type Document = any;
type Json = Readonly<Record<string, Document>>;

/** A request and its answer. */
export interface Exchange {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly requestBody: string | null;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
formats.default(ajv);

// The same schema is in the documents of many microversions: it is compiled once.
const byText = new Map<string, ValidateFunction>();
const bySchema = new WeakMap<object, ValidateFunction>();

export function compiled(schema: Json): ValidateFunction {
  const known = bySchema.get(schema);
  if (known !== undefined) return known;
  const text = JSON.stringify(schema);
  const validate = byText.get(text) ?? ajv.compile(schema);
  byText.set(text, validate);
  bySchema.set(schema, validate);
  return validate;
}

interface Route {
  readonly pattern: RegExp;
  readonly item: Json;
}

const routes = new WeakMap<object, readonly Route[]>();

/** The paths of a document as patterns; those without names in them come first. */
function routesOf(document: Document): readonly Route[] {
  const known = routes.get(document);
  if (known !== undefined) return known;
  const names = (path: string) => path.split('{').length;
  const made = Object.entries<Json>(document.paths)
    .sort(([a], [b]) => names(a) - names(b))
    .map(([path, item]) => {
      const inside = path.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+');
      return { pattern: new RegExp(`^${inside.replace(/^\/v3\/(?=.)/, '/v3/(?:[0-9a-f-]+/)?')}$`), item };
    });
  routes.set(document, made);
  return made;
}

/** The operation that a request is for; null when the document has none. */
export function operationOf(document: Document, exchange: Exchange): Json | null {
  const { pathname } = new URL(exchange.path, 'http://localhost');
  const method = exchange.method.toLowerCase();
  const route = routesOf(document).find(({ pattern, item }) => pattern.test(pathname) && Object.hasOwn(item, method));
  const found: Json | undefined = route?.item[method];
  if (found?.['x-actions'] === undefined) return found ?? null;
  const action = actionIn(exchange.requestBody);
  return action !== null && Object.hasOwn(found['x-actions'], action) ? found['x-actions'][action] : null;
}

function actionIn(body: string | null): string | null {
  try {
    const keys = Object.keys(JSON.parse(body ?? ''));
    return keys.length === 1 ? (keys[0] ?? null) : null;
  } catch {
    return null;
  }
}

const resolve = (document: Document, value: Json): Json =>
  typeof value.$ref === 'string'
    ? value.$ref
        .split('/')
        .slice(1)
        .reduce((inner: Document, key) => inner[key], document)
    : value;

/** What is wrong with an answer; nothing when it is as the document says. */
export function wrongs(document: Document, exchange: Exchange): string[] {
  const operation = operationOf(document, exchange);
  const response = responseTo(document, operation, exchange.status);
  if (response === null) {
    return [`the document has no answer ${exchange.status} of ${operation?.operationId ?? 'a path that it has not'}`];
  }
  const told = resolve(document, response);
  return [...wrongHeaders(document, told, exchange.headers), ...wrongBody(told, exchange)];
}

/** For a request to nothing that there is: any fault. */
function responseTo(document: Document, operation: Json | null, status: number): Json | null {
  const all = operation === null ? document.components.responses : operation.responses;
  return all[operation === null ? `Fault${status}` : status] ?? null;
}

/** What the transport, browsers and caches write of their own accord. */
const transport =
  /^(content-(type|length)|date|connection|keep-alive|transfer-encoding|cache-control|access-control-[\w-]+)$/;

function wrongHeaders(document: Document, response: Json, headers: Headers): string[] {
  const described = Object.entries<Json>(response.headers ?? {}).map(
    ([name, header]) => [name.toLowerCase(), resolve(document, header)] as const,
  );
  const wrong = described.flatMap(([name, header]) => {
    const value = headers.get(name);
    if (value === null) return header.required === true ? [`the header ${name} is missing`] : [];
    return compiled(header.schema)(value) ? [] : [`the header ${name} is ${value}`];
  });
  const known = new Set(described.map(([name]) => name));
  const others = [...headers.keys()].filter((name) => !known.has(name) && !transport.test(name));
  return [...wrong, ...others.map((name) => `nobody knows the header ${name}`)];
}

function wrongBody(response: Json, { headers, text }: Exchange): string[] {
  const type = headers.get('content-type')?.split(';')[0] ?? '';
  const { content } = response;
  if (content === undefined) return text === '' ? [] : [`a body where there is none: ${text.slice(0, 200)}`];
  // An empty text is one.
  if (text === '' && content['text/plain'] !== undefined) return [];
  if (!Object.hasOwn(content, type)) return [`the content type is ${type || 'missing'}`];
  if (type !== 'application/json') return [];
  const validate = compiled(content[type].schema);
  if (validate(JSON.parse(text))) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath || 'the body'} ${message} ${JSON.stringify(params)}`,
  );
}

/** The minor version that an answer speaks; null when it speaks none (nothing was negotiated). */
export function minorOf(headers: Headers): number | null {
  const found = /^volume 3\.(\d+)$/.exec(headers.get('openstack-api-version') ?? '');
  return found === null ? null : Number(found[1]);
}
