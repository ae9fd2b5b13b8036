// The workers' function as it is deployed: its bundle in a process of its own, with SQS and the Data API of this
// machine.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { systemClock } from '../../infra/clock/system.ts';
import { countingDatabase } from '../../infra/database/counting.ts';
import { signedTransport } from '../../infra/database/data-api/signed.ts';
import { dataApiDatabase } from '../../infra/database/data-api.ts';
import { readMigrations } from '../../infra/database/migrations.ts';
import { databaseTemplate } from '../../infra/database/template.ts';
import { webDigests } from '../../infra/digests/web.ts';
import { freshHttp } from '../../infra/http/fresh.ts';
import { systemIds } from '../../infra/ids/system.ts';
import { silentLog } from '../../infra/log/lines.ts';
import type { Message } from '../../infra/queue/port.ts';
import { sqsQueue } from '../../infra/queue/sqs.ts';
import { sqsLines } from '../../infra/queue/sqs-lines.ts';
import { MemoryKnobs, MemoryStore, memoryBackend } from '../../workers/drivers/memory/index.ts';
import { type Running, startBackends } from '../../workers/start.ts';
import { emulated } from '../emulators/data-api/emulated.ts';
import { type DataApi, startDataApi } from '../emulators/data-api/server.ts';
import { type EventSource, startEventSource } from '../emulators/sqs/event-source.ts';
import { startSqs } from '../emulators/sqs/server.ts';
import { drift } from '../harness/invariants.ts';
import { type Scoria, startScoria } from '../harness/scoria.ts';
import { testSecrets } from '../harness/secrets.ts';
import { sqsCalls, sqsNames } from '../harness/sqs.ts';
import { bundle } from './bundle.ts';
import { type LambdaFunction, lambdaFunction } from './function.ts';

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const clock = systemClock();

let folder: string;
let api: DataApi;
let server: Awaited<ReturnType<typeof startSqs>>;
let scoria: Scoria;
let worker: Running;
let workers: LambdaFunction;
let source: EventSource;
let queue: ReturnType<typeof sqsQueue>;
let store: MemoryStore;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scoria-lambda-'));
  const made = await bundle('workers/main.lambda.ts', folder);
  api = await startDataApi({ backend: { template: await databaseTemplate(readMigrations()) } });
  server = await startSqs();
  const transport = signedTransport({ region: 'eu-central-1', endpoint: api.url, credentials, http: freshHttp() });
  const arns = { cluster: 'arn:aws:rds:x', secret: 'arn:aws:secretsmanager:x', database: 'scoria' };
  const database = countingDatabase(dataApiDatabase({ ...arns, transport, clock }));
  scoria = await startScoria({ workers: false, shares: { database } });
  await database.all({ name: 'test.quota', text: 'UPDATE quota_classes SET hard_limit = -1' });
  const call = sqsCalls(server.address);
  queue = sqsQueue({ ...sqsNames, waitSeconds: 1 }, { call, clock, log: silentLog, database });
  // Beside its storage, on the same two services.
  const common = { database, queue, clock, ids: systemIds(), digests: webDigests(), log: silentLog };
  store = new MemoryStore();
  const open = async () => memoryBackend({ pools: [{ name: 'pool', totalGiB: 1_000 }], store }, new MemoryKnobs());
  worker = await startBackends(
    { ...common, secrets: testSecrets },
    {
      host: 'site',
      zone: 'nova',
      workers: { quick: 4, long: 1 },
      backends: [{ name: 'one', zone: null, cluster: null, open }],
    },
  );
  workers = await lambdaFunction({ path: made.path, env: environment() });
  const queueUrl = await sqsLines(call, sqsNames).urlOf('scheduler');
  source = startEventSource({
    call,
    queueUrl,
    invoke: (event) => workers.invoke(event),
    visibilitySeconds: 5,
    concurrency: 1,
  });
});
after(async () => {
  await source.stop();
  await workers.close();
  await worker.stop();
  await queue.close();
  await scoria.close();
  await scoria.database.close();
  await server.stop();
  await api.close();
  await rm(folder, { recursive: true });
});

const environment = () => ({
  DATABASE_URL: emulated(api.url),
  AWS_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  SCORIA_QUEUE: 'sqs',
  SCORIA_QUEUE_ENDPOINT: server.address,
  SCORIA_QUEUE_PREFIX: sqsNames.prefix,
  SCORIA_QUEUE_CREATE: 'no',
  SCORIA_SECRET_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}`,
  SCORIA_IDENTITY: 'keystone',
  SCORIA_KEYSTONE_URL: 'http://127.0.0.1:1',
  SCORIA_KEYSTONE_PASSWORD: 'none',
});

/** Asks for volumes, and tells the queue as the API does. */
async function ask(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    const told = await scoria.ask('POST', '/v3/volumes', { body: { volume: { size: 1 } } });
    assert.equal(told.status, 202, told.text);
  }
  const queued = await scoria.database.all<Message & { queue: string }>({
    name: 'test.queued',
    text: `SELECT id::text AS operation, attempt, kind, project_id AS project, queue FROM operations WHERE status = 'queued'`,
  });
  for (const { queue: name, ...message } of queued) await queue.send(name, [message]);
}

const allAvailable = (count: number) =>
  scoria.until('/v3/volumes/detail', ({ body }) => {
    const states = body.volumes.map((one: { status: string }) => one.status);
    return states.length === count && states.every((one: string) => one === 'available');
  });

test('a sweep by the schedule reports the scheduler', async () => {
  assert.deepEqual(await workers.invoke({ task: 'sweep' }), { sent: 0, ended: 0 });
  const { body } = await scoria.ask('GET', '/v3/os-services?binary=cinder-scheduler', { as: 'admin' });
  assert.deepEqual(
    body.services.map((one: Record<string, string>) => [one.host, one.state]),
    [['functions', 'up']],
  );
});

test('volumes are placed by the function, cold and warm, and made beside the storage', async () => {
  await workers.cool();
  const before = workers.starts();
  await ask(3);
  await allAvailable(3);
  await ask(2);
  await allAvailable(5);
  assert.equal(workers.starts(), before + 1);
  assert.deepEqual(await drift(scoria.database), []);
});

test('killed while it works, it loses nothing: the messages come again', async () => {
  const asked = ask(8);
  for (let n = 0; n < 3; n += 1) {
    await clock.sleep(300);
    await workers.cool();
    await source.stop().catch(() => {});
    const queueUrl = await sqsLines(sqsCalls(server.address), sqsNames).urlOf('scheduler');
    const call = sqsCalls(server.address);
    source = startEventSource({
      call,
      queueUrl,
      invoke: (event) => workers.invoke(event),
      visibilitySeconds: 2,
      concurrency: 1,
    });
  }
  await asked;
  // What was claimed by a process that died has a lease of a minute: here it is over. Sweeps come as the schedule sends them.
  for (let sweeps = 0; sweeps < 5; sweeps += 1) {
    await clock.sleep(500);
    await scoria.database.all({
      name: 'test.lease',
      text: `UPDATE operations SET lease_until = now() - interval '2 minutes' WHERE status IN ('running', 'queued')`,
    });
    await workers.invoke({ task: 'sweep' });
  }
  await allAvailable(13);
  assert.equal(store.objects.size, 13);
  assert.deepEqual(await drift(scoria.database), []);
});

test('an event that is none is an error of the function, and it goes on', async () => {
  await assert.rejects(workers.invoke({ task: 'polish' }), /neither messages of SQS nor/);
  assert.deepEqual(await workers.invoke({ Records: [] }), { batchItemFailures: [] });
});
