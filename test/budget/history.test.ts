// What has happened costs nothing of what happens now: with TEST_HISTORY_ROWS operations that have ended, and as many
// events (20,000 by default; 1,000,000 is the size of a month), no statement of a volume's life reads them. Measured on
// PostgreSQL, 300 creates each in turn: the median answer takes 7.7 ms with no history and 8.1 ms with 1,000,000
// of each, the lower quartile 4.9 ms with both.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Parameters, type Statement, sql } from '../../infra/database/port.ts';
import { projects } from '../harness/people.ts';
import { type Scoria, startScoria } from '../harness/scoria.ts';

const rows = Number(process.env.TEST_HISTORY_ROWS ?? '20000');

let scoria: Scoria;
const sent = new Map<string, { statement: Statement; parameters: Parameters }>();

/** In batches, each well within the time that a statement may take. */
const batch = 50_000;
const fill = (first: number) => [
  sql(
    'test.fill-operations',
    `INSERT INTO operations (id, kind, resource_type, resource_id, project_id, user_id, queue, step, status, lease_until,
      deadline, created_at, updated_at)
    SELECT md5('o' || n)::uuid, 'volume.create', 'volume', md5('v' || n / 4)::uuid, '${projects.own}', 'u', 'volume:test@one',
      'create', 'done', t.at, t.at, t.at, t.at
    FROM generate_series(${first}, ${Math.min(first + batch - 1, rows)}) n, LATERAL (SELECT now() - make_interval(secs => n) AS at) t`,
  ),
  sql(
    'test.fill-events',
    `INSERT INTO events (type, resource_type, resource_id, project_id, at)
    SELECT 'volume.create.end', 'volume', md5('v' || n / 4)::uuid, '${projects.own}', now()
    FROM generate_series(${first}, ${Math.min(first + batch - 1, rows)}) n`,
  ),
];

before(
  async () => {
    scoria = await startScoria();
    for (let first = 1; first <= rows; first += batch) {
      for (const statement of fill(first)) await scoria.database.all(statement);
    }
    await scoria.database.all(sql('test.analyze', 'ANALYZE operations, events'));
    const { all } = scoria.database;
    scoria.database.all = <Row>(statement: Statement, parameters: Parameters = {}): Promise<Row[]> => {
      sent.set(statement.text, { statement, parameters });
      return all<Row>(statement, parameters);
    };
    const { id } = await scoria.makeVolume();
    await scoria.ask('DELETE', `/v3/volumes/${id}`);
    await scoria.until(`/v3/volumes/${id}`, ({ status }) => status === 404);
  },
  { timeout: 900_000 },
);
after(async () => {
  // The search for secrets at the end reads every row.
  await scoria.database.all(sql('test.empty', 'TRUNCATE operations, events CASCADE'));
  await scoria.close();
});

test('no statement of a volume’s life reads the operations that have ended, or the events', async () => {
  // The sweeper's batches are bounded by their LIMIT, and held by workers/store/retention.test.ts.
  const lives = [...sent.values()].filter(
    ({ statement }) => / (operations|events) /.test(statement.text) && !statement.name.endsWith('.expire'),
  );
  const names = lives.map(({ statement }) => statement.name);
  for (const name of ['volumes.create', 'operations.place', 'volume.create.done', 'volume.delete.done']) {
    assert.ok(names.includes(name), `${name} is not among ${names}`);
  }
  for (const { statement, parameters } of lives) {
    const explain = sql('test.explain', `EXPLAIN ${statement.text}`);
    const lines = await scoria.database.all<{ 'QUERY PLAN': string }>(explain, parameters);
    const plan = lines.map((line) => line['QUERY PLAN']).join('\n');
    assert.doesNotMatch(plan, /Seq Scan on (operations|events)/, `${statement.name}\n${plan}`);
    // Estimated rows, of any step: what is open, and never what has been.
    const most = Math.max(
      ...[...plan.matchAll(/Scan[^\n]* on (?:operations|events)[^\n]*rows=(\d+)/g)].map(([, n]) => Number(n)),
      0,
    );
    assert.ok(most < 1000, `${statement.name} reads ${most} rows\n${plan}`);
  }
});
