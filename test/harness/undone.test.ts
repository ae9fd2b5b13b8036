import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { pgliteDatabase } from '../../infra/database/pglite.ts';
import { DatabaseError, type Migratable, sql } from '../../infra/database/port.ts';
import { type UndoneDatabase, undoneDatabase } from './undone.ts';

let inner: Migratable;
let database: UndoneDatabase;
before(async () => {
  inner = await pgliteDatabase({ memory: true });
  await inner.script('CREATE TABLE things (id int PRIMARY KEY)');
});
after(() => inner.close());
beforeEach(async () => {
  await inner.script('DELETE FROM things');
  database = undoneDatabase(inner);
});

const insert = (...ids: number[]) =>
  database.all(sql('test.insert', `INSERT INTO things VALUES ${ids.map((id) => `(${id})`).join(', ')}`));
const there = async () => {
  const rows = await database.all<{ id: number }>(sql('test.read', 'SELECT id FROM things ORDER BY id'));
  return rows.map((one) => one.id);
};

test('what was done is seen until it is undone', async () => {
  await insert(1);
  assert.deepEqual(await there(), [1]);
  await database.undo();
  assert.deepEqual(await there(), []);
  await database.undo();
});

test('a statement that fails is taken back alone, the first as well as a later one', async () => {
  await database.keep(async () => void (await insert(1)));
  await assert.rejects(insert(2, 1), DatabaseError);
  assert.deepEqual(await there(), [1]);
  await insert(3);
  await assert.rejects(insert(4, 3), DatabaseError);
  await insert(5);
  assert.deepEqual(await there(), [1, 3, 5]);
  await database.undo();
  assert.deepEqual(await there(), [1]);
  await database.undo();
});

test('what is sent at once is done one after the other', async () => {
  const done = await Promise.allSettled([insert(1), insert(1), insert(2), insert(2, 3)]);
  assert.deepEqual(
    done.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled', 'rejected'],
  );
  assert.deepEqual(await there(), [1, 2]);
  await database.undo();
});

test('it is known whether anything was written', async () => {
  assert.equal(await database.isWritten(), false);
  await there();
  assert.equal(await database.isWritten(), false);
  await insert(1);
  assert.equal(await database.isWritten(), true);
  await database.undo();
  assert.equal(await database.isWritten(), false);
});
