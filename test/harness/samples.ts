// A request for any operation, made from what the operation says of itself.
import { Kind, type TSchema } from '@sinclair/typebox';
import { storageServices } from '../../functions/every-service.ts';
import { minorOf } from '../../functions/http/microversion.ts';
import type { Operation } from '../../functions/http/operation.ts';
import { asValueSchema } from '../../functions/http/schemas.ts';
import { operationsOf } from '../../functions/http/service.ts';
import { projects } from './people.ts';
import { places, type Target, worldCluster, worldHost, worldKey } from './world.ts';

/** Every operation of Block Storage. */
export const operations: readonly Operation[] = operationsOf(storageServices);

/** Those that need a token. */
export const guarded = operations.filter((one) => one.open !== true);

/** The names between braces in a path. */
export function placesIn(operation: Operation): string[] {
  return [...operation.path.matchAll(/\{(\w+)\}/g)].map((found) => found[1] ?? '');
}

/** The place that decides whose the target is; null when the path names none. */
export function placeOf(operation: Operation) {
  const name = placesIn(operation).find((one) => one !== 'key');
  return name === undefined ? null : { name, ...place(name) };
}

function place(name: string) {
  const found = places[name];
  if (found === undefined)
    throw new Error(
      `test/harness/world.ts has no place for {${name}}: write one in \`places\`, and its rows in seedWorld()`,
    );
  return found;
}

/** The place of a name, if there is one. */
export const placeNamed = (name: string) => (Object.hasOwn(places, name) ? places[name] : undefined);

/** The places whose targets belong to a project. */
export const scopedPlaces = Object.values(places).filter((one) => one.kind === 'scoped');

/** The path with the values of the target in it; `values` goes before them. */
export function pathOf(
  operation: Operation,
  target: Target,
  values: Readonly<Record<string, string>> = {},
  project: string | null = null,
): string {
  const filled = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? place(name)[target]);
  if (operation.at === 'root') return filled;
  return `/v3${project === null || operation.at === 'version' ? '' : `/${project}`}${filled}`;
}

/** Values that mean something in the world, by the name of their field. */
function known(name: string, target: Target): unknown {
  const found = places[name];
  if (found !== undefined) return found[target];
  const values: Record<string, unknown> = {
    source_volid: places.volume_id?.[target],
    host: worldHost,
    binary: 'cinder-volume',
    project: target === 'foreign' ? projects.other : projects.own,
    quota_set: { volumes: 50 },
    quota_class_set: { volumes: 50 },
    new_size: 5,
    cron: '0 3 * * *',
    default_type: { volume_type: '__DEFAULT__' },
    volume_uuid: places.volume_id?.[target],
    new_volume: places.volume_id?.[target],
  };
  return values[name];
}

/** Texts that name something which is always there. */
const named: Readonly<Record<string, string>> = {
  group_type: '__DEFAULT__',
  volume_types: '__DEFAULT__',
  new_type: '__DEFAULT__',
};

/** A value that its schema takes: what is required, and what the world has a value for when `wide`. */
export function sample(schema: TSchema, target: Target = 'own', name = ''): unknown {
  const value = known(name, target);
  if (value !== undefined) return value;
  if (asValueSchema(schema) !== null) return named[name] ?? sampleLeaf(schema);
  if (schema[Kind] === 'Array') return Number(schema.minItems ?? 0) === 0 ? [] : [sample(schema.items, target, name)];
  if (schema[Kind] !== 'Object') return {};
  const required = new Set<string>(schema.required ?? []);
  const least = Math.max(Number(schema.minProperties ?? 0), required.size === 0 ? 1 : 0);
  const entries = Object.entries<TSchema>(schema.properties).filter(
    ([key, one], index) => required.has(key) || index < least || isAddressed(key, one),
  );
  return Object.fromEntries(entries.map(([key, one]) => [key, sample(one, target, key)]));
}

/** Fields without which nothing is found although the schema does not ask for them. */
const isAddressed = (name: string, schema: TSchema) =>
  (name === 'host' || name === 'binary') && asValueSchema(schema) !== null && schema.since === undefined;

function sampleLeaf(schema: TSchema): unknown {
  if (Array.isArray(schema.enum)) return schema.enum[0];
  const type: unknown = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (schema.format === 'uuid') return '99999999-9999-4999-8999-999999999999';
  if (schema.format === 'progress') return '50%';
  if (type === 'string') return 'x'.repeat(Math.max(1, Number(schema.minLength ?? 1)));
  if (type === 'integer') return Math.max(1, Number(schema.minimum ?? 1));
  if (type === 'boolean') return true;
  if (type === 'object') return { [worldKey]: '<is> False' };
  return type === 'null' ? null : {};
}

/** Operations whose body names by a plain `name` what is there already. */
const byName: Readonly<Record<string, string>> = { 'cluster-enable': worldCluster, 'cluster-disable': worldCluster };

/** A body that the operation takes, or nothing where it takes none. */
export function bodyOf(operation: Operation, target: Target = 'own'): unknown {
  if (operation.body === undefined) return undefined;
  const body = sample(operation.body, target);
  const name = byName[operation.name];
  return name === undefined ? body : withField(body, ['name'], name);
}

/** The microversion just below the one that brought the operation; null when it has always been there. */
export function before(operation: Pick<Operation, 'since'>): `3.${number}` | null {
  return operation.since === undefined ? null : `3.${minorOf(operation.since) - 1}`;
}

/** Each field of a body schema with the way to it from the root. */
export function fieldsOf(
  schema: TSchema,
  path: readonly string[] = [],
): { path: readonly string[]; schema: TSchema }[] {
  const here = path.length === 0 ? [] : [{ path, schema }];
  if (asValueSchema(schema) !== null || schema[Kind] !== 'Object') return here;
  const inner = Object.entries<TSchema>(schema.properties);
  return [...here, ...inner.flatMap(([name, one]) => fieldsOf(one, [...path, name]))];
}

/** Fields that name something of the world under another name than its own. */
const aliases: Readonly<Record<string, string>> = {
  source_volid: 'volume_id',
  volume_uuid: 'volume_id',
  add_volumes: 'volume_id',
  remove_volumes: 'volume_id',
  source_group_id: 'group_id',
  volume_type: 'volume_type_id',
  volume_types: 'volume_type_id',
  new_type: 'volume_type_id',
};

/** Fields of an operation's body that name a row of a project, with the way to each and the row's ids. */
export function idFieldsOf(operation: Operation) {
  if (operation.body === undefined) return [];
  return fieldsOf(operation.body).flatMap(({ path, schema }) => {
    if (asValueSchema(schema) === null || schema.type === 'object') return [];
    const name = path.at(-1) ?? '';
    const found = placeNamed(aliases[name] ?? name);
    return found?.kind === 'scoped' ? [{ path, place: found }] : [];
  });
}

/** A copy of a body with one field set, as an own property whatever its name. */
export function withField(body: unknown, path: readonly string[], value: unknown): unknown {
  const [first, ...rest] = path;
  if (first === undefined) return value;
  const inner = typeof body === 'object' && body !== null ? { ...body } : {};
  const held = Object.hasOwn(inner, first) ? (inner as Record<string, unknown>)[first] : undefined;
  Object.defineProperty(inner, first, { value: withField(held, rest, value), enumerable: true, configurable: true });
  return inner;
}
