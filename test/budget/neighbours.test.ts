// A project's lists read that project's rows, whoever asked before and however much anybody else has: asked of the
// plans.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { attachmentList } from '../../functions/attachments/query.ts';
import { backupList } from '../../functions/backups/query.ts';
import { groupSnapshotList } from '../../functions/group-snapshots/query.ts';
import { groupList } from '../../functions/groups/query.ts';
import type { ListSpec } from '../../functions/http/list.ts';
import { messageList } from '../../functions/messages/query.ts';
import { snapshotList } from '../../functions/snapshots/query.ts';
import { transferList } from '../../functions/transfers/query.ts';
import { volumeList } from '../../functions/volumes/query.ts';
import { compile } from '../../infra/database/named.ts';
import { type Parameters, type Statement, sql } from '../../infra/database/port.ts';
import { projects } from '../harness/people.ts';
import { type Scoria, startScoria } from '../harness/scoria.ts';
import { crowded } from './crowded.ts';

interface Listed {
  readonly spec: ListSpec;
  readonly paths: readonly string[];
  /** An admin of the project, for the filters of admins; an admin's list of messages is of all projects. */
  readonly as?: 'otherMember';
}

const lists: Readonly<Record<string, Listed>> = {
  volumes: { spec: volumeList, paths: ['volumes', 'volumes/detail'] },
  snapshots: { spec: snapshotList, paths: ['snapshots', 'snapshots/detail'] },
  backups: { spec: backupList, paths: ['backups', 'backups/detail'] },
  attachments: { spec: attachmentList, paths: ['attachments', 'attachments/detail'] },
  messages: { spec: messageList, paths: ['messages'], as: 'otherMember' },
  groups: { spec: groupList, paths: ['groups', 'groups/detail'] },
  group_snapshots: { spec: groupSnapshotList, paths: ['group_snapshots', 'group_snapshots/detail'] },
  transfers: { spec: transferList, paths: ['volume-transfers/detail'] },
};

let scoria: Scoria;
const sent: { statement: Statement; parameters: Parameters }[] = [];
/** The first column of each index. */
const indexes = new Map<string, string>();

/** The lines of the plan for these values, or (what a statement that is kept comes to) for any values. */
const explainer = `CREATE OR REPLACE FUNCTION explained(query text, count int) RETURNS text LANGUAGE plpgsql AS $$
DECLARE line text; plan text := ''; BEGIN
  PERFORM set_config('plan_cache_mode', 'force_generic_plan', true);
  EXECUTE 'PREPARE kept AS ' || query;
  FOR line IN EXECUTE 'EXPLAIN EXECUTE kept'
    || CASE WHEN count > 0 THEN '(' || array_to_string(array_fill('NULL'::text, ARRAY[count]), ',') || ')' ELSE '' END
  LOOP plan := plan || line || E'\\n'; END LOOP;
  DEALLOCATE kept;
  RETURN plan;
END $$`;

before(async () => {
  scoria = await startScoria({ workers: false });
  await scoria.database.all(sql('test.explainer', explainer));
  const read = sql(
    'test.indexes',
    `SELECT i.indexname AS name, substring(i.indexdef from '\\((\\w+)') AS first FROM pg_indexes i`,
  );
  for (const { name, first } of await scoria.database.all<{ name: string; first: string }>(read))
    indexes.set(name, first);
  const { all } = scoria.database;
  scoria.database.all = <Row>(statement: Statement, parameters: Parameters = {}): Promise<Row[]> => {
    sent.push({ statement, parameters });
    return all<Row>(statement, parameters);
  };
});
after(() => scoria.close());

