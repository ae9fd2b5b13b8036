// What a microversion brought is absent at the one before and there at it: operations, fields of bodies, fields of
// answers, filters and sort keys, all read off the same data that the service runs on.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { storageResources } from '../../functions/every-service.ts';
import { checkBody } from '../../functions/http/body.ts';
import { Fault } from '../../functions/http/faults.ts';
import { minorOf, type Version } from '../../functions/http/microversion.ts';
import type { Operation } from '../../functions/http/operation.ts';
import * as samples from '../harness/samples.ts';
import { type Scoria, startScoria } from '../harness/scoria.ts';
import { versionedFields } from '../harness/views.ts';
import { seedWorld } from '../harness/world.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria({ workers: false });
});
after(() => scoria.close());
beforeEach(() => seedWorld(scoria.database));

const minus = (version: Version): Version => `3.${minorOf(version) - 1}`;

const ask = (one: Operation, version: Version, query = '', as = 'admin') =>
  scoria.ask(one.method, samples.pathOf(one, 'own') + query, { as, version, body: samples.bodyOf(one) });

test('an operation does not exist below its microversion, and does from it on', async () => {
  for (const one of samples.guarded) {
    if (one.since === undefined) continue;
    const isNoRoute = async (version: Version) =>
      (await ask(one, version)).body?.itemNotFound?.message === 'The resource could not be found.';
    assert.equal(await isNoRoute(minus(one.since)), true, `${one.name} at ${minus(one.since)}`);
    assert.equal(await isNoRoute(one.since), false, `${one.name} at ${one.since}`);
  }
});

test('a field of a request is unknown below its microversion, and read from it on', () => {
  for (const one of samples.guarded) {
    if (one.body === undefined) continue;
    for (const { path, schema } of samples.fieldsOf(one.body)) {
      if (schema.since === undefined) continue;
      const name = path.at(-1) ?? '';
      const body = samples.withField(samples.bodyOf(one), path, samples.sample(schema, 'own', name));
      const readAt = (version: Version) => {
        const read = checkBody(one.body ?? schema, minorOf(version), body);
        return path.reduce<unknown>((inner, key) => Object(inner)[key], read) !== undefined;
      };
      assert.equal(readAt(schema.since), true, `${one.name} ${name} at ${schema.since}`);
      try {
        assert.equal(readAt(minus(schema.since)), false, `${one.name} ${name} at ${minus(schema.since)}`);
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        assert.match(error.message, /Additional properties are not allowed/);
      }
    }
  }
});

const values = {
  uuid: '99999999-9999-4999-8999-999999999999',
  text: 'no-such-value',
  int: '999999',
  boolean: 'false',
  json: "{'no': 'such'}",
  time: 'lt:1970-01-01T00:00:00',
} as const;

/** The ids on the first page of a list; null when the request was refused. */
async function idsOf(one: Operation, version: Version, query: string, as = 'admin'): Promise<string[] | null> {
  const told = await ask(one, version, query, as);
  assert.ok(told.status === 200 || told.status === 400, `${one.name}${query} at ${version}: ${told.text}`);
  return told.status === 400 ? null : told.body[one.list?.collection ?? ''].map((row: { id: string }) => row.id);
}

const lists = samples.guarded.filter((one) => one.list !== undefined);

test('a filter is dropped or refused below its microversion, and filters from it on', async () => {
  for (const one of lists) {
    for (const [name, filter] of Object.entries(one.list?.filters ?? {})) {
      if (filter.since === undefined || (one.since !== undefined && minorOf(filter.since) <= minorOf(one.since)))
        continue;
      const query = `?${name}=${encodeURIComponent(values[filter.kind])}`;
      const shown = `${one.name} ${name}`;
      const as = filter.admin === true ? 'admin' : 'member';
      const before = await idsOf(one, minus(filter.since), query, as);
      if (minorOf(filter.since) <= 31) assert.notDeepEqual(before, [], `${shown} at ${minus(filter.since)}`);
      else assert.deepEqual(before, as === 'admin' ? [] : null, `${shown} at ${minus(filter.since)}`);
      assert.deepEqual(await idsOf(one, filter.since, query, as), [], `${shown} at ${filter.since}`);
    }
  }
});

test('like filters are dropped below 3.31, refused from then on, and work for admins from 3.34', async () => {
  for (const one of lists) {
    for (const [name, filter] of Object.entries(one.list?.filters ?? {})) {
      if (filter.like !== true || filter.admin === true) continue;
      const query = `?${name}~=no-such-value`;
      assert.notEqual((await idsOf(one, '3.30', query, 'member'))?.length, 0, `${one.name} ${name} at 3.30`);
      assert.equal(await idsOf(one, '3.33', query, 'member'), null, `${one.name} ${name} at 3.33`);
      assert.equal(await idsOf(one, '3.34', query, 'member'), null, `${one.name} ${name} at 3.34`);
      assert.deepEqual(await idsOf(one, '3.34', query, 'admin'), [], `${one.name} ${name} for admins`);
    }
  }
});

test('a sort key is unknown below its microversion, and sorts from it on', async () => {
  for (const one of lists) {
    for (const [name, key] of Object.entries(one.list?.sortKeys ?? {})) {
      if (key.since === undefined) continue;
      assert.equal(await idsOf(one, minus(key.since), `?sort=${name}`), null, `${one.name} ${name}`);
      assert.notEqual(await idsOf(one, key.since, `?sort=${name}`), null, `${one.name} ${name}`);
    }
  }
});

test('a list that has paging from a microversion ignores its parameters before', async () => {
  for (const one of lists) {
    const since = one.list?.pagingSince;
    if (since === undefined) continue;
    assert.notDeepEqual(await idsOf(one, minus(since), '?limit=0'), []);
    assert.deepEqual(await idsOf(one, since, '?limit=0'), []);
  }
});

/** The collections that count, by the microversion's own text. */
const counted = ['volumes', 'snapshots', 'backups'];

test('the count of all matches comes with 3.45, for volumes, snapshots and backups', async () => {
  for (const one of lists) {
    assert.equal((await ask(one, '3.44', '?with_count=true')).body.count, undefined, one.name);
    const kind = typeof (await ask(one, '3.45', '?with_count=true')).body.count;
    assert.equal(kind, counted.includes(one.list?.collection ?? '') ? 'number' : 'undefined', one.name);
  }
});

/** Every key of every object in a body, however deep. */
function keysIn(value: unknown, into = new Set<string>()): Set<string> {
  if (typeof value !== 'object' || value === null) return into;
  for (const [key, inner] of Object.entries(value)) {
    if (!Array.isArray(value)) into.add(key);
    keysIn(inner, into);
  }
  return into;
}

for (const resource of storageResources) {
  const fields = await versionedFields(resource.name);
  const reads = resource.operations.filter((one) => one.method === 'GET');
  for (const { name, since, until } of fields) {
    const isShown = async (version: Version) => {
      const all = await Promise.all(reads.map((one) => ask(one, version)));
      return all.some((told) => keysIn(told.body).has(name));
    };
    if (since !== undefined) {
      test(`${resource.name}: ${name} comes with ${since}`, async () => {
        assert.equal(await isShown(minus(since)), false);
        assert.equal(await isShown(since), true);
        assert.equal(await isShown('3.71'), until === undefined);
      });
    }
    if (until !== undefined) {
      test(`${resource.name}: ${name} goes after ${until}`, async () => {
        assert.equal(await isShown(until), true);
        assert.equal(await isShown(`3.${minorOf(until) + 1}`), false);
      });
    }
  }
}
