// Our check of bodies finds what TypeBox's own interpreter finds, in every schema of every operation.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as Type from '@sinclair/typebox';
import { Kind, type TSchema, TypeRegistry } from '@sinclair/typebox';
import { Errors, ValueErrorType } from '@sinclair/typebox/errors';
import fc from 'fast-check';
import { storageServices } from '../every-service.ts';
import { schemaAt } from './body.ts';
import { problemsOf } from './problems.ts';
import { asValueSchema, text } from './schemas.ts';

const leaf = text()[Kind];
TypeRegistry.Set<TSchema>(leaf, (schema, value) => asValueSchema(schema)?.check(value, '') === null);

const names: Readonly<Record<number, string>> = {
  [ValueErrorType.Kind]: 'leaf',
  [ValueErrorType.Object]: 'object',
  [ValueErrorType.ObjectRequiredProperty]: 'required',
  [ValueErrorType.ObjectAdditionalProperties]: 'additional',
  [ValueErrorType.ObjectMinProperties]: 'few-properties',
  [ValueErrorType.ObjectMaxProperties]: 'many-properties',
  [ValueErrorType.Array]: 'array',
  [ValueErrorType.ArrayMinItems]: 'few-items',
  [ValueErrorType.ArrayMaxItems]: 'many-items',
  [ValueErrorType.Union]: 'union',
  [ValueErrorType.Null]: 'null',
};

const unescaped = (part: string) => part.replaceAll('~1', '/').replaceAll('~0', '~');

/** What TypeBox finds, in our terms. It also reports problems inside of missing values, which adds nothing. */
function found(schema: TSchema, value: unknown): string[] {
  const all = [...Errors(schema, value)].filter(
    ({ type, value: wrong }) => wrong !== undefined || type === ValueErrorType.ObjectRequiredProperty,
  );
  return all.map(({ type, path }) => `${names[type]} ${path.split('/').slice(1).map(unescaped).join(' ')}`);
}

const ours = (schema: TSchema, value: unknown) =>
  [...problemsOf(schema, value)].map(({ kind, path }) => `${kind} ${path.join(' ')}`);

const bodies = storageServices
  .flatMap((service) => service.resources)
  .flatMap(({ operations }) => operations)
  .flatMap(({ name, body }) => (body === undefined ? [] : [{ name, schema: body }]));

/** Values that resemble a schema's, with mistakes in places. */
function near(schema: TSchema): fc.Arbitrary<unknown> {
  const any = fc.oneof(fc.constantFrom(null, '', 'x', 1, -1, true, [], {}), fc.string(), fc.jsonValue({ maxDepth: 2 }));
  const properties: Readonly<Record<string, TSchema>> = schema.properties ?? {};
  const inner = fc.record(Object.fromEntries(Object.entries(properties).map(([key, one]) => [key, near(one)])), {
    requiredKeys: [],
  });
  if (schema[Kind] === 'Object') {
    const more = fc.dictionary(fc.constantFrom('a/b', '~', 'extra'), any, { maxKeys: 1 });
    const object = fc.tuple(inner, more).map(([right, wrong]) => ({ ...right, ...wrong }));
    return fc.oneof({ weight: 8, arbitrary: object }, { weight: 1, arbitrary: any });
  }
  if (schema[Kind] === 'Array') return fc.oneof(fc.array(near(schema.items), { maxLength: 3 }), any);
  if (schema[Kind] === 'Union') return fc.oneof(...(schema.anyOf as TSchema[]).map(near), any);
  return any;
}

test('every body is refused where TypeBox refuses it, with the same problems in the same order', () => {
  assert.ok(bodies.length > 80, `${bodies.length} bodies`);
  for (const { name, schema } of bodies) {
    for (const minor of [0, 71]) {
      const then = schemaAt(schema, minor);
      fc.assert(
        fc.property(near(then), (value) => assert.deepEqual(ours(then, value), found(then, value), name)),
        { numRuns: 40 },
      );
    }
  }
});

test('too many and too few properties and items are problems', () => {
  const schema = Type.Object(
    { list: Type.Optional(Type.Array(text(), { minItems: 1, maxItems: 2 })) },
    { minProperties: 1, maxProperties: 2 },
  );
  for (const value of [{}, { list: [] }, { list: ['a', 'b', 'c'] }, { list: ['a'], b: 1, c: 2 }, { list: ['a'] }]) {
    assert.deepEqual(ours(schema, value), found(schema, value));
  }
});

test('a kind of schema that is not checked is a defect of ours, and never passes', () => {
  assert.throws(() => ours(Type.Object({ a: Type.Date() }), { a: 1 }), /checks no schema of the kind Date/);
});