async function planOf(statement: Statement, parameters: Parameters | null): Promise<string> {
  if (parameters === null) {
    const { text, names } = compile(statement);
    const ask = sql('test.kept', 'SELECT explained(:query::text, :count::int) AS plan');
    const [row] = await scoria.database.all<{ plan: string }>(ask, { query: text, count: names.length });
    return row?.plan ?? '';
  }
  type Line = { 'QUERY PLAN': string };
  const lines = await scoria.database.all<Line>(sql('test.explain', `EXPLAIN ${statement.text}`), parameters);
  return lines.map((line) => line['QUERY PLAN']).join('\n');
}

/** What a request for a list sends, asked by the small project: its answers are short. */
async function statementsOf(path: string, query: string, as: string) {
  sent.length = 0;
  const told = await scoria.ask('GET', `/v3/${path}?${query}`, { as, version: '3.71' });
  assert.equal(told.status, 200, told.text);
  return [...sent].filter(({ parameters }) => parameters.scope === projects.other);
}

const values: Readonly<Record<string, string>> = {
  text: 'name-3',
  uuid: '00000000-0000-4000-8000-0000000000aa',
  int: '3',
  boolean: 'true',
  json: encodeURIComponent("{'n': '7'}"),
  time: 'gt:2026-01-01T00:00:00',
};

function* queriesOf(spec: ListSpec, marker: string, as: string): Generator<[string, readonly string[]]> {
  for (const [key, { column }] of Object.entries(spec.sortKeys)) {
    for (const way of ['asc', 'desc']) {
      yield [`sort=${key}:${way}&limit=20`, []];
      // What comes behind the NULLs may be all of a small index of its own.
      if (marker !== '') yield [`sort=${key}:${way}&limit=20&marker=${marker}`, [column.replace('r.', '')]];
    }
  }
  for (const [name, filter] of Object.entries(spec.filters)) {
    if (/^(project_id|tenant_id|source_project_id)$/.test(name) || (filter.admin && as === 'otherMember')) continue;
    const columns = typeof filter.column === 'string' ? [filter.column] : filter.column;
    yield [`${name}=${values[filter.kind]}&limit=20`, columns.map((one) => one.replace('r.', ''))];
  }
  for (const more of ['', 'limit=7', 'limit=20&offset=10', 'with_count=true&limit=5']) yield [more, []];
}

/** The indexes by which the plan reads the listed table, which is `r`; fails where it reads all of it. */
function indexesOf(plan: string, table: string): string[] {
  const used: string[] = [];
  let isListed = false;
  const lines = plan.split('\n');
  for (const [n, line] of lines.entries()) {
    assert.doesNotMatch(line, new RegExp(`Seq Scan on ${table} r`), plan);
    const plain = /Index (?:Only )?Scan (?:Backward )?using (\w+) on \w+ r(?:_\d)? /.exec(line)?.[1];
    // Rows whose ids have been found first.
    const isFound = /Index Cond: \(id = [^:]*id\)/.test(lines[n + 1] ?? '');
    if (plain !== undefined && !isFound) used.push(plain);
    const heap = /Bitmap Heap Scan on \w+ (\w+)/.exec(line)?.[1];
    if (heap !== undefined) isListed = /^r(_\d)?$/.test(heap);
    const bitmap = /Bitmap Index Scan on (\w+)/.exec(line)?.[1];
    if (bitmap !== undefined && isListed) used.push(bitmap);
  }
  return used;
}

function assertOwn(plan: string, table: string, allowed: readonly string[]): void {
  for (const index of indexesOf(plan, table)) {
    const first = indexes.get(index) ?? '';
    const isOwn = ['project_id', 'source_project_id', ...allowed].includes(first) && !index.includes('_of_all');
    assert.ok(isOwn, `${index} begins with ${first}:\n${plan}`);
  }
}

const states: Readonly<Record<string, readonly Statement[]>> = {
  'that is new': [],
  'that has grown and nobody has analysed': crowded,
  'that has been analysed': [sql('test.analyze', 'ANALYZE')],
};

