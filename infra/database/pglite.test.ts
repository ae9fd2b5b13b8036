import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { databaseContract } from './database.contract.ts';
import { migrateContract } from './migrate.contract.ts';
import { type PgliteDatabase, pgliteDatabase } from './pglite.ts';
import { DatabaseError, sql } from './port.ts';
import { databaseTemplate } from './template.ts';

const root = mkdtempSync(join(tmpdir(), 'scoria-pglite-'));
const directory = join(root, 'data');
let shared: PgliteDatabase;
let template: string;

before(async () => {
  template = await databaseTemplate([{ id: '0000-none', text: 'create table templated (n int)' }]);
  shared = await pgliteDatabase({ memory: true, template });
});
after(async () => {
  await shared.close();
  rmSync(root, { recursive: true, force: true });
});

databaseContract('PGlite', () => shared);
migrateContract('PGlite', () => shared);

const isUnavailable = (error: unknown) => error instanceof DatabaseError && error.failure === 'unavailable';
const slow = sql('test.slow', 'select count(*) from generate_series(1, 1000000000)');

test('PGlite: a template brings its tables along', async () => {
  assert.deepEqual(await shared.all(sql('test.templated', 'select t.n from templated t')), []);
});

test('PGlite: a directory keeps its rows from one opening to the next, and has one opener', async () => {
  const first = await pgliteDatabase({ directory, template });
  await first.script('create table kept (n int); insert into kept values (42);');
  await assert.rejects(
    pgliteDatabase({ directory }),
    (error) => isUnavailable(error) && String(error).includes(directory),
  );
  await Promise.all([first.close(), first.close()]);
  await first.close();
  assert.equal(existsSync(`${directory}.lock`), false);
  await assert.rejects(first.all(sql('test.closed', 'select 1')), isUnavailable);
  const second = await pgliteDatabase({ directory });
  assert.deepEqual(await second.all(sql('test.kept', 'select k.n from kept k')), [{ n: 42 }]);
  await second.close();
});

test('PGlite: a statement stuck past its deadline fails with all that wait, and the directory is opened anew', async () => {
  const database = await pgliteDatabase({ directory, statementSeconds: 1 });
  await database.all(sql('test.acknowledged', 'insert into kept values (43)'));
  const waiting = [database.all(slow), database.all(sql('test.behind', 'select 1'))];
  for (const outcome of await Promise.allSettled(waiting)) {
    assert.ok(outcome.status === 'rejected' && isUnavailable(outcome.reason), JSON.stringify(outcome));
  }
  const next = await database.all(sql('test.again', 'select k.n from kept k order by k.n'));
  assert.deepEqual(next, [{ n: 42 }, { n: 43 }]);
  await database.close();
});

test('PGlite: statements sent before close() are answered', async () => {
  const database = await pgliteDatabase({ directory });
  const asked = Array.from({ length: 20 }, (_, n) => database.all(sql('test.n', 'select :n::int as n'), { n }));
  await database.all(sql('test.warm', 'select 1'));
  const closed = database.close();
  assert.equal((await Promise.all(asked)).length, 20);
  await closed;
});

test('PGlite: a database in memory stays unavailable once its worker is lost', async () => {
  const database = await pgliteDatabase({ memory: true, template, statementSeconds: 1 });
  await assert.rejects(database.all(slow), isUnavailable);
  await assert.rejects(database.all(sql('test.after', 'select 1')), /lost with its worker|stopped/);
  await database.close();
});
