// The emulator as AWS's own client sees it: what is documented of the Data API.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  BatchExecuteStatementCommand,
  BeginTransactionCommand,
  CommitTransactionCommand,
  ExecuteStatementCommand,
  type ExecuteStatementCommandInput,
  RDSDataClient,
  RollbackTransactionCommand,
} from '@aws-sdk/client-rds-data';
import { type DataApi, startDataApi } from './server.ts';

const target = {
  resourceArn: 'arn:aws:rds:eu-central-1:000000000000:cluster:test',
  secretArn: 'arn:aws:secretsmanager:eu-central-1:000000000000:secret:test',
  database: 'test',
};

let api: DataApi;
let client: RDSDataClient;
before(async () => {
  const url = process.env.TEST_DATABASE_URL;
  api = await startDataApi({ idleMilliseconds: 400, ...(url === undefined ? {} : { backend: { url } }) });
  const credentials = { accessKeyId: 'x', secretAccessKey: 'y' };
  client = new RDSDataClient({ region: 'eu-central-1', endpoint: api.url, maxAttempts: 1, credentials });
  await run('DROP TABLE IF EXISTS emulated');
  await run('CREATE TABLE emulated (id uuid PRIMARY KEY, doc jsonb, at timestamp, n numeric)');
});
after(async () => {
  client.destroy();
  await api.close();
});

const run = (sql: string, more: Partial<ExecuteStatementCommandInput> = {}) =>
  client.send(new ExecuteStatementCommand({ ...target, sql, ...more }));
const fails = (sql: string, name: string, message: RegExp, more: Partial<ExecuteStatementCommandInput> = {}) =>
  assert.rejects(run(sql, more), (error: Error) => {
    assert.equal(error.name, name, error.message);
    assert.match(error.message, message);
    return true;
  });

const id = '5f0c6a6e-0000-4000-8000-000000000001';

test('values go in under their type and hint, and come out under the type of their column', async () => {
  const parameters = [
    { name: 'id', value: { stringValue: id }, typeHint: 'UUID' as const },
    { name: 'doc', value: { stringValue: '{"a": 1}' }, typeHint: 'JSON' as const },
    { name: 'at', value: { stringValue: '2026-01-02 03:04:05' }, typeHint: 'TIMESTAMP' as const },
    { name: 'n', value: { stringValue: '1.50' }, typeHint: 'DECIMAL' as const },
  ];
  const written = await run('INSERT INTO emulated VALUES (:id, :doc, :at, :n)', { parameters });
  assert.equal(written.numberOfRecordsUpdated, 1);
  const { records, columnMetadata } = await run(
    "SELECT e.*, 1::int AS long, 0.5::float8 AS double, TRUE AS yes, NULL::text AS nothing, '\\x01'::bytea AS blob FROM emulated e",
    { includeResultMetadata: true },
  );
  assert.deepEqual(
    columnMetadata?.map(({ label }) => label),
    ['id', 'doc', 'at', 'n', 'long', 'double', 'yes', 'nothing', 'blob'],
  );
  assert.deepEqual(records?.[0], [
    { stringValue: id },
    { stringValue: '{"a": 1}' },
    { stringValue: '2026-01-02 03:04:05' },
    { stringValue: '1.50' },
    { longValue: 1 },
    { doubleValue: 0.5 },
    { booleanValue: true },
    { isNull: true },
    { blobValue: new Uint8Array([1]) },
  ]);
  const { formattedRecords } = await run('SELECT 1 AS a, NULL AS b', { formatRecordsAs: 'JSON' });
  assert.equal(formattedRecords, '[{"a":1,"b":null}]');
});

test('types are strict: a text is no uuid without a cast or a hint', async () => {
  const parameters = [{ name: 'id', value: { stringValue: id } }];
  await fails(
    'SELECT 1 FROM emulated WHERE id = :id',
    'DatabaseErrorException',
    /operator does not exist: uuid = character varying.*; SQLState: 42883$/s,
    { parameters },
  );
  assert.equal((await run('SELECT 1 FROM emulated WHERE id = :id::uuid', { parameters })).records?.length, 1);
});

