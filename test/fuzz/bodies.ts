// Bodies made from an operation's own schema: right ones, right ones with something wrong in them, and noise.
import { Kind, type TSchema } from '@sinclair/typebox';
import fc from 'fast-check';
import type { Operation } from '../../functions/http/operation.ts';
import { asValueSchema } from '../../functions/http/schemas.ts';
import { projects } from '../harness/people.ts';
import * as samples from '../harness/samples.ts';
import { places, worldHost, worldKey } from '../harness/world.ts';
import { accepted } from './accepted.ts';
import { alternatives, likely } from './world.ts';

/** Ids of everything in the world, of what is another project's and of what is not there, dashed and not. */
const ids = [
  ...new Set([
    ...Object.values(places).flatMap((place) => [place.own, place.foreign, place.absent]),
    ...Object.values(alternatives).flat(),
  ]),
];
export const worldWord: fc.Arbitrary<string> = fc.constantFrom(
  ...ids,
  ...ids.map((id) => id.replaceAll('-', '').toUpperCase()),
  ...Object.values(projects),
  worldHost,
  'world@two',
  'world@two#pool',
  worldKey,
  `${worldHost}#pool`,
  '__DEFAULT__',
  'nova',
  'cinder-volume',
  'default',
);

/** Code points of all planes, surrogates and null among them. (fast-check's own units cost 4 s at the start.) */
const anyCharacter = fc.oneof(
  fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCodePoint(code)),
  fc.integer({ min: 0, max: 0x10ffff }).map((code) => String.fromCodePoint(code)),
);

const shortText = fc.string({ unit: anyCharacter, maxLength: 40 });

/** Any text, the worst among them: unpaired surrogates, null characters, SQL, just and much too long. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  { weight: 20, arbitrary: shortText },
  {
    weight: 10,
    arbitrary: fc.constantFrom(
      ...['', ' ', '\u0000', '\ud800', "'; DROP TABLE volumes; --", '%00', '${x}', ':id', '../../etc', '-1', '1e308'],
      ...['__proto__', 'constructor', 'None', "{'a': 'b'}", '😀'.repeat(255), '\u202e\u0007\u2028'],
    ),
  },
  { weight: 6, arbitrary: fc.integer({ min: 250, max: 260 }).map((length) => 'x'.repeat(length)) },
  { weight: 1, arbitrary: fc.constantFrom('x'.repeat(70_000), 'é'.repeat(3_000)) },
);

/** Any JSON, with any text in it. */
const anyJson = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(shortText, fc.boolean(), fc.constant(null), fc.double({ noNaN: true, noDefaultInfinity: true })),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(shortText, tie('value'), { maxKeys: 3 }),
  ),
})).value;

const anyNumber = fc.oneof(
  fc.integer(),
  fc.double(),
  fc.constantFrom(0, -1, 1, 2 ** 31 - 1, 2 ** 31, 2 ** 53, -(2 ** 63), 1e308, 5e-324),
);

const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: anyText },
  { weight: 2, arbitrary: anyNumber },
  { weight: 2, arbitrary: worldWord },
  { weight: 2, arbitrary: anyJson },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(null, true, false, [], {}, [null], [[]], { a: { b: [1] } }) },
);

function leafText(name: string): fc.Arbitrary<unknown> {
  return fc.oneof(
    fc.constant(samples.sample(textSchema, 'own', name)),
    worldWord,
    fc.string({ maxLength: 20 }),
    anyText,
  );
}
const textSchema = { type: 'string' } as unknown as TSchema; // only its type is read

const digits = (values: fc.Arbitrary<number>) => values.map(String);

function valueSchema(schema: TSchema, name: string): fc.Arbitrary<unknown> {
  const types = [schema.type].flat() as unknown[];
  if (Array.isArray(schema.enum)) {
    const words = schema.enum.map(String);
    return fc.constantFrom(...words, ...words.map((one) => one.toUpperCase()));
  }
  const whole = fc.integer({
    min: Number(schema.minimum ?? -5),
    max: Math.min(Number(schema.maximum ?? 1e6), 2 ** 31),
  });
  const known = likely(name);
  const kinds: fc.Arbitrary<unknown>[] = known.length > 0 ? [fc.constantFrom(...known), fc.constantFrom(...known)] : [];
  if (schema.format === 'uuid') return fc.oneof(...kinds, worldWord, fc.uuid());
  kinds.push(fc.constant(samples.sample(schema, 'own', name)));
  if (types.includes('integer')) kinds.push(whole, digits(whole), fc.integer({ min: 1, max: 5 }));
  else if (types.includes('boolean')) kinds.push(fc.boolean(), fc.constantFrom('true', 'False', 'yes', '0'));
  else if (types.includes('object'))
    kinds.push(fc.dictionary(fc.oneof(fc.constant(worldKey), keyText), anyText, { maxKeys: 4 }));
  else if (types.includes('string')) kinds.push(leafText(name));
  else kinds.push(anyJson, fc.dictionary(keyText, anyText, { maxKeys: 3 }));
  if (types.includes('null')) kinds.push(fc.constant(null));
  return fc.oneof(...kinds);
}

const keyText = fc.oneof(fc.stringMatching(/^[\w.:-]{1,20}$/), anyText);

/** Values that a schema takes, or nearly: what a field may be besides its shape, only the service knows. */
function right(schema: TSchema, name = ''): fc.Arbitrary<unknown> {
  if (asValueSchema(schema) !== null) return valueSchema(schema, name);
  if (schema[Kind] === 'Array') return fc.array(right(schema.items, name), { maxLength: 4 });
  if (schema[Kind] !== 'Object') return anyJson;
  const required = (schema.required ?? []) as string[];
  const fields = Object.entries<TSchema>(schema.properties).map(([key, one]) => [key, right(one, key)] as const);
  return fc.record(Object.fromEntries(fields), { requiredKeys: required.filter((key) => key in schema.properties) });
}

/** The text of a body: JSON nearly always. */
export function bodyOf(operation: Operation): fc.Arbitrary<string | undefined> {
  if (operation.method === 'GET') return fc.constant(undefined);
  if (operation.body === undefined) {
    const noise = anyJson.map(asText);
    return fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: noise });
  }
  const kept = accepted[operation.name]?.body ?? samples.bodyOf(operation);
  const valid = fc.oneof(right(operation.body), fc.constant(kept));
  const paths = [...samples.fieldsOf(operation.body).map((field) => field.path), ['no_such_field']];
  const change = fc.tuple(fc.constantFrom(...paths), hostileValue);
  const changed = fc
    .tuple(valid, fc.array(change, { minLength: 1, maxLength: 3 }))
    .map(([body, changes]) =>
      changes.reduce<unknown>((made, [path, value]) => samples.withField(made, path, value), body),
    );
  const torn = fc.tuple(valid.map(asText), fc.nat(400)).map(([text, at]) => text.slice(0, at % (text.length + 1)));
  return fc.oneof(
    { weight: 9, arbitrary: valid.map(asText) },
    { weight: 9, arbitrary: changed.map(asText) },
    { weight: 1, arbitrary: torn },
    { weight: 1, arbitrary: fc.oneof(anyJson.map(asText), anyText) },
  );
}

const asText = (value: unknown) => JSON.stringify(value) ?? 'null';
