import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { memoryCounters } from '../../infra/counters/memory.ts';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';
import { storageResources } from '../every-service.ts';
import { defaultLimits } from '../http/limits.ts';
import { minorOf } from '../http/microversion.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria({ workers: false });
});
after(() => scoria.close());

const ask = (version: string) => scoria.ask('GET', `/openapi.json?version=${version}`, { as: null });
const versions = ['3.0', '3.12', '3.27', '3.53', '3.71'] as const;

/** Every object in a document. */
function* objectsIn(value: unknown): Generator<Readonly<Record<string, unknown>>> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield value as Readonly<Record<string, unknown>>; // JSON: an object has string keys
  for (const inner of Object.values(value)) yield* objectsIn(inner);
}

for (const version of versions) {
  test(`the document of ${version} is an OpenAPI 3.1 document`, async () => {
    const told = await ask(version);
    assert.equal(told.status, 200, told.text);
    const document = told.body;
    assert.deepEqual(Object.keys(document).sort(), ['components', 'info', 'openapi', 'paths', 'security', 'servers']);
    assert.match(document.openapi, /^3\.1\.\d+$/);
    assert.equal(document.info.version, version);
    const ids: string[] = [];
    for (const [path, item] of Object.entries<Record<string, Record<string, unknown>>>(document.paths)) {
      assert.match(path, /^\//);
      for (const [method, operation] of Object.entries(item)) {
        assert.match(method, /^(get|put|post|delete|head|patch)$/);
        ids.push(operation.operationId as string);
        assert.equal(typeof operation.summary, 'string');
        checkResponses(operation.responses as Record<string, Record<string, unknown>>);
        checkParameters(path, operation.parameters as Record<string, unknown>[]);
      }
    }
    assert.equal(new Set(ids).size, ids.length, 'operationIds are unique');
    const shapes = Object.keys(document.paths).map((path) => path.replace(/\{\w+\}/g, '{}'));
    assert.equal(new Set(shapes).size, shapes.length, 'no two paths differ only in their names');
  });

  test(`every $ref in the document of ${version} leads somewhere`, async () => {
    const { body } = await ask(version);
    for (const one of objectsIn(body)) {
      if (one.$ref === undefined) continue;
      const parts = String(one.$ref).split('/');
      assert.equal(parts.shift(), '#');
      assert.notEqual(
        parts.reduce<unknown>((inner, key) => Object(inner)[key], body),
        undefined,
        String(one.$ref),
      );
    }
  });

  test(`the document of ${version} has the operations of that version and no other`, async () => {
    const { body } = await ask(version);
    const described = new Set<string>();
    for (const one of objectsIn(body.paths)) {
      if (typeof one.operationId === 'string' && !String(one.operationId).endsWith('-actions')) {
        described.add(one.operationId);
      }
    }
    const all = storageResources.flatMap((resource) => resource.operations);
    const there = all.filter((one) => one.since === undefined || minorOf(one.since) <= minorOf(version));
    assert.deepEqual([...described].sort(), there.map((one) => one.name).sort());
  });
}

function checkResponses(responses: Readonly<Record<string, Readonly<Record<string, unknown>>>>): void {
  assert.ok(Object.keys(responses).some((code) => /^[23]\d\d$/.test(code)));
  for (const [code, response] of Object.entries(responses)) {
    assert.match(code, /^(\d\d\d|default)$/);
    assert.ok('$ref' in response || typeof response.description === 'string');
  }
}

function checkParameters(path: string, parameters: readonly Readonly<Record<string, unknown>>[]): void {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map((found) => found[1]);
  const own = parameters.filter((one) => !('$ref' in one));
  const inPath = own.filter((one) => one.in === 'path');
  assert.deepEqual(inPath.map((one) => one.name).sort(), names.sort(), path);
  assert.ok(inPath.every((one) => one.required === true));
  assert.ok(own.every((one) => typeof one.name === 'string' && typeof one.schema === 'object'));
  const keys = own.map((one) => `${one.in} ${one.name}`);
  assert.equal(new Set(keys).size, keys.length, `${path}: a parameter twice`);
}

test('fields of a body come with their microversion, and nothing of ours is printed', async () => {
  const fieldsAt = async (version: string) => {
    const { body } = await ask(version);
    return body.paths['/v3/volumes'].post.requestBody.content['application/json'].schema.properties.volume;
  };
  assert.ok(!('backup_id' in (await fieldsAt('3.46')).properties));
  assert.deepEqual((await fieldsAt('3.47')).properties.backup_id, { type: ['string', 'null'], format: 'uuid' });
  assert.equal((await fieldsAt('3.52')).additionalProperties, true);
  assert.equal((await fieldsAt('3.53')).additionalProperties, false);
  const { text } = await ask('3.71');
  assert.doesNotMatch(text, /"(since|strictSince|keepUnknown|hidesValues)":/);
});

test('the actions of one path are a choice of bodies', async () => {
  const { body } = await ask('3.71');
  const { requestBody } = body.paths['/v3/volumes/{volume_id}/action'].post;
  const choices = requestBody.content['application/json'].schema.oneOf;
  assert.ok(choices.some((one: { required: string[] }) => one.required.includes('os-extend')));
  const actions = body.paths['/v3/volumes/{volume_id}/action'].post['x-actions'];
  assert.equal(actions['os-extend'].operationId, 'volume-extend');
  assert.deepEqual(Object.keys(actions['os-initialize_connection'].responses['200'].content), ['application/json']);
});

test('without a version it is the newest; a version that is none is 400', async () => {
  assert.equal((await scoria.ask('GET', '/openapi.json', { as: null })).body.info.version, '3.71');
  for (const version of ['3.72', '2.0', 'latest', '3', '3.01', '']) {
    const told = await ask(version);
    assert.equal(told.status, 400, version);
    assert.match(told.body.badRequest.message, /3\.0 to 3\.71/);
  }
});

test('a document is named by an Etag, and not sent again to whom has it', async () => {
  const first = await ask('3.71');
  const etag = first.headers.get('etag') ?? '';
  assert.match(etag, /^W\/"[0-9a-f]{32}"$/);
  assert.equal(first.headers.get('cache-control'), 'no-cache');
  const again = (version: string, tag: string) =>
    scoria.ask('GET', `/openapi.json?version=${version}`, { as: null, headers: { 'If-None-Match': tag } });
  for (const tag of [etag, etag.slice(2), '*', `"x", ${etag}`]) {
    const told = await again('3.71', tag);
    assert.deepEqual([told.status, told.text, told.headers.get('etag')], [304, '', etag], tag);
    assert.equal(told.headers.get('content-length'), null);
  }
  for (const tag of ['"x"', '', 'W/', '"']) assert.equal((await again('3.71', tag)).status, 200, tag);
  assert.equal((await again('3.70', etag)).status, 200);
});

test('limits hold for everything that is open but the two probes', async () => {
  const other = await startScoria({
    workers: false,
    shares: scoria,
    counters: memoryCounters({ clock: { now: () => 0 } }),
    settings: { limits: { ...defaultLimits, ratePerAddress: { perSecond: 0.001, burst: 1 } }, proxies: 1 },
  });
  const open = storageResources.flatMap(({ operations }) => operations).filter((one) => one.open === true);
  assert.ok(open.length > 8);
  for (const { path, method, at, success, name } of open) {
    const asked = { as: null, headers: { 'X-Forwarded-For': `192.0.2.${open.findIndex((one) => one.name === name)}` } };
    const url = `${at === 'root' ? '' : '/v3'}${path}`;
    assert.equal((await other.ask(method, url, asked)).status, success, name);
    const isProbe = name === 'healthcheck' || name === 'readyz';
    assert.equal((await other.ask(method, url, asked)).status, isProbe ? 200 : 413, name);
  }
  await other.close();
});
