// The order of the events of one resource, where a statement took its transaction id before it waited for the row. On a
// real PostgreSQL only: the embedded database runs one transaction at a time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { type Database, sql } from '../../infra/database/port.ts';
import { afterPosition, type EventPosition, firstPosition, isAfter, positionOrder } from '../../schema/events.ts';
import { change, changeByMany, foreign, own } from '../harness/counted-changes.ts';
import { freshDatabase } from '../harness/scoria.ts';
import { seedWorld } from '../harness/world.ts';

const url = process.env.TEST_DATABASE_URL;
const skip = url === undefined ? 'needs TEST_DATABASE_URL' : false;

const waiting = sql('test.events.waiting', 'SELECT count(*)::int AS count FROM pg_locks l WHERE NOT l.granted');
async function untilWaiting(database: Database): Promise<void> {
  for (;;) {
    const [row] = await database.all<{ readonly count: number }>(waiting);
    if (row !== undefined && row.count > 0) return;
  }
}

type Read = EventPosition & { readonly id: string; readonly size: number };
const read = sql(
  'test.events.sizes',
  `SELECT e.transaction::text AS transaction, e.sequence::text AS sequence, e.resource_id::text AS id,
  (e.data ->> 'size')::int AS size
FROM events e WHERE ${afterPosition} ORDER BY ${positionOrder} LIMIT 7`,
);

/** Reads by cursor to the end of what can be read now. */
async function readOn(database: Database, seen: Read[]): Promise<void> {
  for (;;) {
    const rows = await database.all<Read>(read, { ...(seen.at(-1) ?? firstPosition) });
    if (rows.length === 0) return;
    seen.push(...rows);
  }
}

const sizesOf = (seen: readonly Read[], id: string) => seen.filter((one) => one.id === id).map((one) => one.size);

test('events of a resource are in the order of its changes, also of who waited for it with an older transaction', {
  skip,
}, async () => {
  const database = await freshDatabase();
  const [first, second] = [new pg.Client({ connectionString: url }), new pg.Client({ connectionString: url })];
  try {
    await seedWorld(database);
    await Promise.all([first.connect(), second.connect()]);
    await first.query('BEGIN');
    await first.query(`SELECT 1 FROM volumes WHERE id = '${own}' FOR UPDATE`);
    // It has its transaction id now, and waits for the first volume.
    const late = change(database, own, foreign);
    await untilWaiting(database);
    // A later transaction has the second one before it.
    await second.query(`UPDATE volumes SET size_gib = size_gib + 1 WHERE id = '${foreign}'`);
    await second.query(`INSERT INTO events (type, resource_type, resource_id, project_id, data, at)
      SELECT 'volume.resize.end', 'volume', v.id, v.project_id, jsonb_build_object('size', v.size_gib), now()
      FROM volumes v WHERE v.id = '${foreign}'`);
    const seen: Read[] = [];
    await readOn(database, seen);
    assert.deepEqual(seen, [], 'nothing is read while the older transaction may still write');
    await first.query('COMMIT');
    await late;
    await readOn(database, seen);
    assert.deepEqual(sizesOf(seen, foreign), [3, 4]);
    assert.deepEqual(sizesOf(seen, own), [3]);
  } finally {
    await Promise.all([first.end(), second.end()]);
    await database.close();
  }
});

test('whoever reads by cursor while many write finds every change of a resource once and in order', {
  skip,
}, async () => {
  const database = await freshDatabase();
  const seen: Read[] = [];
  let wanted: ReadonlyMap<string, readonly number[]>;
  try {
    await seedWorld(database);
    let isDone = false;
    const reading = (async () => {
      while (!isDone) await readOn(database, seen);
      await readOn(database, seen);
    })();
    wanted = await changeByMany(database, 8, 25).finally(() => {
      isDone = true;
    });
    await reading;
  } finally {
    await database.close();
  }
  for (const [volume, sizes] of wanted) assert.deepEqual(sizesOf(seen, volume), sizes);
  assert.ok(seen.every((one, n) => n === 0 || isAfter(one, seen[n - 1] as Read)));
});
