import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { pgliteDatabase } from './pglite.ts';
import { stepsOf, type TableFacts } from './pglite-upkeep.ts';
import { sql } from './port.ts';

const root = mkdtempSync(join(tmpdir(), 'scoria-upkeep-'));
after(() => rmSync(root, { recursive: true, force: true }));

const table = (found: Partial<TableFacts>): TableFacts => ({
  ...{ name: 't', dead: 0, live: 0, inserted: 0, changed: 0, pages: 10, log: 0 },
  ...found,
});
const texts = (found: Partial<TableFacts>, sinceCheckpoint = 0) =>
  stepsOf([table(found)], sinceCheckpoint, new Map()).map((one) => one.text);

test('a checkpoint comes by the length of the log, and by time when there is anything in it', () => {
  assert.deepEqual(texts({ log: 15 * 2 ** 20 }), []);
  assert.deepEqual(texts({ log: 17 * 2 ** 20 }), ['CHECKPOINT']);
  assert.deepEqual(texts({ log: 2 ** 20 }, 61_000), ['CHECKPOINT']);
  assert.deepEqual(texts({ log: 100 }, 61_000), []);
});

test('vacuum and statistics come by changed rows, a share of those that there are', () => {
  assert.deepEqual(texts({ dead: 600 }), ['VACUUM t']);
  assert.deepEqual(texts({ dead: 600, live: 100_000 }), []);
  assert.deepEqual(texts({ changed: 300 }), ['ANALYZE t']);
  assert.deepEqual(texts({ changed: 300, live: 10_000 }), []);
  assert.deepEqual(texts({ inserted: 6000, live: 1000 }), ['VACUUM t']);
});

test('what took long waits for a quiet moment, until it has waited for four times its due', () => {
  const took = new Map([['vacuum t', 300]]);
  const [due] = stepsOf([table({ dead: 600 })], 0, took);
  assert.deepEqual([due?.expectedMilliseconds, due?.isOverdue], [300, false]);
  const [overdue] = stepsOf([table({ dead: 2100 })], 0, took);
  assert.equal(overdue?.isOverdue, true);
});

test('a checkpoint does not wait long for a quiet moment, however long the last one took', () => {
  const took = new Map([['checkpoint', 300]]);
  const step = (log: number) => stepsOf([table({ log })], 0, took)[0];
  assert.equal(step(17 * 2 ** 20)?.isOverdue, false);
  assert.equal(step(21 * 2 ** 20)?.isOverdue, true);
});

test('PGlite: rows that come and go leave statistics, little log and small tables behind, without being asked', async () => {
  const directory = join(root, 'database');
  const database = await pgliteDatabase({ directory });
  await database.script('create table churned (n int primary key, t text)');
  const fill = sql('fill', `insert into churned select g, repeat(md5(g::text), 30) from generate_series(1, 5000) g`);
  const empty = sql('empty', 'delete from churned');
  const seen = sql(
    'seen',
    `select pg_table_size('churned')::int as bytes, pg_stat_get_dead_tuples('churned'::regclass)::int as dead,
      (select reltuples::int from pg_class where oid = 'churned'::regclass) as known`,
  );
  // 5,000 rows are 5 MB, and 12 MB of log; eight times that without upkeep.
  for (let round = 0; round < 8; round += 1) {
    await database.all(fill);
    await database.all(empty);
    for (let n = 0; n < 100; n += 1) {
      const [row] = await database.all<{ dead: number }>(seen);
      if (row !== undefined && row.dead < 500) break;
      await setTimeout(100);
    }
  }
  await setTimeout(3000);
  const [row] = await database.all<{ bytes: number; known: number }>(seen);
  assert.ok(row !== undefined && row.bytes < 12 * 2 ** 20, `${row?.bytes} bytes`);
  assert.ok(row.known >= 0, 'the planner knows how many rows there are');
  const segments = readdirSync(join(directory, 'pg_wal')).filter((name) => /^[0-9A-F]{24}$/.test(name));
  assert.ok(segments.length <= 4, `${segments.length} segments of 16 MB`);
  await database.close();
  assert.ok(existsSync(directory));
});
