// The query parameters that every list reads.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { minorOf, newestMinor } from '../../functions/http/microversion.ts';
import type { Operation } from '../../functions/http/operation.ts';
import * as samples from '../harness/samples.ts';
import { type Scoria, startScoria } from '../harness/scoria.ts';
import { seedWorld, worldKey } from '../harness/world.ts';
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
    if (foreign.status === 404) continue; // it is of a resource that they do not see
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

test('a word that is no boolean is refused in every boolean that a list reads', async () => {
  for (const one of lists) {
    const { filters = {}, counts, ofNoProject, own = [] } = one.list ?? {};
    const flags = [
      ...Object.keys(filters).filter((name) => filters[name]?.kind === 'boolean'),
      ...(counts === true ? ['with_count'] : []),
      ...(ofNoProject === true ? [] : ['all_tenants']),
      ...own.filter((name) => name === 'is_public' || (name === 'list_volume' && one.path.endsWith('/detail'))),
    ];
    for (const name of flags) {
      for (const word of ['maybe', '2', '']) {
        const told = await ask(one, `${name}=${word}`, 'admin');
        assert.equal(told.status, 400, `${one.name} ${name}=${word}: ${told.text}`);
      }
      for (const word of ['TRUE', 'yes', 'on', 'y', 't', '1', 'False', 'no', 'off', 'n', 'f', '0']) {
        assert.equal((await ask(one, `${name}=${word}`, 'admin')).status, 200, `${one.name} ${name}=${word}`);
      }
    }
  }
});

test('all_tenants is read for a member too from 3.31, changes nothing, and is dropped before', async () => {
  for (const one of lists.filter((list) => !isForAdmins(list) && list.list?.ofNoProject !== true)) {
    assert.equal((await ask(one, 'all_tenants=maybe', 'member')).status, 400, one.name);
    const plain = (await ask(one, '', 'member')).body;
    assert.deepEqual((await ask(one, 'all_tenants=1', 'member')).body, plain, one.name);
    if (minorOf(one.since ?? '3.0') > 30) continue;
    assert.equal((await ask(one, 'all_tenants=maybe', 'member', '3.30')).status, 200, one.name);
  }
});

test('the forms of sort that Cinder takes are taken, and mean the same', async () => {
  for (const one of lists) {
    const { collection = '' } = one.list ?? {};
    const ids = async (query: string) => {
      const told = await ask(one, `${query}&all_tenants=1`, 'admin');
      assert.equal(told.status, 200, `${one.name} ${query}: ${told.text}`);
      return told.body[collection].map((row: { id: string }) => row.id);
    };
    const down = await ids('sort=id:desc');
    for (const same of [
      'sort=id',
      'sort=id:',
      'sort=%20id%20:%20desc%20',
      'sort_key=id',
      'sort_key=id&sort_dir=desc',
    ]) {
      assert.deepEqual(await ids(same), down, `${one.name} ${same}`);
    }
    for (const same of ['sort=id:,created_at:', 'limit=+1000', 'limit=%2B1000&offset=%200']) await ids(same);
    for (const bad of [
      'sort=',
      'sort=,',
      'sort=id,',
      'sort=:asc',
      'sort=id:asc:desc',
      'sort=id:ASC',
      'sort_dir=',
      'sort_key=',
      'sort=id:%20x',
    ]) {
      assert.equal((await ask(one, bad, 'admin')).status, 400, `${one.name} ${bad}`);
    }
  }
});

/** Filters that hold a word of ours: statuses, kinds, levels, modes. */
const ofWords = /status$|^attach_mode$|^resource_type$|^event_id$|^message_level$|^consumer$/;

