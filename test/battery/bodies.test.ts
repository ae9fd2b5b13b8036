// Hostile bodies, to every operation that takes one: never a 5xx, and what is refused changes nothing.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Kind, type TSchema } from '@sinclair/typebox';
import fc from 'fast-check';
import { newestMinor } from '../../functions/http/microversion.ts';
import type { Operation } from '../../functions/http/operation.ts';
import { anything, asValueSchema } from '../../functions/http/schemas.ts';
import { countingDatabase } from '../../infra/database/counting.ts';
import * as samples from '../harness/samples.ts';
import { type Asked, type Scoria, startScoria, type Told } from '../harness/scoria.ts';
import { freshUndoneDatabase, type UndoneDatabase } from '../harness/undone.ts';
import { digest, seedWorld } from '../harness/world.ts';

// Each request finds the world as it was made.
let scoria: Scoria;
let database: UndoneDatabase;
let world: string;
before(async () => {
  database = await freshUndoneDatabase();
  scoria = await startScoria({ workers: false, shares: { database: countingDatabase(database) } });
  await database.keep(() => seedWorld(database));
  world = await digest(database);
  await database.undo();
});
after(async () => {
  await scoria.close();
  await database.close();
});

const version = `3.${newestMinor}`;
const withBody = samples.guarded.filter((one) => one.body !== undefined);

const schemaOf = (operation: Operation): TSchema => operation.body ?? anything();

/** Sends a body as it is and checks what holds for every answer. */
async function send(operation: Operation, body: string, asked: Asked = {}): Promise<Told> {
  const told = await scoria.ask(operation.method, samples.pathOf(operation, 'own'), {
    as: 'admin',
    version,
    body,
    ...asked,
  });
  const shown = `${operation.name} ${body.slice(0, 300)}: ${told.status} ${told.text}`;
  assert.ok(told.status < 500, shown);
  if (told.status >= 400) {
    if (await database.isWritten())
      assert.equal(await digest(database), world, `refused, and yet changed something: ${shown}`);
    assert.equal(typeof Object.values<{ message: string }>(told.body)[0]?.message, 'string', shown);
    assert.ok(told.text.length < 2000, `a fault of ${told.text.length} characters: ${shown.slice(0, 500)}`);
  }
  await database.undo();
  return told;
}

async function refuses(operation: Operation, status: number, body: string, asked: Asked = {}): Promise<void> {
  const told = await send(operation, body, asked);
  assert.equal(told.status, status, `${operation.name} ${body.slice(0, 200)}: ${told.text}`);
}

const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
const text = (operation: Operation) => JSON.stringify(samples.bodyOf(operation));

/** Bodies that only narrow what is asked for: an empty one asks for all. */
const narrows = new Set(['service-get-log', 'workers-cleanup']);

test(`what is no JSON object is refused (${withBody.length} operations)`, async () => {
  for (const one of withBody) {
    for (const body of ['{', 'null', '[]', '"text"', '1', '{"a":1,}', "{'a': 1}", '\u0000', nested(101), '[[{}]]']) {
      await refuses(one, 400, body);
    }
    await refuses(one, 400, '');
    if (!narrows.has(one.name)) await refuses(one, 400, '{}');
  }
});

test('a body nested a hundred thousand deep is refused before it is parsed', async () => {
  for (const one of withBody) await refuses(one, 400, nested(15_000));
});

test('another content type is 415', async () => {
  for (const one of withBody) {
    for (const type of ['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'nonsense']) {
      await refuses(one, 415, text(one), { headers: { 'Content-Type': type } });
    }
  }
});

test('one byte more than the largest body is 413', async () => {
  for (const one of withBody) {
    const body = text(one);
    await refuses(one, 413, body + ' '.repeat(114_689 - body.length));
  }
});

test('an unknown field is 400 wherever the schema is strict', async () => {
  for (const one of withBody) {
    for (const path of strictPaths(schemaOf(one))) {
      if (path.length === 0 && one.action !== undefined) continue;
      await refuses(one, 400, JSON.stringify(samples.withField(samples.bodyOf(one), [...path, 'no_such_field'], 1)));
    }
  }
});

test('two actions in one body are 400, and so is one that does not exist', async () => {
  for (const one of withBody.filter((operation) => operation.action !== undefined)) {
    await refuses(one, 400, JSON.stringify({ ...Object(samples.bodyOf(one)), 'os-other': {} }));
    await refuses(one, 400, '{"os-no-such-action": {}}');
    await refuses(one, 400, '{"__proto__": {}}');
    await refuses(one, 400, '{"constructor": null}');
  }
});

/** Where a schema takes no key that it does not know. */
function strictPaths(schema: TSchema, path: readonly string[] = []): (readonly string[])[] {
  if (asValueSchema(schema) !== null || schema[Kind] !== 'Object') return [];
  const here = schema.additionalProperties === false ? [path] : [];
  return [
    ...here,
    ...Object.entries<TSchema>(schema.properties).flatMap(([key, one]) => strictPaths(one, [...path, key])),
  ];
}

const hostile = [
  null, true, 0, -1, 1.5, 2 ** 31, 1e308, '', ' ', '\u0000', 'a\u0000b', '\ud800', 'x'.repeat(256), 'x'.repeat(70_000),
  '😀'.repeat(255), '\u202e\u0007\u2028', "'; DROP TABLE volumes; --", '%00', '${x}', ':id', [], [null], {}, { a: 1 },
  { a: '\u0000' }, { '\u0000': 'a' }, { a: '\ud800' }, { '': 'x' }, { a: { b: { c: [1, '\u0000'] } } },
]; // biome-ignore format: a list reads best as one

test('each field in turn takes each hostile value, without harm', async () => {
  for (const one of withBody) {
    for (const field of samples.fieldsOf(schemaOf(one))) {
      for (const value of hostile) {
        const body = JSON.stringify(samples.withField(samples.bodyOf(one), field.path, value));
        await send(one, body);
      }
      for (const raw of ['{"__proto__": {"admin": true}}', '{"constructor": {"prototype": 1}}', '{"toString": "x"}']) {
        const body = JSON.stringify(samples.withField(samples.bodyOf(one), field.path, '@@')).replace('"@@"', raw);
        await send(one, body);
      }
    }
  }
});

test('25 random bodies for each operation do no harm', async () => {
  for (const one of withBody) {
    const fields = samples.fieldsOf(schemaOf(one));
    const path = fc.constantFrom(...fields.map((field) => field.path), ['no_such_field']);
    const change = fc.tuple(path, fc.jsonValue({ maxDepth: 4, stringUnit: 'binary' }));
    const changes = fc.array(change, { minLength: 1, maxLength: 3 });
    const body = changes.map((all) =>
      all.reduce<unknown>((made, [at, value]) => samples.withField(made, at, value), samples.bodyOf(one)),
    );
    await fc.assert(
      fc.asyncProperty(body, async (value) => void (await send(one, JSON.stringify(value)))),
      { seed: 20261123, numRuns: 25 },
    );
  }
});
