// What goes wrong with the Data API: a cluster that sleeps, too many calls, answers that get lost, results that are
// too large.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { type DataApi, startDataApi } from '../../test/emulators/data-api/server.ts';
import { freshHttp } from '../http/fresh.ts';
import { sdkTransport } from './data-api/sdk.ts';
import { signedTransport } from './data-api/signed.ts';
import { dataApiDatabase } from './data-api.ts';
import { DatabaseError, type DatabaseFailure, type Migratable, sql } from './port.ts';

process.env.AWS_ACCESS_KEY_ID = 'key-of-the-tests';
process.env.AWS_SECRET_ACCESS_KEY = 'secret-of-the-tests';
const credentials = { accessKeyId: 'key-of-the-tests', secretAccessKey: 'secret-of-the-tests' };
const place = {
  cluster: 'arn:aws:rds:eu-central-1:000000000000:cluster:test',
  secret: 'arn:aws:secretsmanager:eu-central-1:000000000000:secret:test',
  database: 'test',
};
const region = 'eu-central-1';

let api: DataApi;
let slept: number[] = [];
const clock = {
  async sleep(milliseconds: number) {
    slept.push(milliseconds);
  },
};
const databases: Migratable[] = [];
before(async () => {
  api = await startDataApi();
  const endpoint = api.url;
  const transports = [
    sdkTransport({ region, endpoint }),
    signedTransport({ region, endpoint, credentials, http: freshHttp() }),
  ];
  for (const transport of transports) databases.push(dataApiDatabase({ ...place, transport, clock, random: () => 0 }));
  await databases[0]?.script('CREATE TABLE things (id uuid PRIMARY KEY, doc text)');
});
after(async () => {
  for (const database of databases) await database.close();
  await api.close();
});
beforeEach(() => {
  api.heal();
  slept = [];
});

const add = sql('test.add', 'INSERT INTO things (id, doc) VALUES (:id::uuid, :doc::text) RETURNING id::text');
const count = sql('test.count', 'SELECT count(*)::int AS n FROM things WHERE id = :id::uuid');
const one = sql('test.one', 'SELECT 1 AS one');

const is = (failure: DatabaseFailure, sqlState: string) => (error: unknown) => {
  assert.ok(error instanceof DatabaseError, String(error));
  assert.deepEqual([error.failure, error.sqlState], [failure, sqlState], error.message);
  return true;
};

/** The same guarantee for both ways to the service. */
function guarantee(name: string, run: (database: Migratable) => Promise<void>): void {
  for (const [at, way] of ['sdk', 'signed'].entries()) {
    test(`${name} (${way})`, async () => {
      const database = databases[at];
      assert.ok(database);
      await run(database);
    });
  }
}

guarantee('a cluster that sleeps is waited for, in pauses that grow to 4 s', async (database) => {
  api.fail({ answer: { name: 'DatabaseResumingException' }, times: 6 });
  assert.deepEqual(await database.all(one), [{ one: 1 }]);
  assert.deepEqual(slept, [500, 1000, 2000, 4000, 4000, 4000]);
});

guarantee(
  'a cluster that does not wake up within a minute reads as unavailable, and as not there yet',
  async (database) => {
    api.fail({ answer: { name: 'DatabaseResumingException' }, times: 100 });
    await assert.rejects(database.all(one), is('unavailable', '57P03'));
    assert.ok(slept.reduce((sum, each) => sum + each, 0) <= 60_000);
  },
);

guarantee('a call that was too many is sent again, for 10 s at most', async (database) => {
  api.fail({ answer: { name: 'ThrottlingException', message: 'Rate exceeded' }, times: 3 });
  assert.deepEqual(await database.all(one), [{ one: 1 }]);
  assert.deepEqual(slept, [50, 100, 200]);
  api.fail({ answer: { name: 'TooManyRequestsException', status: 429 }, times: 100 });
  await assert.rejects(database.all(one), is('unavailable', '53400'));
  assert.ok(slept.reduce((sum, each) => sum + each, 0) <= 10_350);
});