test('words of ours are found in any case, in every filter that holds one; names as they are', async () => {
  for (const one of lists) {
    const { collection = '', filters = {} } = one.list ?? {};
    for (const [name, filter] of Object.entries(filters)) {
      assert.equal(filter.wordsIn !== undefined, ofWords.test(name), `${one.name} ${name}`);
      if (filter.wordsIn === undefined) continue;
      const all = (await ask(one, 'all_tenants=1', 'admin')).body[collection];
      const words = new Set<string>(
        all.flatMap((row: Record<string, unknown>) => (row[name] && row[name] !== 'null' ? [String(row[name])] : [])),
      );
      for (const word of words) {
        const found = async (text: string) =>
          (await ask(one, `${name}=${encodeURIComponent(text)}`, 'admin')).body[collection];
        const same = await found(word);
        assert.ok(same.length > 0, `${one.name} ${name}=${word}`);
        const mixed = [...word].map((sign, n) => (n % 2 === 0 ? sign.toUpperCase() : sign.toLowerCase())).join('');
        for (const other of [word.toUpperCase(), word.toLowerCase(), mixed]) assert.deepEqual(await found(other), same);
        if (filter.raw !== true) assert.deepEqual(await found(`['${mixed}', 'x']`), same);
      }
    }
  }
});

test('a literal is found however it is escaped, in every filter that takes one', async () => {
  const plain = { [worldKey]: '<is> True' };
  const escaped = [
    String.raw`{"multi\u0061ttach": "\u003cis\u003e True"}`,
    String.raw`{'multi\x61ttach': '\u003Cis\U0000003e \124rue'}`,
    "{u'multiattach': '<is>' ' True',}",
  ];
  let asked = 0;
  for (const one of lists) {
    const { collection = '', filters = {}, own = [] } = one.list ?? {};
    const names = Object.keys(filters).filter((name) => filters[name]?.kind === 'json');
    for (const name of [...names, ...own.filter((each) => each === 'extra_specs')]) {
      const found = async (text: string) =>
        (
          await ask(
            one,
            `${name}=${encodeURIComponent(text)}&is_public=none`.slice(0, own.includes(name) ? undefined : -15),
            'admin',
          )
        ).body[collection];
      const same = await found(JSON.stringify(plain));
      assert.ok(same.length > 0, `${one.name} ${name}`);
      for (const text of escaped) assert.deepEqual(await found(text), same, `${one.name} ${name}=${text}`);
      assert.deepEqual(await found(String.raw`{"multiattach": "\ud800"}`), []);
      asked += 1;
    }
  }
  assert.ok(asked >= 7, 'volumes with metadata and glance_metadata, snapshots, types');
});

test('a time at the ends of what can be held is answered or refused, never more', async () => {
  const times = [
    ['0001-01-01T00:00:00Z', 200],
    ['9999-12-31T23:59:59.999999Z', 200],
    ['2026-11-30T12:00:00.123456', 200],
    ['-000001-01-01T00:00:00Z', 400],
    ['0000-12-31', 400],
    ['0001-01-01T00:00:00%2B01:00', 400],
    ['9999-12-31T23:59:59-01:00', 400],
    ['%2B010000-01-01T00:00:00Z', 400],
    ['%2B275760-09-13T00:00:00Z', 400],
    ['294276-12-31', 400],
    ['infinity', 400],
  ] as const;
  for (const one of lists) {
    const timed = Object.entries(one.list?.filters ?? {}).filter(([, filter]) => filter.kind === 'time');
    for (const [name] of timed) {
      for (const [time, status] of times) {
        for (const operator of ['', 'gt:', 'gte:', 'eq:', 'neq:', 'lt:', 'lte:']) {
          const told = await ask(one, `${name}=${operator}${time}`);
          assert.equal(told.status, status, `${one.name} ${name}=${operator}${time}: ${told.text}`);
        }
      }
    }
  }
});

test('a filter that is named outside ASCII is refused as such', async () => {
  for (const one of lists.filter((list) => list.list?.lenient !== true)) {
    for (const as of ['member', 'admin']) {
      if (as === 'member' && isForAdmins(one)) continue;
      assert.match((await ask(one, 'n%C3%A4me=x', as)).body.badRequest.message, /ASCII/, one.name);
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
