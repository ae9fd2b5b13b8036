// The query parameters that every list reads.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { minorOf, newestMinor } from '../../functions/http/microversion.ts';
import type { Operation } from '../../functions/http/operation.ts';
import * as samples from '../harness/samples.ts';
import { type Scoria, startScoria } from '../harness/scoria.ts';
import { seedWorld } from '../harness/world.ts';
import { leastOf } from '../rbac/golden.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria({ workers: false });
  await seedWorld(scoria.database);
});
after(() => scoria.close());

const lists = samples.guarded.filter((one) => one.list !== undefined);
const queryable = samples.guarded.filter((one) => one.method === 'GET');

/** Lists that only an admin may read, and whose filters so are an admin's. */
const isForAdmins = (one: Operation) => leastOf(one.name) === 'admin';

const ask = (one: Operation, query: string, as = isForAdmins(one) ? 'admin' : 'member', version = `3.${newestMinor}`) =>
  scoria.ask('GET', `${samples.pathOf(one, 'own')}?${query}`, { as, version });

const refused: readonly (readonly [string, number, RegExp])[] = [
  ['limit=abc', 400, /limit param must be an integer/],
  ['limit=', 400, /limit param must be an integer/],
  ['limit=-1', 400, /limit param must be positive/],
  ['limit=1.5', 400, /limit param must be an integer/],
  ['offset=abc', 400, /offset param must be an integer/],
  ['offset=-1', 400, /offset param must be positive/],
  ['offset=2147483648', 400, /offset/],
  ['sort=nothing', 400, /Sort key supplied is invalid/],
  ['sort=__proto__', 400, /Sort key supplied is invalid/],
  ['sort=created_at:up', 400, /Unknown sort direction, must be 'desc' or 'asc'/],
  ['sort_key=nothing', 400, /Sort key supplied is invalid/],
  ['sort_dir=up', 400, /Unknown sort direction/],
  ['sort=created_at&sort_key=created_at', 400, /deprecated and cannot be used with the 'sort' parameter/],
  ['marker=x', 404, /could not be found|No such QoS spec/],
  ['marker=99999999-9999-4999-8999-999999999999', 404, /could not be found|No such QoS spec/],
  ['marker=%00', 404, /could not be found|No such QoS spec/],
];

test(`a parameter of paging that cannot be is refused (${lists.length} lists)`, async () => {
  for (const one of lists) {
    for (const [query, status, says] of refused) {
      const told = await ask(one, query);
      assert.equal(told.status, status, `${one.name} ${query}: ${told.text}`);
      assert.match(told.body[status === 404 ? 'itemNotFound' : 'badRequest'].message, says);
    }
  }
});

test('limit 0 is an empty list without a next link; a full page links to the next, which follows', async () => {
  for (const one of lists) {
    const { collection = '', linkKey = null } = one.list ?? {};
    assert.deepEqual((await ask(one, 'limit=0')).body, { [collection]: [] }, one.name);
    if (linkKey === null) continue;
    const first = await ask(one, 'limit=1&sort=id:asc', 'admin');
    assert.equal(first.body[collection].length, 1, `${one.name}: ${first.text}`);
    if (linkKey === null) continue;
    const next = new URL(first.body[linkKey][0].href);
    assert.equal(next.pathname, samples.pathOf(one, 'own'));
    assert.equal(next.searchParams.get('marker'), first.body[collection][0].id);
    const second = await scoria.ask('GET', next.pathname + next.search, { as: 'admin', version: `3.${newestMinor}` });
    assert.equal(second.status, 200, second.text);
    assert.notEqual(second.body[collection][0]?.id, first.body[collection][0].id);
  }
});

test('the marker of another project is as absent as one that never was', async () => {
  for (const one of lists) {
    const { collection = '' } = one.list ?? {};
    if (/^\/(group_)?types/.test(one.path)) continue; // a type has no project: what may be seen is what may be marked
    if (isForAdmins(one)) continue;
    const foreign = await ask(one, '', 'otherMember');
    for (const { id } of foreign.body[collection]) {
      const told = await ask(one, `marker=${id}`);
      assert.equal(told.status, 404, `${one.name}: ${told.text}`);
      const absent = '99999999-9999-4999-8999-999999999999';
      assert.equal(told.text.replace(id, absent), (await ask(one, `marker=${absent}`)).text);
    }
  }
});

test('every sort key sorts both ways, and pages by marker both ways', async () => {
  for (const one of lists) {
    const { collection = '', sortKeys = {} } = one.list ?? {};
    for (const key of Object.keys(sortKeys)) {
      for (const way of ['asc', 'desc']) {
        const all = await ask(one, `sort=${key}:${way}&all_tenants=1`, 'admin');
        assert.equal(all.status, 200, `${one.name} ${key}: ${all.text}`);
        const ids = all.body[collection].map((row: { id: string }) => row.id);
        const rest = await ask(one, `sort=${key}:${way}&all_tenants=1&marker=${ids[0]}`, 'admin');
        const behind = rest.body[collection].map((row: { id: string }) => row.id);
        assert.deepEqual(behind, ids.slice(1), `${one.name} ${key}:${way}`);
      }
    }
  }
});

const hostile = ['', '%00', 'a%00b', "'", '{', "{'a': '%00'}", '[]', "['a', 'b']", '%F0%9F%98%80', '%ED%A0%80', '-1', '1e9', '99999999999999999999', 'x'.repeat(3000), '((((((((((', "{'\\ud800': 'x'}", 'gt:x,', '%']; // biome-ignore format: a list

test('every filter takes every hostile value without harm', async () => {
  for (const one of lists) {
    for (const name of Object.keys(one.list?.filters ?? {})) {
      for (const value of hostile) {
        for (const query of [`${name}=${value}`, `${name}~=${value}`]) {
          const told = await ask(one, query, 'admin');
          assert.ok(told.status < 500, `${one.name} ${query.slice(0, 80)}: ${told.status} ${told.text}`);
        }
      }
    }
  }
});

test(`parameters that nobody knows, and hostile ones that somebody does, do no harm (${queryable.length} operations)`, async () => {
  for (const one of queryable) {
    const names = ['who', '__proto__', '%00', ...Object.keys(one.queryParameters ?? {}), ...(one.list?.own ?? [])];
    for (const name of names) {
      for (const value of hostile) {
        for (const as of ['member', 'admin']) {
          const told = await ask(one, `${name}=${value}`, as);
          assert.ok(told.status < 500, `${one.name} ${name}=${value.slice(0, 80)}: ${told.status} ${told.text}`);
        }
      }
    }
  }
});

/** Lists that began later to refuse what they do not know. */
const strictFrom: Readonly<Record<string, number>> = { 'type-list': 52 };

test('an unknown filter of a member is dropped below 3.31 and refused from 3.31', async () => {
  for (const one of lists.filter((list) => !isForAdmins(list))) {
    const from = Math.max(strictFrom[one.name] ?? 31, minorOf(one.since ?? '3.0'));
    const old = await ask(one, 'no_such_filter=1', 'member', `3.${from - 1}`);
    assert.equal(old.status, from === minorOf(one.since ?? '3.0') ? 404 : 200, `${one.name}: ${old.text}`);
    if (one.list?.lenient === true) continue;
    const told = await ask(one, 'no_such_filter=1', 'member', `3.${from}`);
    assert.equal(told.status, 400, `${one.name}: ${told.text}`);
    assert.equal(told.body.badRequest.message, 'Invalid filters no_such_filter are found in query options.');
  }
});