for (const answer of [
  'drop',
  { name: 'InternalServerErrorException', status: 500 },
  { name: 'StatementTimeoutException' },
] as const) {
  const what = typeof answer === 'string' ? 'a dropped connection' : answer.name;
  guarantee(`a write whose answer is ${what} is sent once, applied once, and unavailable`, async (database) => {
    const id = crypto.randomUUID();
    api.fail({ sql: 'INSERT INTO things', when: 'after', answer, times: 100 });
    const calls = api.calls.get('/Execute') ?? 0;
    await assert.rejects(
      database.all(add, { id, doc: '' }),
      (error) => error instanceof DatabaseError && error.failure === 'unavailable',
    );
    assert.equal(api.calls.get('/Execute'), calls + 1);
    assert.deepEqual(await database.all(count, { id }), [{ n: 1 }]);
  });
}

guarantee(
  'a migration whose commit has no answer is unavailable, and its statements are there or not, together',
  async (database) => {
    const table = `made_${databases.indexOf(database)}`;
    api.fail({ path: '/CommitTransaction', when: 'after', answer: 'drop' });
    await assert.rejects(
      database.script(`CREATE TABLE ${table} (n int); INSERT INTO ${table} VALUES (1)`),
      is('unavailable', '08006'),
    );
    assert.deepEqual(await database.all(sql('test.made', `SELECT n FROM ${table}`)), [{ n: 1 }]);
    api.fail({ path: '/CommitTransaction', when: 'before', answer: 'drop' });
    await assert.rejects(
      database.script(`INSERT INTO ${table} VALUES (2); INSERT INTO ${table} VALUES (3)`),
      is('unavailable', '08006'),
    );
    assert.deepEqual(await database.all(sql('test.made', `SELECT n FROM ${table}`)), [{ n: 1 }]);
  },
);

guarantee('a result of 3 MB comes whole and in its order, all of one moment', async (database) => {
  const many = sql(
    'test.many',
    `SELECT n, repeat('é"\\', 500) AS doc, n % 2 = 0 AS even, NULL::text AS nothing, n / 4::float8 AS part
    FROM generate_series(1, :n::int) n ORDER BY n DESC`,
  );
  const begun = api.calls.get('/BeginTransaction') ?? 0;
  const rows = await database.all<Record<string, unknown>>(many, { n: 1000 });
  assert.equal(rows.length, 1000);
  assert.deepEqual(rows[0], { n: 1000, doc: 'é"\\'.repeat(500), even: true, nothing: null, part: 250 });
  assert.deepEqual(
    rows.map((row) => row.n),
    Array.from({ length: 1000 }, (_, at) => 1000 - at),
  );
  assert.ok((api.calls.get('/BeginTransaction') ?? 0) > begun);
});

guarantee('rows of 300 KB come whole, whatever their characters take', async (database) => {
  const wide = sql(
    'test.wide',
    `WITH a AS (SELECT repeat('😀', 75000) AS doc) SELECT n, doc FROM a, generate_series(1, 5) n`,
  );
  const rows = await database.all<{ n: number; doc: string }>(wide);
  assert.deepEqual(
    rows.map(({ n, doc }) => [n, doc.length]),
    [1, 2, 3, 4, 5].map((n) => [n, 150_000]),
  );
});

guarantee('a write with rows that are too large is done once, and all of its rows come', async (database) => {
  const id = crypto.randomUUID();
  const wide = sql(
    'test.add-wide',
    `WITH added AS (INSERT INTO things (id, doc) VALUES (:id::uuid, :doc::text) RETURNING doc)
    SELECT n, a.doc, NULL::text AS nothing, true AS even, n / 4::float8 AS part
    FROM added a, generate_series(1, 3) n ORDER BY n DESC`,
  );
  const doc = `${'"😀\\'.repeat(20_000)}:id ?`;
  const rows = await database.all(wide, { id, doc });
  assert.deepEqual(
    rows,
    [3, 2, 1].map((n) => ({ n, doc, nothing: null, even: true, part: n / 4 })),
  );
  assert.deepEqual(await database.all(count, { id }), [{ n: 1 }]);
  const again = sql('test.wide-again', 'DELETE FROM things WHERE id = :id::uuid RETURNING doc');
  assert.deepEqual(await database.all(again, { id }), [{ doc }]);
  assert.deepEqual(await database.all(count, { id }), [{ n: 0 }]);
});