for (const [state, statements] of Object.entries(states)) {
  describe(`in a database ${state}`, () => {
    before(async () => {
      for (const statement of statements) await scoria.database.all(statement);
    });
    for (const [table, { spec, paths, as = 'otherAdmin' }] of Object.entries(lists)) {
      test(`a list of ${table} reads an index that begins with the project, whoever asked before`, async () => {
        const [path = ''] = paths;
        const first = await scoria.ask('GET', `/v3/${path}?limit=20`, { as, version: '3.71' });
        const marker = Object.values<{ id: string }[]>(first.body)[0]?.at(-1)?.id ?? '';
        for (const [query, columns] of queriesOf(spec, marker, as)) {
          // The short list has the same conditions: its plan is asked for the plain pages.
          for (const one of query.includes('=') && !query.startsWith('limit') ? paths.slice(-1) : paths) {
            const statements = await statementsOf(one, query, as);
            assert.ok(statements.length > 0, `${one}?${query} sends no statement about a project`);
            for (const { statement, parameters } of statements) {
              const allowed = statement.name.endsWith('.marker') ? ['id'] : columns;
              if (!statement.plansEach) assertOwn(await planOf(statement, null), table, allowed);
              for (const scope of [projects.other, 'nobody']) {
                assertOwn(await planOf(statement, { ...parameters, scope }), table, allowed);
              }
              assert.doesNotMatch(await planOf(statement, { ...parameters, scope: projects.own }), /_of_all/);
            }
          }
        }
      });
    }
  });
}

test('volumes sorted by a key that the command line offers come off an index, in both directions', async () => {
  for (const key of ['name', 'size', 'status', 'availability_zone', 'bootable', 'id', 'created_at']) {
    for (const way of ['asc', 'desc']) {
      const [sorted = assert.fail()] = await statementsOf(
        'volumes/detail',
        `sort=${key}:${way}&limit=20`,
        'otherAdmin',
      );
      const plan = await planOf(sorted.statement, { ...sorted.parameters, scope: projects.own });
      // The page itself may be put in order again: 20 rows.
      assert.doesNotMatch(plan.slice(plan.indexOf('Limit')), /Sort Key/, plan);
      assert.ok(
        indexesOf(plan, 'volumes').every((one) => one.startsWith('volumes_of_project')),
        plan,
      );
    }
  }
});

test('rows that are sorted or skipped are no more than ids and sort keys until the page is found', async () => {
  // The widest sort key is a text; a row of the answer is more than 600 bytes.
  const most = 160;
  for (const { spec, paths, as = 'otherAdmin' } of Object.values(lists)) {
    const keys = Object.keys(spec.sortKeys).filter((key) => key !== 'created_at');
    const sorts = keys.flatMap((key) => [`sort=${key}:asc`, `sort=${key}:desc`]);
    for (const query of [...sorts, 'offset=1000', 'status=error&name=x']) {
      if (query.startsWith('status') && !('status' in spec.filters && 'name' in spec.filters)) continue;
      const [asked = assert.fail(query)] = await statementsOf(paths.at(-1) ?? '', `${query}&limit=20`, as);
      const plan = await planOf(asked.statement, { ...asked.parameters, scope: projects.own });
      const [, width = assert.fail(plan)] = /Limit .*width=(\d+)/.exec(plan) ?? [];
      assert.ok(Number(width) <= most, plan);
    }
  }
});

test('an administrator finds a name, a status and a user in all projects by an index of its own', async () => {
  for (const [filter, index] of Object.entries({ name: 'name', status: 'status', user_id: 'user' })) {
    sent.length = 0;
    const path = `/v3/volumes/detail?all_tenants=1&limit=20&${filter}=nothing-has-this`;
    const told = await scoria.ask('GET', path, { as: 'admin', version: '3.71' });
    assert.equal(told.status, 200, told.text);
    const [{ statement, parameters } = assert.fail()] = [...sent];
    assert.deepEqual(indexesOf(await planOf(statement, parameters), 'volumes'), [`volumes_of_all_${index}`]);
  }
});
