import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sql } from '../../infra/database/port.ts';
import { projects } from '../../test/harness/people.ts';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';

const idOf = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;
const volumes = [1, 2, 3].map((n) => `1000000${n}-0000-4000-8000-000000000000`);

const insertVolume = sql(
  'test',
  `INSERT INTO volumes (id, project_id, user_id, size_gib, status, availability_zone, host, created_at)
  VALUES (:id::uuid, :project::text, 'u', 1, 'available', :zone::text, 'h@b#p', '2026-01-01T00:00:00Z')`,
);
const insertSnapshot = sql(
  'test',
  `INSERT INTO snapshots (id, project_id, user_id, volume_id, name, size_gib, status, metadata, consumes_quota, created_at)
  VALUES (:id::uuid, :project::text, 'u', :volume::uuid, :name::text, :size::int, :status::text, :metadata::jsonb,
    :counts::boolean, :at::timestamptz)`,
);

/** Number, project, volume, name, size, status, metadata, consumes_quota. */
const rows = [
  [1, projects.own, volumes[0], 'b', 3, 'available', '{"k": "v"}', true],
  [2, projects.own, volumes[0], null, 1, 'error', '{"k": "v", "l": "w"}', true],
  [3, projects.own, volumes[1], 'a', 2, 'available', '{}', false],
  [4, projects.own, volumes[1], 'a%', 2, 'creating', '{}', true],
  [5, projects.other, volumes[2], 'b', 1, 'available', '{}', true],
] as const;

let scoria: Scoria;
before(async () => {
  scoria = await startScoria({ workers: false });
  for (const [index, id] of volumes.entries()) {
    const project = index === 2 ? projects.other : projects.own;
    await scoria.database.all(insertVolume, { id, project, zone: index === 0 ? 'here' : 'there' });
  }
  for (const [n, project, volume = '', name, size, status, metadata, counts] of rows) {
    const at = `2026-01-0${n}T00:00:00Z`;
    const row = { id: idOf(n), project, volume, name, size, status, metadata, counts, at };
    await scoria.database.all(insertSnapshot, row);
  }
});
after(() => scoria.close());

const ask = (query: string, version = '3.71', as = 'reader') =>
  scoria.ask('GET', `/v3/snapshots${query}`, { version, as });
// biome-ignore lint/suspicious/noExplicitAny: an answer of a test
const ids = ({ body }: { body: any }) => body.snapshots.map((one: { id: string }) => Number(one.id.at(-1)));
const message = (told: { body: Record<string, { message: string }> }) => Object.values(told.body)[0]?.message;

test('a list has the newest first, details only under /detail, links nowhere; in one statement', async () => {
  scoria.database.take();
  const told = await ask('', '3.0');
  assert.deepEqual(scoria.database.take(), ['snapshots.list']);
  assert.deepEqual(ids(told), [4, 3, 2, 1]);
  assert.deepEqual(Object.keys(told.body), ['snapshots']);
  const base = ['id', 'created_at', 'updated_at', 'name', 'description', 'volume_id', 'status', 'size', 'metadata'];
  assert.deepEqual(Object.keys(told.body.snapshots[0]), base);
  const extended = ['project_id', 'progress'].map((name) => `os-extended-snapshot-attributes:${name}`);
  const detail = await ask('/detail', '3.71');
  assert.deepEqual(Object.keys(detail.body.snapshots[0]), [
    ...base,
    ...extended,
    'group_snapshot_id',
    'user_id',
    'consumes_quota',
  ]);
  assert.deepEqual(
    detail.body.snapshots.map((one: Record<string, string>) => one['os-extended-snapshot-attributes:progress']),
    ['0%', '100%', '0%', '100%'],
  );
});

test('every filter finds what it names', async () => {
  const cases: readonly (readonly [string, readonly number[]])[] = [
    ['?name=a', [3]],
    ['?status=available', [3, 1]],
    [`?volume_id=${volumes[0]}`, [2, 1]],
    [`?volume_id=nonsense`, []],
    [`?metadata={'k': 'v'}`, [2, 1]],
    [`?metadata={"k": "v", "l": "w"}`, [2]],
    ['?availability_zone=here', [2, 1]],
    ['?consumes_quota=false', [3]],
    [`?status=available&volume_id=${volumes[1]}`, [3]],
  ];
  for (const [query, found] of cases) {
    for (const path of ['', '/detail']) assert.deepEqual(ids(await ask(`${path}${query}`)), found, query);
  }
});

test('a part of a name finds it, for admins and from 3.34 on', async () => {
  const found = async (query: string, version: string) => ids(await ask(`?all_tenants=1&${query}`, version, 'admin'));
  assert.deepEqual(await found('name~=a', '3.34'), [4, 3]);
  assert.deepEqual(await found('name~=%25', '3.34'), [4]);
  assert.deepEqual(await found('name~=a', '3.33'), []);
  assert.equal(message(await ask('?name~=a', '3.34')), 'Invalid filters name~ are found in query options.');
});

