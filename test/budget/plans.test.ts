// Lists of one tenant of fifty, with 5,000 volumes between them, read an index, never the table.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Parameters, type Statement, sql } from '../../infra/database/port.ts';
import { reportService } from '../../workers/store/report.ts';
import { projects } from '../harness/people.ts';
import { type Scoria, startScoria } from '../harness/scoria.ts';

let scoria: Scoria;
const sent: { statement: Statement; parameters: Parameters }[] = [];

const fill = [
  sql(
    'test.fill-volumes',
    `INSERT INTO volumes (id, project_id, user_id, name, size_gib, status, host, volume_type_id, metadata, snapshot_count,
      created_at)
    SELECT md5('v' || n)::uuid, CASE n % 50 WHEN 0 THEN '${projects.own}' ELSE md5('p' || n % 50) END, 'u', 'name-' || n,
      1 + n % 50, CASE n % 20 WHEN 0 THEN 'error' ELSE 'available' END, 'h@b#p', '00000000-0000-4000-8000-000000000001',
      jsonb_build_object('n', (n / 50)::text), 1, '2026-01-01T00:00:00Z'::timestamptz + make_interval(secs => n)
    FROM generate_series(1, 5000) n`,
  ),
  sql(
    'test.fill-snapshots',
    `INSERT INTO snapshots (id, project_id, user_id, volume_id, name, size_gib, status, metadata, created_at)
    SELECT md5('s' || n)::uuid, v.project_id, 'u', v.id, 'name-' || n, 1, 'available',
      jsonb_build_object('n', (n / 50)::text), v.created_at
    FROM generate_series(1, 5000) n JOIN volumes v ON v.id = md5('v' || n)::uuid`,
  ),
  sql('test.analyze-volumes', 'ANALYZE volumes'),
  sql('test.analyze-snapshots', 'ANALYZE snapshots'),
];

before(async () => {
  scoria = await startScoria({ workers: false });
  for (const statement of fill) await scoria.database.all(statement);
  const { all } = scoria.database;
  // Remembers the texts with their parameters, so that the same statement can be explained.
  scoria.database.all = <Row>(statement: Statement, parameters: Parameters = {}): Promise<Row[]> => {
    sent.push({ statement, parameters });
    return all<Row>(statement, parameters);
  };
});
after(() => scoria.close());

/** The plans of the statements that a request sends, and the request's own answer. */
async function plansOf(path: string, version = '3.71', as = 'member') {
  sent.length = 0;
  const told = await scoria.ask('GET', path, { version, as });
  assert.equal(told.status, 200, told.text);
  const plans: string[] = [];
  for (const { statement, parameters } of [...sent]) {
    type Line = { 'QUERY PLAN': string };
    const lines = await scoria.database.all<Line>(sql('test.explain', `EXPLAIN ${statement.text}`), parameters);
    plans.push(lines.map((line) => line['QUERY PLAN']).join('\n'));
  }
  return { told, plans };
}

const inOrder = new Set(['the first page', 'the page after a marker']);
const metadata = encodeURIComponent("{'n': '7'}");
const marker = async (collection: string) => {
  const told = await scoria.ask('GET', `/v3/${collection}?limit=20`);
  return told.body[collection].at(-1).id;
};

for (const collection of ['volumes', 'snapshots']) {
  for (const path of [collection, `${collection}/detail`]) {
    const queries: Readonly<Record<string, () => string | Promise<string>>> = {
      'the first page': () => 'limit=20',
      'the first page without a limit': () => '',
      'the page after a marker': async () => `limit=20&marker=${await marker(collection)}`,
      'one name': () => 'name=name-100',
      'a metadata filter': () => `metadata=${metadata}`,
      'one status': () => 'status=error&limit=50',
      'by name': () => 'sort=name:asc&limit=20',
      'the count': () => 'with_count=true&limit=10',
    };
    for (const [what, query] of Object.entries(queries)) {
      test(`/${path}: ${what} scans no table`, async () => {
        const { plans } = await plansOf(`/v3/${path}?${await query()}`);
        assert.ok(plans.length > 0);
        for (const plan of plans) assert.doesNotMatch(plan, new RegExp(`Seq Scan on ${collection}`), plan);
        // Pages come off the index in their order: sorting would read all of the tenant's rows for each page.
        if (!inOrder.has(what)) return;
        assert.doesNotMatch(plans.at(-1) ?? '', /\bSort\b/);
        assert.match(plans.at(-1) ?? '', /Index Cond: .*project_id/, 'an index that begins with the project');
      });
    }
  }
}

