import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { databaseContract } from './database.contract.ts';
import { migrateContract } from './migrate.contract.ts';
import { DatabaseError, type Migratable, sql } from './port.ts';
import { postgresDatabase } from './postgres.ts';

const isUnavailable = (error: unknown) => error instanceof DatabaseError && error.failure === 'unavailable';

test('PostgreSQL: a server that is not there reads as unavailable, and closing twice is harmless', async () => {
  const database = postgresDatabase({ url: 'postgres://nobody@127.0.0.1:1/nothing' });
  await assert.rejects(database.all(sql('test.nobody', 'select 1')), isUnavailable);
  await Promise.all([database.close(), database.close()]);
  await assert.rejects(database.all(sql('test.closed', 'select 1')), isUnavailable);
});

const url = process.env.TEST_DATABASE_URL;
if (url) onServer(url);

function onServer(url: string): void {
  const shared: Migratable = postgresDatabase({ url, connections: 8 });
  after(() => shared.close());
  databaseContract('PostgreSQL', () => shared);
  migrateContract('PostgreSQL', () => shared);

  for (const [what, more] of [
    ['as it stands', ''],
    ['with options of its own', 'options=-c%20work_mem%3D5MB%20-c%20TimeZone%3DAsia%2FTokyo'],
  ] as const) {
    test(`PostgreSQL: connections by a URL ${what} compile nothing and have their times in UTC`, async () => {
      const database = postgresDatabase({ url: more === '' ? url : `${url}${url.includes('?') ? '&' : '?'}${more}` });
      const ask = `select current_setting('jit') as jit, current_setting('TimeZone') as zone, current_setting('work_mem') as memory`;
      const [row] = await database.all<{ jit: string; zone: string; memory: string }>(sql('test.settings', ask));
      await database.close();
      assert.deepEqual([row?.jit, row?.zone, row?.memory === '5MB'], ['off', 'UTC', more !== '']);
    });
  }

  test('PostgreSQL: a statement past its deadline is cancelled and reads as unavailable', async () => {
    const hasty = postgresDatabase({ url, statementSeconds: 0.2 });
    await assert.rejects(hasty.all(sql('test.sleep', 'select pg_sleep(10)::text')), isUnavailable);
    await hasty.close();
  });

  test('PostgreSQL: a connection that the server ends does not end the process, and the next statement works', async () => {
    const victim = postgresDatabase({ url, connections: 1 });
    const mine = sql('test.pid', 'select pg_backend_pid() as pid');
    const [row] = await victim.all<{ pid: number }>(mine);
    const running = assert.rejects(victim.all(sql('test.sleep', 'select pg_sleep(10)::text')), isUnavailable);
    const kill = sql(
      'test.kill',
      "select pg_terminate_backend(a.pid) as done from pg_stat_activity a where a.pid = :pid::int and a.query like '%pg_sleep%'",
    );
    while ((await shared.all(kill, { pid: row?.pid ?? 0 })).length === 0);
    await running;
    assert.equal((await victim.all(mine)).length, 1);
    await victim.close();
  });
}