test('errors of the database have its words, detail and SQLSTATE', async () => {
  await fails(
    `INSERT INTO emulated (id) VALUES ('${id}')`,
    'DatabaseErrorException',
    /^ERROR: duplicate key value violates unique constraint "emulated_pkey"\n {2}Detail: Key \(id\)=\(.*\) already exists\.; SQLState: 23505$/,
  );
  await fails('SELEC 1', 'DatabaseErrorException', /syntax error.*; SQLState: 42601$/s);
});

test('what the service does not take is a bad request', async () => {
  await fails('SELECT 1; SELECT 2', 'BadRequestException', /Multistatements/);
  await fails('SELECT :x::int', 'BadRequestException', /Cannot find parameter: x/);
  await fails("SELECT 'a:b'", 'BadRequestException', /Cannot find parameter: b/);
  await fails(`SELECT doc ? 'a' FROM emulated`, 'BadRequestException', /\?/);
  await fails('SELECT 1', 'BadRequestException', /resourceArn/, { resourceArn: 'none' });
  const parameters = [{ name: 'a', value: { arrayValue: { longValues: [1] } } }];
  await fails('SELECT :a', 'BadRequestException', /Array parameters/, { parameters });
  await fails("SELECT 'Infinity'::float8", 'UnsupportedResultException', /Infinity/);
  await fails('SELECT ARRAY[1]', 'UnsupportedResultException', /1007/);
});

test('a result has 1 MiB at most, and a row 64 KB', async () => {
  await fails("SELECT repeat('x', 60000) FROM generate_series(1, 20)", 'BadRequestException', /response size limit/);
  await fails("SELECT repeat('x', 70000)", 'BadRequestException', /row size limit/i);
  assert.equal((await run("SELECT repeat('x', 60000) FROM generate_series(1, 15)")).records?.length, 15);
});

const begin = async () => (await client.send(new BeginTransactionCommand(target))).transactionId ?? '';
const ids = (transactionId: string) => ({
  resourceArn: target.resourceArn,
  secretArn: target.secretArn,
  transactionId,
});
const countOf = async () => (await run('SELECT count(*) FROM emulated')).records?.[0]?.[0]?.longValue;

test('a transaction is committed, rolled back, or forgotten when nobody has called for a while', async () => {
  const before = await countOf();
  const add = 'INSERT INTO emulated (id) VALUES (gen_random_uuid())';
  const first = await begin();
  await run(add, { transactionId: first });
  assert.equal(
    (await client.send(new CommitTransactionCommand(ids(first)))).transactionStatus,
    'Transaction Committed',
  );
  const second = await begin();
  await run(add, { transactionId: second });
  assert.equal((await client.send(new RollbackTransactionCommand(ids(second)))).transactionStatus, 'Rollback Complete');
  const third = await begin();
  await run(add, { transactionId: third });
  await new Promise((resolve) => setTimeout(resolve, 700));
  await fails(add, 'TransactionNotFoundException', /not found/, { transactionId: third });
  const fourth = await begin();
  await run(add, { transactionId: fourth });
  await fails("SELECT repeat('x', 70000)", 'BadRequestException', /size limit/, { transactionId: fourth });
  await fails(add, 'TransactionNotFoundException', /not found/, { transactionId: fourth });
  assert.equal(await countOf(), (before ?? 0) + 1);
});

test('a batch runs a statement for each set of parameters', async () => {
  const before = await countOf();
  const parameterSets = [1, 2, 3].map((n) => [{ name: 'n', value: { longValue: n } }]);
  const sql = 'INSERT INTO emulated (id, n) VALUES (gen_random_uuid(), :n::numeric)';
  const { updateResults } = await client.send(new BatchExecuteStatementCommand({ ...target, sql, parameterSets }));
  assert.equal(updateResults?.length, 3);
  assert.equal(await countOf(), (before ?? 0) + 3);
});

test('a cluster that sleeps wakes up when it is called, and refuses until then', async () => {
  api.sleep(150);
  await fails('SELECT 1', 'DatabaseResumingException', /resuming/);
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.equal((await run('SELECT 1')).records?.length, 1);
});
