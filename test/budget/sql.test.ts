// Every statement that stands in the code is one that PostgreSQL takes, whether a test runs it or not: its tables, columns,
// aliases and types are looked up by preparing it on the schema of the migrations.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { portable } from '../../infra/database/data-api/text.ts';
import { writingOf } from '../../infra/database/data-api/writing.ts';
import { compile } from '../../infra/database/named.ts';
import { sql } from '../../infra/database/port.ts';
import { tables } from '../../schema/tables.ts';
import { type Scoria, startScoria } from '../harness/scoria.ts';
import { allStatements, bytesOf, differing } from '../harness/statements.ts';
import { largeStatements, mostBytes } from './large-statements.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria({ workers: false });
});
after(() => scoria.close());

test('PostgreSQL prepares every statement, with the parameters that its text names', async () => {
  assert.ok(allStatements.length > 350, `${allStatements.length} statements`);
  const wrong: string[] = [];
  for (const [n, statement] of allStatements.entries()) {
    const { text, names } = compile(statement);
    assert.deepEqual([...names].sort(), Object.keys(statement.parameters).sort(), statement.name);
    await scoria.database
      .all({ ...sql('test.prepare', `PREPARE "all ${n}" AS ${text}`), plansEach: true })
      .catch((error: Error) => wrong.push(`${statement.name}: ${error.message}`));
    await scoria.database.all({ ...sql('test.deallocate', `DEALLOCATE "all ${n}"`), plansEach: true }).catch(() => {});
  }
  assert.deepEqual(wrong, []);
});

test('PostgreSQL prepares every statement that writes in the forms that lose no large row behind the Data API', async () => {
  const { database } = scoria;
  await database.all({
    ...sql('test.kept-rows', 'CREATE TEMPORARY TABLE kept_rows (n bigint, doc text)'),
    plansEach: true,
  });
  const wrong: string[] = [];
  let count = 0;
  for (const statement of allStatements) {
    const writing = writingOf(portable(statement.text).text);
    if (writing === null) continue;
    count += 1;
    for (const text of [writing.guarded, writing.keeping]) {
      const one = { ...statement, text };
      await database
        .all({ ...sql('test.prepare', `PREPARE "large" AS ${compile(one).text}`), plansEach: true })
        .catch((error: Error) => wrong.push(`${statement.name}: ${error.message}`));
      await database.all({ ...sql('test.deallocate', 'DEALLOCATE "large"'), plansEach: true }).catch(() => {});
    }
  }
  await database.all({ ...sql('test.kept-rows-end', 'DROP TABLE kept_rows'), plansEach: true });
  assert.deepEqual(wrong, []);
  assert.ok(count > 150, `${count} statements write and answer`);
});

test('one name is one statement', () => {
  assert.deepEqual(differing, []);
});

test(`a statement has ${mostBytes} bytes at most, or a row with the reason in test/budget/large-statements.ts`, () => {
  const large = allStatements.filter((one) => bytesOf(one) > mostBytes).map(({ name }) => name);
  assert.deepEqual(
    large.filter((name) => largeStatements[name] === undefined),
    [],
    'add a row for each of these to test/budget/large-statements.ts, or make it smaller',
  );
  assert.deepEqual(
    Object.keys(largeStatements).filter((name) => !large.includes(name)),
    [],
    'these are not larger any more: take their rows out of test/budget/large-statements.ts',
  );
});

test('schema/tables.ts names the tables and views of the migrations', async () => {
  const rows = await scoria.database.all<{ name: string }>(
    sql('test.tables', `SELECT table_name::text AS name FROM information_schema.tables WHERE table_schema = 'public'`),
  );
  assert.deepEqual(rows.map(({ name }) => name).sort(), [...tables].sort(), 'change schema/tables.ts');
});