test('a filter works from its microversion on', async () => {
  const since: readonly (readonly [string, number, readonly number[]])[] = [
    [`?metadata={'k': 'v'}`, 22, [2, 1]],
    ['?consumes_quota=false', 65, [3]],
  ];
  for (const [query, minor, found] of since) {
    assert.deepEqual(ids(await ask(query, `3.${minor}`)), found);
    const before = await ask(query, `3.${minor - 1}`);
    if (minor - 1 < 31) assert.deepEqual(ids(before), [4, 3, 2, 1], 'dropped below 3.31');
    else assert.equal(before.status, 400);
  }
  assert.equal((await ask('?consumes_quota=perhaps', '3.65')).status, 400);
  assert.deepEqual(ids(await ask('?host=h@b', '3.30')), [4, 3, 2, 1]);
  assert.equal(message(await ask('?host=h@b', '3.31')), 'Invalid filters host are found in query options.');
});

test('sorting goes by every key, null being the smallest, and by name from 3.30 on', async () => {
  const cases: readonly (readonly [string, readonly number[]])[] = [
    ['?sort=created_at:asc', [1, 2, 3, 4]],
    ['?sort=id:desc', [4, 3, 2, 1]],
    ['?sort=name:asc', [2, 3, 4, 1]],
    ['?sort=display_name', [1, 4, 3, 2]],
    ['?sort=size:asc,name:desc', [2, 4, 3, 1]],
    ['?sort_key=status&sort_dir=asc', [1, 3, 4, 2]],
  ];
  for (const [query, order] of cases) assert.deepEqual(ids(await ask(query)), order, query);
  assert.equal((await ask('?sort=name', '3.29')).status, 400);
  assert.equal((await ask('?sort=name', '3.30')).status, 200);
  assert.equal((await ask('?sort=display_name', '3.0')).status, 200);
  assert.equal((await ask('?sort=nonsense')).status, 400);
  assert.equal((await ask('?sort=id:sideways')).status, 400);
});

test('following the next links gives every snapshot once, whatever the order', async () => {
  for (const sort of ['', '&sort=name:asc', '&sort=name:desc', '&sort=updated_at', '&sort=size:asc,name:desc']) {
    const all = ids(await ask(sort.replace('&', '?')));
    const seen: number[] = [];
    for (let query = `?limit=1${sort}`; query !== ''; ) {
      scoria.database.take();
      const told = await ask(`/detail${query}`);
      assert.ok(scoria.database.take().length <= 2);
      seen.push(...ids(told));
      const href: string | undefined = told.body.snapshots_links?.[0].href;
      if (href !== undefined) assert.ok(href.startsWith('http://127.0.0.1:8776/v3/snapshots/detail?'), href);
      query = href === undefined ? '' : new URL(href).search;
    }
    assert.deepEqual(seen, all, sort);
  }
});

test('limit, offset and marker are held to their rules', async () => {
  assert.deepEqual(ids(await ask('?limit=2')), [4, 3]);
  assert.deepEqual((await ask('?limit=0')).body, { snapshots: [] });
  assert.deepEqual(ids(await ask('?offset=3')), [1]);
  assert.deepEqual(ids(await ask(`?marker=${idOf(3)}`)), [2, 1]);
  for (const query of ['?limit=abc', '?limit=-1', '?offset=-1', '?sort=id&sort_key=id']) {
    assert.equal((await ask(query)).status, 400, query);
  }
  for (const marker of [idOf(9), idOf(5), 'nonsense']) {
    const told = await ask(`?marker=${marker}`);
    assert.equal(told.status, 404);
    assert.equal(message(told), `Snapshot ${marker} could not be found.`);
  }
});

test('with_count counts all matches, from 3.45 on, in at most two statements', async () => {
  scoria.database.take();
  const told = await ask('?with_count=true&limit=1&status=available', '3.45');
  assert.equal(scoria.database.take().length, 2);
  assert.equal(told.body.count, 2);
  assert.deepEqual(ids(told), [3]);
  assert.equal('count' in (await ask('?with_count=true', '3.44').catch(() => ({ body: {} }))).body, false);
});

test("another project's snapshots are seen by an admin who asks for all tenants, and by nobody else", async () => {
  assert.deepEqual(ids(await ask('?all_tenants=1')), [4, 3, 2, 1]);
  assert.deepEqual(ids(await ask('', '3.0', 'admin')), [4, 3, 2, 1]);
  assert.deepEqual(ids(await ask('?all_tenants=1', '3.0', 'admin')), [5, 4, 3, 2, 1]);
  assert.deepEqual(ids(await ask(`?all_tenants=1&project_id=${projects.other}`, '3.0', 'admin')), [5]);
  assert.deepEqual(ids(await ask('?all_tenants=1&host=h@b%23p&name=b', '3.0', 'admin')), [5, 1]);
  assert.deepEqual(ids(await ask('?nonsense=1', '3.0', 'admin')), []);
  assert.equal((await ask('', '3.0', 'roleless')).status, 403);
});
