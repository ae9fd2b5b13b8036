// What is wrong with a value under the schema of a body. TypeBox's own interpreter handles every kind of schema and
// has a message for each, which adds 23 KB to every function that starts. Bodies need only these few kinds.
import { Kind, type TSchema } from '@sinclair/typebox';
import { asValueSchema } from './schemas.ts';

export type Problem = {
  readonly kind:
    | 'leaf'
    | 'object'
    | 'required'
    | 'additional'
    | 'few-properties'
    | 'many-properties'
    | 'array'
    | 'few-items'
    | 'many-items'
    | 'union'
    | 'null';
  /**
   * The schema of the wrong value; for a missing property that of the property, for an unknown one that of its
   * object.
   */
  readonly schema: TSchema;
  /** The keys that lead to it, from the body down. */
  readonly path: readonly string[];
  readonly value: unknown;
};

type Visit = (schema: TSchema, value: unknown, path: readonly string[]) => Iterable<Problem>;

/** Everything that is wrong with a value, in the order of its schema; nothing when it is valid. */
export function* problemsOf(schema: TSchema, value: unknown, path: readonly string[] = []): Generator<Problem> {
  const leaf = asValueSchema(schema);
  if (leaf !== null) {
    if (leaf.check(value, '') !== null) yield { kind: 'leaf', schema, path, value };
    return;
  }
  const visit = visits[schema[Kind]];
  if (visit === undefined) throw new Error(`functions/http/problems.ts checks no schema of the kind ${schema[Kind]}`);
  yield* visit(schema, value, path);
}

const visits: Readonly<Record<string, Visit>> = { Object: ofObject, Array: ofArray, Union: ofUnion, Null: ofNull };

function* ofObject(schema: TSchema, value: unknown, path: readonly string[]): Generator<Problem> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return yield { kind: 'object', schema, path, value };
  }
  const given = Object.entries(value);
  const properties: Readonly<Record<string, TSchema>> = schema.properties;
  const known = (name: string) => (Object.hasOwn(properties, name) ? properties[name] : undefined);
  if (given.length < (schema.minProperties ?? 0)) yield { kind: 'few-properties', schema, path, value };
  if (given.length > (schema.maxProperties ?? given.length)) yield { kind: 'many-properties', schema, path, value };
  for (const name of (schema.required ?? []) as readonly string[]) {
    const property = known(name) ?? schema;
    if (!Object.hasOwn(value, name)) {
      yield { kind: 'required', schema: property, path: [...path, name], value: undefined };
    }
  }
  if (schema.additionalProperties === false) {
    for (const [name, inner] of given) {
      if (known(name) === undefined) yield { kind: 'additional', schema, path: [...path, name], value: inner };
    }
  }
  for (const [name, property] of Object.entries(properties)) {
    if (Object.hasOwn(value, name)) {
      yield* problemsOf(property, (value as Record<string, unknown>)[name], [...path, name]);
    }
  }
}

function* ofArray(schema: TSchema, value: unknown, path: readonly string[]): Generator<Problem> {
  if (!Array.isArray(value)) return yield { kind: 'array', schema, path, value };
  if (value.length < (schema.minItems ?? 0)) yield { kind: 'few-items', schema, path, value };
  if (value.length > (schema.maxItems ?? value.length)) yield { kind: 'many-items', schema, path, value };
  for (const [at, item] of value.entries()) yield* problemsOf(schema.items, item, [...path, `${at}`]);
}

function* ofUnion(schema: TSchema, value: unknown, path: readonly string[]): Generator<Problem> {
  const isOne = (schema.anyOf as readonly TSchema[]).some((one) => problemsOf(one, value).next().done === true);
  if (!isOne) yield { kind: 'union', schema, path, value };
}

function* ofNull(schema: TSchema, value: unknown, path: readonly string[]): Generator<Problem> {
  if (value !== null) yield { kind: 'null', schema, path, value };
}
