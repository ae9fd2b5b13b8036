// Request bodies: read, checked against their schema at the request's microversion, and normalised.
import { Kind, type TSchema } from '@sinclair/typebox';
import { badRequest, Fault } from './faults.ts';
import { minorOf, type Version } from './microversion.ts';
import { type Problem, problemsOf } from './problems.ts';
import { inPython, shortened } from './python.ts';
import { asValueSchema } from './schemas.ts';

/** No client sends JSON nested deeper than this; Python gives up at about 1,000. */
const deepest = 100;

/**
 * The complete body of a request; empty when there is none. `received`: what the platform has already read of it. 413
 * when it is longer than `maxBytes`; 400 when the client breaks off (nobody reads that answer).
 */
export async function receiveBody(
  request: Request,
  maxBytes: number,
  received: Uint8Array | null = null,
): Promise<Uint8Array> {
  const declared = Number(request.headers.get('content-length') ?? '0');
  if (declared > maxBytes || (received?.length ?? 0) > maxBytes) throw tooLarge();
  if (received !== null) return received;
  if (request.body === null) return new Uint8Array();
  try {
    return await bytesOf(request.body, maxBytes);
  } catch (error) {
    // Any other failure of a stream that we only read was caused at its other end.
    throw error instanceof Fault ? error : brokenOff();
  }
}

/**
 * The JSON object of a body. 415 for another content type, 400 when it is not a JSON object. An empty body is
 * `undefined`.
 */
export function readBody(headers: Headers, bytes: Uint8Array): Record<string, unknown> | undefined {
  if (bytes.length === 0) return undefined;
  const type = (headers.get('content-type') ?? 'application/json').split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json' && type !== 'application/vnd.openstack.volume+json') {
    throw new Fault(415, `Unsupported Content-Type: ${type}`);
  }
  return parse(bytes);
}

/** The bytes of a body. One without a declared length is read up to `maxBytes` and no further. */
async function bytesOf(body: ReadableStream<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop ends the stream: we do not wait for a client that sends forever.
  for await (const chunk of body) {
    length += chunk.length;
    if (length > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  const [first] = chunks;
  if (chunks.length === 1 && first !== undefined) return first;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

const tooLarge = () => new Fault(413, 'Request is too large.');
const brokenOff = () => badRequest('The request ended before its body did.');
const malformed = () => badRequest('Malformed request body');

function parse(bytes: Uint8Array): Record<string, unknown> {
  let value: unknown;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (depthOf(text) > deepest) throw malformed();
    value = JSON.parse(text);
    // Half a surrogate pair is not a character: it has no UTF-8, and PostgreSQL refuses it in JSON.
    if (/\\u[dD][89a-fA-F]/.test(text) && !isWellFormed(value)) throw malformed();
  } catch {
    throw malformed();
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed();
  return value as Record<string, unknown>; // an object that JSON.parse made has string keys
}

function isWellFormed(value: unknown): boolean {
  if (typeof value === 'string') return value.isWellFormed();
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, inner]) => key.isWellFormed() && isWellFormed(inner));
}

/** How deep brackets nest. An upper bound: brackets in strings count too. */
function depthOf(text: string): number {
  let depth = 0;
  let most = 0;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === 0x7b || code === 0x5b) {
      depth += 1;
      if (depth > most) most = depth;
    } else if (code === 0x7d || code === 0x5d) depth -= 1;
  }
  return most;
}

/**
 * The body as its schema sees it at a microversion: fields newer than the request are unknown, texts are trimmed,
 * numbers and booleans written as words are converted. Throws the 400 that says which attribute is wrong, and how.
 */
export function checkBody(schema: TSchema, minor: number, body: unknown): unknown {
  const then = schemaAt(schema, minor);
  const problem = firstProblem(then, body);
  if (problem === undefined) return readValue(then, body);
  throw badRequest(schema.hidesValues === true ? withoutValues(problem) : sentence(problem, body));
}