for (const [what, path] of [
  ['the summary', 'volumes/summary'],
  ['the summary of all projects', 'volumes/summary?all_tenants=1'],
  ['a list without rows but with its count', 'volumes?limit=0&with_count=true'],
  ['a list of all projects without rows but with its count', 'snapshots?limit=0&with_count=true&all_tenants=1'],
] as const) {
  test(`${what} reads counters, and of the rows those that no quota counts`, async () => {
    const { plans } = await plansOf(`/v3/${path}`, '3.71', 'admin');
    const scans = plans.join('\n').match(/Scan .*(?:on (?:volumes|snapshots)\b|volumes_\w+|snapshots_\w+).*/g) ?? [];
    for (const scan of scans) assert.match(scan, /_of_no_quota/, plans.join('\n'));
  });
}

test('a heartbeat reads no volume, in a cluster or without one', async () => {
  for (const [host, cluster] of [
    ['h@b', 'c@b'],
    ['g@b', null],
  ] as const) {
    const id = crypto.randomUUID();
    const service = {
      id,
      host,
      cluster,
      binary: 'cinder-volume',
      zone: 'nova',
      backend_state: 'up',
      replicates: false,
    };
    await reportService(scoria.database, { ...service, now: '2026-01-01T00:00:00Z' });
    sent.length = 0;
    await reportService(scoria.database, { ...service, now: '2026-01-01T00:00:10Z' });
    const [{ statement, parameters } = assert.fail()] = sent;
    type Line = { 'QUERY PLAN': string };
    const explain = sql('test.explain', `EXPLAIN (ANALYZE, COSTS OFF) ${statement.text}`);
    const lines = await scoria.database.all<Line>(explain, parameters);
    const scans = lines.map((line) => line['QUERY PLAN']).filter((line) => / on volumes v/.test(line));
    assert.ok(
      scans.some((line) => /Scan on volumes v .*\(never executed\)/.test(line)),
      scans.join('\n'),
    );
  }
});

test('a volume and a snapshot are read by their keys', async () => {
  for (const collection of ['volumes', 'snapshots']) {
    const { plans } = await plansOf(`/v3/${collection}/${await marker(collection)}`);
    for (const plan of plans) assert.doesNotMatch(plan, new RegExp(`Seq Scan on ${collection}`), plan);
  }
});

test('a group is deleted with its volumes by the index of its members', async () => {
  const group_type = '__DEFAULT__';
  const asked = { as: 'member', version: '3.71' };
  const told = await scoria.ask('POST', '/v3/groups', {
    ...asked,
    body: { group: { group_type, volume_types: ['__DEFAULT__'] } },
  });
  const { id } = told.body.group;
  const joins = `UPDATE volumes v SET group_id = '${id}', snapshot_count = 0 WHERE v.project_id = '${projects.own}'`;
  const counts = `UPDATE groups g SET backend = 'h@b', status = 'available', volume_count = 100 WHERE g.id = '${id}'`;
  for (const text of ['DELETE FROM snapshots', joins, counts, 'ANALYZE groups, volumes']) {
    await scoria.database.all(sql('test.members', text));
  }
  sent.length = 0;
  const body = { delete: { 'delete-volumes': true } };
  assert.equal((await scoria.ask('POST', `/v3/groups/${id}/action`, { ...asked, body })).status, 202);
  const found = sent.find(({ statement }) => statement.name === 'groups.delete-with-volumes') ?? assert.fail();
  const explain = sql('test.explain', `EXPLAIN ${found.statement.text}`);
  const lines = await scoria.database.all<{ 'QUERY PLAN': string }>(explain, found.parameters);
  const plan = lines.map((line) => line['QUERY PLAN']).join('\n');
  assert.match(plan, /volumes_of_group/);
  assert.doesNotMatch(plan, /Seq Scan on volumes/, plan);
});
