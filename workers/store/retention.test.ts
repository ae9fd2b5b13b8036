import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Database, sql } from '../../infra/database/port.ts';
import { freshDatabase } from '../../test/harness/scoria.ts';
import { defaultRetention, expireHistory } from './retention.ts';

const day = 86_400_000;
const now = Date.UTC(2026, 5, 1);
let database: Database;
before(async () => {
  database = await freshDatabase();
});
after(() => database.close());

const fillOperations = sql(
  'test.operations',
  `INSERT INTO operations (id, kind, resource_type, resource_id, project_id, user_id, queue, step, status, lease_until,
    deadline, created_at, updated_at)
  SELECT md5('o' || n || :status::text)::uuid, 'volume.create', 'volume', md5('v' || n)::uuid, 'p', 'u', 'q', 's',
    :status::text, t.at, t.at, t.at, t.at
  FROM generate_series(1, :count::int) n, (SELECT :at::timestamptz AS at) t`,
);
const fillEvents = sql(
  'test.events',
  `INSERT INTO events (type, resource_type, resource_id, project_id, at)
  SELECT 'volume.create.end', 'volume', md5('v' || n)::uuid, 'p', :at::timestamptz FROM generate_series(1, :count::int) n`,
);
const counts = sql(
  'test.counts',
  `SELECT (SELECT count(*) FROM operations)::int AS operations, (SELECT count(*) FROM events)::int AS events`,
);
const ago = (days: number) => new Date(now - days * day).toISOString();

test('operations that have ended and events go when their time is over, and open work never does', async () => {
  await database.all(fillOperations, { status: 'done', count: 1200, at: ago(31) });
  await database.all(fillOperations, { status: 'failed', count: 3, at: ago(29) });
  await database.all(fillOperations, { status: 'queued', count: 2, at: ago(300) });
  await database.all(fillEvents, { count: 1100, at: ago(91) });
  await database.all(fillEvents, { count: 7, at: ago(89) });
  const kept = defaultRetention;
  assert.deepEqual(await expireHistory(database, now, kept), { operations: 1200, events: 1100, deliveries: 0 });
  assert.deepEqual(await database.all(counts), [{ operations: 5, events: 7 }]);
  assert.deepEqual(await expireHistory(database, now, kept), { operations: 0, events: 0, deliveries: 0 });
});

test('of more rows than are kept the newest stay, and none goes in its first minute', async () => {
  const minute = 1 / 1440;
  const all = { ...defaultRetention, mostOperations: 2, mostEvents: 3 };
  await database.all(sql('test.empty', 'WITH o AS (DELETE FROM operations) DELETE FROM events'));
  await database.all(fillOperations, { status: 'done', count: 600, at: ago(2) });
  await database.all(fillOperations, { status: 'queued', count: 4, at: ago(3) });
  await database.all(fillOperations, { status: 'failed', count: 3, at: ago(minute * 2) });
  await database.all(fillEvents, { count: 600, at: ago(2) });
  await database.all(fillEvents, { count: 4, at: ago(minute * 2) });
  // Rows of one moment stay or go together.
  assert.deepEqual(await expireHistory(database, now, all), { operations: 600, events: 600, deliveries: 0 });
  assert.deepEqual(await database.all(counts), [{ operations: 7, events: 4 }]);
  await database.all(fillEvents, { count: 10, at: ago(minute / 2) });
  assert.deepEqual(await expireHistory(database, now, all), { operations: 0, events: 4, deliveries: 0 });
  assert.deepEqual(await expireHistory(database, now, all), { operations: 0, events: 0, deliveries: 0 });
  assert.deepEqual(await expireHistory(database, now + 60_000, all), { operations: 0, events: 0, deliveries: 0 });
  await database.all(fillEvents, { count: 3, at: ago(0) });
  assert.deepEqual(await expireHistory(database, now + 120_000, all), { operations: 0, events: 10, deliveries: 0 });
});

test('a sweep removes so much and no more, and finds what is due without reading the tables', async () => {
  await database.all(fillOperations, { status: 'done', count: 12_000, at: ago(40) });
  assert.equal((await expireHistory(database, now, defaultRetention)).operations, 10_000);
  await database.all(sql('test.analyze', 'ANALYZE operations'));
  const text = `EXPLAIN SELECT o.id FROM operations o WHERE o.status IN ('done', 'failed')
    AND o.updated_at < '2026-01-01T00:00:00Z'::timestamptz ORDER BY o.updated_at LIMIT 500`;
  const plan = await database.all<{ 'QUERY PLAN': string }>(sql('test.explain', text));
  assert.match(plan.map((line) => line['QUERY PLAN']).join('\n'), /Index.*operations_ended/);
});