/** The first problem that a person would name: an inner one before the value around it. */
function firstProblem(schema: TSchema, body: unknown): Problem | undefined {
  const problems = [...problemsOf(schema, body)];
  return problems.find(({ kind }) => kind !== 'additional') ?? problems[0];
}

/** For schemas with `hidesValues`, whose bodies hold passwords: names the attribute and shows nothing of its value. */
function withoutValues({ kind, path }: Problem): string {
  const last = path.at(-1) ?? '';
  if (kind === 'required') return `'${last}' is a required property`;
  return `Invalid input for field/attribute ${last}.`;
}

function sentence(problem: Problem, body: unknown): string {
  const { kind, path } = problem;
  const where = kind === 'required' || kind === 'additional' ? path.slice(0, -1) : path;
  const what = describe(problem, path.at(-1) ?? '');
  if (what.startsWith('An invalid ')) return what;
  if (where.length === 0) return what;
  const value = where.reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], body);
  const shown = typeof value === 'string' ? shortened(value) : inPython(value);
  return `Invalid input for field/attribute ${where.at(-1)}. Value: ${shown}. ${what}`;
}

/** The wording of jsonschema, which clients and their users know. */
function describe({ kind, schema, value }: Problem, last: string): string {
  if (kind === 'leaf') return asValueSchema(schema)?.check(value, last) ?? 'is not valid';
  if (kind === 'required') return `'${last}' is a required property`;
  if (kind === 'additional') return `Additional properties are not allowed ('${last}' was unexpected)`;
  return `${kind === 'union' || kind === 'null' ? '' : `${inPython(value)} `}${sentences[kind]}`;
}

const sentences = {
  'few-properties': 'does not have enough properties',
  'many-properties': 'has too many properties',
  object: "is not of type 'object'",
  array: "is not of type 'array'",
  'many-items': 'is too long',
  'few-items': 'is too short',
  union: 'Expected union value',
  null: 'Expected null',
} as const;

const versions = new WeakMap<TSchema, Map<number, TSchema>>();

/** The schema as it was at a microversion, without the fields that have a later `since`. */
export function schemaAt(schema: TSchema, minor: number): TSchema {
  const known = versions.get(schema) ?? new Map<number, TSchema>();
  versions.set(schema, known);
  const found = known.get(minor);
  if (found !== undefined) return found;
  const made = derive(schema, minor);
  known.set(minor, made);
  return made;
}

const isLater = (since: unknown, minor: number) => typeof since === 'string' && minorOf(since as Version) > minor;

function derive(schema: TSchema, minor: number): TSchema {
  if (schema[Kind] !== 'Object') return schema;
  const kept = Object.entries<TSchema>(schema.properties)
    .filter(([, property]) => !isLater(property.since, minor))
    .map(([name, property]) => [name, derive(property, minor)] as const);
  const names = new Set(kept.map(([name]) => name));
  const required = ((schema.required ?? []) as string[]).filter((name) => names.has(name));
  const lenient = isLater(schema.strictSince, minor);
  return {
    ...schema,
    properties: Object.fromEntries(kept),
    ...(required.length > 0 ? { required } : { required: undefined }),
    ...(lenient ? { additionalProperties: true } : {}),
  };
}

/** Normalises a checked value; what the schema does not know is dropped. */
function readValue(schema: TSchema, value: unknown): unknown {
  const own = asValueSchema(schema);
  if (own !== null) return own.read(value);
  if (schema[Kind] === 'Array' && Array.isArray(value)) return value.map((item) => readValue(schema.items, item));
  if (schema[Kind] !== 'Object' || typeof value !== 'object' || value === null) return value;
  const out: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(value)) {
    const property: TSchema | undefined = Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined;
    if (property !== undefined) out[name] = readValue(property, inner);
    // Assigning to this name would not add a key: it would change the object's prototype.
    else if (schema.keepUnknown === true && name !== '__proto__') out[name] = inner;
  }
  return out;
}
