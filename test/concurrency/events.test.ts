// The order of the event log, where transactions commit in another order than they began. On a real PostgreSQL only:
// the embedded database runs one transaction at a time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import pg from 'pg';
import { sql } from '../../infra/database/port.ts';
import { afterPosition, type EventPosition, firstPosition, positionOrder } from '../../schema/events.ts';
import { freshDatabase } from '../harness/scoria.ts';

const url = process.env.TEST_DATABASE_URL;
const skip = url === undefined ? 'needs TEST_DATABASE_URL' : false;

const read = sql(
  'test.events.read',
  `SELECT e.type, e.transaction::text AS transaction, e.sequence::text AS sequence FROM events e
WHERE ${afterPosition} ORDER BY ${positionOrder} LIMIT 100`,
);
const write = (name: string) =>
  `INSERT INTO events (type, resource_type, resource_id, project_id, at)
   VALUES ('${name}', 'volume', gen_random_uuid(), 'p', now())`;

test('a reader by cursor misses no event of a transaction that commits late, and sees none twice', {
  skip,
}, async () => {
  const database = await freshDatabase();
  const [early, late] = [new pg.Client({ connectionString: url }), new pg.Client({ connectionString: url })];
  const seen: string[] = [];
  let position: EventPosition = firstPosition;
  const readOn = async () => {
    const rows = await database.all<EventPosition & { type: string }>(read, { ...position });
    seen.push(...rows.map((row) => row.type));
    position = rows.at(-1) ?? position;
  };
  try {
    await Promise.all([early.connect(), late.connect()]);
    await late.query('BEGIN');
    await late.query(write('late'));
    // Begins after it and commits before it.
    await early.query('BEGIN');
    await early.query(write('early'));
    await early.query('COMMIT');
    await readOn();
    assert.deepEqual(seen, [], 'nothing is read while an older transaction may still write');
    await late.query(write('late again'));
    await late.query('COMMIT');
    await early.query(write('later'));
    await readOn();
    await readOn();
    assert.deepEqual(seen, ['late', 'late again', 'early', 'later']);
  } finally {
    await Promise.all([early.end(), late.end()]);
    await database.close();
  }
});