guarantee('a write of many small rows comes whole', async (database) => {
  const many = sql(
    'test.add-many',
    `INSERT INTO things (id, doc) SELECT gen_random_uuid(), repeat('x', 700) FROM generate_series(1, :n::int) RETURNING doc`,
  );
  assert.equal((await database.all(many, { n: 3000 })).length, 3000);
  await database.all(sql('test.empty', 'DELETE FROM things'));
});

guarantee('a write with rows that fit is one call', async (database) => {
  const before = api.calls.get('/Execute') ?? 0;
  await database.all(add, { id: crypto.randomUUID(), doc: 'x'.repeat(20_000) });
  assert.equal(api.calls.get('/Execute'), before + 1);
});

guarantee('a large write whose end is not answered is unavailable, and is not done twice', async (database) => {
  const id = crypto.randomUUID();
  const wide = sql('test.add-lost', 'INSERT INTO things (id, doc) VALUES (:id::uuid, :doc::text) RETURNING doc');
  api.fail({ path: '/CommitTransaction', when: 'after', answer: 'drop' });
  await assert.rejects(database.all(wide, { id, doc: 'x'.repeat(100_000) }), is('unavailable', '08006'));
  assert.deepEqual(await database.all(count, { id }), [{ n: 1 }]);
});

guarantee('what a function writes is not done again for its large answer', async (database) => {
  const called = sql(
    'test.called',
    `SELECT repeat('x', 70000) AS wide, setval('written', nextval('written'))::text AS n`,
  );
  await database.script('CREATE SEQUENCE IF NOT EXISTS written');
  await assert.rejects(database.all(called), is('broken', '54000'));
});

guarantee('a statement of more than 4 MiB is broken', async (database) => {
  await assert.rejects(
    database.all(sql('test.large', 'SELECT length(:t::text) AS n'), { t: 'x'.repeat(5_000_000) }),
    is('broken', '54000'),
  );
});

test('a statement past its time is unavailable', async () => {
  const hasty = await startDataApi({ statementMilliseconds: 200 });
  const database = dataApiDatabase({ ...place, transport: sdkTransport({ region, endpoint: hasty.url }), clock });
  await assert.rejects(
    database.all(sql('test.slow', 'SELECT pg_sleep(0.5)::text AS slept')),
    is('unavailable', '57014'),
  );
  await database.close();
  await hasty.close();
});

guarantee('a service that is shut, or says what nobody knows, is told by its name', async (database) => {
  for (const [name, status, failure] of [
    ['AccessDeniedException', 403, 'unavailable'],
    ['InvalidSecretException', 400, 'unavailable'],
    ['DatabaseNotFoundException', 404, 'unavailable'],
    ['ServiceUnavailableError', 503, 'unavailable'],
    ['ValidationException', 400, 'broken'],
    ['SomethingNewException', 400, 'broken'],
    ['SomethingNewError', 500, 'unavailable'],
  ] as const) {
    api.fail({ answer: { name, status, message: 'as it says' } });
    await assert.rejects(database.all(one), (error) => {
      assert.ok(error instanceof DatabaseError);
      assert.equal(error.failure, failure, name);
      assert.match(error.reason, new RegExp(name));
      return true;
    });
  }
});

test('an endpoint that is not there reads as unavailable, and closing twice is harmless', async () => {
  for (const transport of [
    sdkTransport({ region, endpoint: 'http://127.0.0.1:1' }),
    signedTransport({ region, endpoint: 'http://127.0.0.1:1', credentials, http: freshHttp() }),
  ]) {
    const database = dataApiDatabase({ ...place, transport, clock });
    await assert.rejects(database.all(one), is('unavailable', '08006'));
    await Promise.all([database.close(), database.close()]);
    await assert.rejects(database.all(one), is('unavailable', '08003'));
  }
});
