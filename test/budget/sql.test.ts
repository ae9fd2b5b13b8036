// Every statement that stands in the code is one that PostgreSQL takes, whether a test runs it or not: its tables, columns,
// aliases and types are looked up by preparing it on the schema of the migrations.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
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
