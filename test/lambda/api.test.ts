// The API as Lambda runs it: the bundle that is deployed, in a process of its own, on the emulated Data API.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { systemClock } from '../../infra/clock/system.ts';
import { countingDatabase } from '../../infra/database/counting.ts';
import { sdkTransport } from '../../infra/database/data-api/sdk.ts';
import { dataApiDatabase } from '../../infra/database/data-api.ts';
import { readMigrations } from '../../infra/database/migrations.ts';
import { sql } from '../../infra/database/port.ts';
import { databaseTemplate } from '../../infra/database/template.ts';
import { silentLog } from '../../infra/log/lines.ts';
import { nodeQueue } from '../../infra/queue/node.ts';
import { postgresQueue } from '../../infra/queue/postgres.ts';
import { aesSecrets } from '../../infra/secrets/aes-gcm.ts';
import { memorySealingKeys } from '../../infra/secrets/memory.ts';
import { readQueueSettings } from '../../infra/settings/queue.ts';
import { localSignals } from '../../infra/signals/local.ts';
import { emulated } from '../emulators/data-api/emulated.ts';
import { type DataApi, startDataApi } from '../emulators/data-api/server.ts';
import { startSqs } from '../emulators/sqs/server.ts';
import { canarySealingKey } from '../harness/canaries.ts';
import { type Scoria, startScoria } from '../harness/scoria.ts';
import { bundle } from './bundle.ts';
import { type Asked, apiEvent } from './event.ts';
import { type LambdaFunction, lambdaFunction } from './function.ts';
import { type Issuer, startIssuer } from './issuer.ts';
import { LambdaError } from './runtime-api.ts';

process.env.AWS_ACCESS_KEY_ID ??= 'key-of-the-tests';
process.env.AWS_SECRET_ACCESS_KEY ??= 'secret-of-the-tests';
const folder = mkdtempSync(join(tmpdir(), 'scoria-lambda-'));
// The API opens what the workers have sealed.
const sealingKey = canarySealingKey();
const project = 'a0000000000000000000000000000001';

interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

let data: DataApi;
let issuer: Issuer;
let api: LambdaFunction;
let workers: Scoria;
let token: string;
let path: string;
before(async () => {
  data = await startDataApi({ backend: { template: await databaseTemplate(readMigrations()) } });
  issuer = await startIssuer();
  token = await issuer.token({ project_id: project, roles: ['member', 'reader'] });
  path = (await bundle('functions/main.lambda.ts', folder)).path;
  api = await lambdaFunction({ path, env: environment() });
  const clock = systemClock();
  const database = dataApiDatabase({
    transport: sdkTransport({ region: 'eu-central-1', endpoint: data.url }),
    cluster: 'arn:aws:rds:eu-central-1:000000000000:cluster:workers',
    secret: 'arn:aws:secretsmanager:eu-central-1:000000000000:secret:workers',
    ...{ database: 'scoria', clock },
  });
  // Workers that look for rows by themselves, in another process than the API's.
  const queue = { ...postgresQueue({ database, clock, signals: localSignals() }), sent: new Map() };
  workers = await startScoria({
    shares: { database: countingDatabase(database), queue, secrets: aesSecrets(memorySealingKeys(sealingKey)) },
  });
});
after(async () => {
  await workers.close();
  await workers.database.close();
  await api.close();
  await issuer.close();
  await data.close();
  rmSync(folder, { recursive: true });
});
beforeEach(() => data.heal());

const environment = () => ({
  ...{ DATABASE_URL: emulated(data.url), AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', AWS_SESSION_TOKEN: 'c' },
  SCORIA_SECRET_KEYS: sealingKey,
  ...{ SCORIA_IDENTITY: 'oidc', SCORIA_OIDC_AUDIENCE: 'scoria' },
  ...{ SCORIA_OIDC_ISSUER: issuer.url, SCORIA_OIDC_JWKS: `${issuer.url}/keys` },
});

/** Asks as a client does, through API Gateway. */
async function ask(method: string, path: string, asked: Asked = {}, milliseconds?: number) {
  const event = apiEvent(method, path, { ...asked, headers: { 'x-auth-token': token, ...asked.headers } });
  const answer = (await api.invoke(event, milliseconds)) as Answer;
  const body = answer.body ? JSON.parse(answer.body) : null;
  return { status: answer.statusCode ?? 0, headers: answer.headers ?? {}, body };
}

const create = (name: string) => ask('POST', '/v3/volumes', { body: { volume: { size: 1, name } } });
const countOf = async (name: string) =>
  (
    await workers.database.all<{ n: number }>(
      sql('test.named', 'SELECT count(*)::int AS n FROM volumes WHERE name = :name::text'),
      { name },
    )
  )[0]?.n;

async function available(name: string): Promise<string> {
  const { status, body } = await create(name);
  assert.equal(status, 202, JSON.stringify(body));
  const { id } = body.volume;
  const deadline = performance.now() + 20_000;
  for (;;) {
    assert.ok(performance.now() < deadline, `${name} stays ${id}`);
    const told = await ask('GET', `/v3/volumes/${id}`);
    if (told.body.volume.status === 'available') return id;
    assert.equal(told.body.volume.status, 'creating');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('what is ours alone is loaded when somebody asks for it, and described with the rest', async () => {
  assert.equal((await ask('GET', '/scoria/v1/operations')).status, 200);
  assert.equal((await ask('GET', '/scoria')).status, 404);
  assert.equal((await ask('GET', '/scoriav1')).status, 404);
  const { body } = await ask('GET', '/openapi.json');
  assert.ok(Object.keys(body.paths).some((path) => path.includes('/scoria/v1/operations')));
});

test('it answers cold, and warm from the same process', async () => {
  await api.cool();
  const starts = api.starts();
  for (let n = 0; n < 3; n += 1) {
    const { status, headers, body } = await ask('GET', `/v3/${project}/volumes/detail?limit=1`);
    assert.deepEqual([status, body], [200, { volumes: [] }]);
    assert.match(String(headers['x-openstack-request-id']), /^req-/);
  }
  assert.equal(api.starts(), starts + 1);
});

test('links name the host that the client asked, and a token is needed', async () => {
  const { status, body } = await ask('GET', '/', { headers: { 'x-auth-token': '' } });
  assert.equal(status, 300);
  assert.equal(
    body.versions[0].links.find(({ rel }: { rel: string }) => rel === 'self').href,
    'https://volumes.example.test/v3/',
  );
  assert.equal((await ask('GET', '/v3/volumes', { headers: { 'x-auth-token': 'wrong' } })).status, 401);
});

test('a volume is made by workers of other processes, and a body in base64 is read', async () => {
  const id = await available('made');
  const body = Buffer.from(JSON.stringify({ volume: { name: 'café' } })).toString('base64');
  const { status } = await ask('PUT', `/v3/volumes/${id}`, { raw: { body, isBase64Encoded: true } });
  assert.equal(status, 200);
  assert.equal((await ask('GET', `/v3/volumes/${id}`)).body.volume.name, 'café');
});

test('its messages come to where a process with the same settings looks for them', async () => {
  const server = await startSqs();
  const sqs = { SCORIA_QUEUE: 'sqs', SCORIA_QUEUE_ENDPOINT: server.address };
  const sends = await lambdaFunction({ path, env: { ...environment(), ...sqs, AWS_REGION: 'eu-west-1' } });
  const queuePlace = readQueueSettings(sqs, 'postgres://x');
  const needs = { database: workers.database, clock: systemClock(), signals: localSignals(), log: silentLog };
  const looks = nodeQueue({ databaseUrl: null, queuePlace }, needs);
  try {
    const headers = { 'x-auth-token': token };
    const event = apiEvent('POST', '/v3/volumes', { headers, body: { volume: { size: 1, name: 'sent' } } });
    const { statusCode, headers: told } = (await sends.invoke(event)) as Answer;
    assert.equal(statusCode, 202);
    const options = { most: 10, visibilitySeconds: 60, signal: AbortSignal.timeout(60_000) };
    const [delivery] = await looks.receive('scheduler', options);
    assert.equal(delivery?.message.operation, told['scoria-operation']);
  } finally {
    await sends.close();
    await looks.close();
    await server.stop();
  }
});

test('a connection is waited for, though no process is shared with the worker', async () => {
  const id = await available('connected');
  const made = await ask('POST', '/v3/attachments', {
    headers: { 'openstack-api-version': 'volume 3.54' },
    body: {
      attachment: {
        ...{ volume_uuid: id, instance_uuid: id, mode: 'rw' },
        connector: {
          host: 'client',
          initiator: 'iqn.2026-01.test:client',
          ip: '192.0.2.1',
          platform: 'x86_64',
          os_type: 'linux',
          multipath: false,
        },
      },
    },
  });
  assert.equal(made.status, 200, JSON.stringify(made.body));
  assert.ok(made.body.attachment.connection_info.driver_volume_type);
});

test('a back end that does not answer is given up before API Gateway does', async () => {
  const id = await available('silent');
  for (const { knobs } of workers.backends) knobs.set('connect', id, { kind: 'hang', done: false });
  const began = performance.now();
  const body = {
    attachment: {
      volume_uuid: id,
      instance_uuid: id,
      connector: { host: 'client', initiator: 'iqn.2026-01.test:client' },
    },
  };
  const made = await ask(
    'POST',
    '/v3/attachments',
    { headers: { 'openstack-api-version': 'volume 3.54' }, body },
    4000,
  );
  assert.ok(made.status >= 500, JSON.stringify(made.body));
  assert.ok(performance.now() - began < 4000);
});

test('a cluster that sleeps is waited for while the request has time, and 503 says so when it has not', async () => {
  data.sleep(1200);
  assert.equal((await ask('GET', '/v3/volumes')).status, 200);
  data.sleep(60_000);
  const told = await ask('GET', '/v3/volumes', {}, 3000);
  data.sleep(0);
  assert.equal(told.status, 503, JSON.stringify(told.body));
});

test('throttled statements are sent again, and a list of a megabyte comes whole', async () => {
  data.fail({ answer: { name: 'ThrottlingException' }, times: 3 });
  assert.equal((await ask('GET', '/v3/volumes')).status, 200);
  const many = sql(
    'test.many',
    `INSERT INTO volumes (id, project_id, user_id, name, size_gib, status, description, created_at, updated_at, volume_type_id)
    SELECT gen_random_uuid(), 'b0000000000000000000000000000001', 'u', 'many', 1, 'available', repeat('d', 1500), now(), now(),
      '00000000-0000-4000-8000-000000000001' FROM generate_series(1, 1000)`,
  );
  await workers.database.all(many);
  const other = await issuer.token({ project_id: 'b0000000000000000000000000000001', roles: ['member'] });
  const begun = data.calls.get('/BeginTransaction') ?? 0;
  const { status, body } = await ask('GET', '/v3/volumes/detail', { headers: { 'x-auth-token': other } });
  assert.equal(status, 200, JSON.stringify(body).slice(0, 300));
  assert.equal(new Set(body.volumes.map(({ id }: { id: string }) => id)).size, 1000);
  assert.ok((data.calls.get('/BeginTransaction') ?? 0) > begun);
});

test('a write whose answer got lost is told as 503, and happened once', async () => {
  data.fail({ sql: 'INSERT INTO volumes', when: 'after', answer: 'drop', times: 5 });
  const { status } = await create('once');
  assert.equal(status, 503);
  assert.equal(await countOf('once'), 1);
});

for (const [what, event] of Object.entries<unknown>({
  nothing: null,
  'a text': 'GET /v3',
  'an event of a queue': { Records: [{ body: '{}', eventSource: 'aws:sqs' }] },
  'an event of version 1': { httpMethod: 'GET', path: '/v3', headers: {} },
  'a path that is none': { ...apiEvent('GET', '/v3', {}), rawPath: 7 },
  'a path without a slash': { ...apiEvent('GET', '/v3', {}), rawPath: '@evil.test/' },
  'a body that is no text': { ...apiEvent('POST', '/v3/volumes', {}), body: { volume: {} } },
  'headers that are none': { ...apiEvent('GET', '/v3', {}), headers: 'no' },
})) {
  test(`${what} is no request: 400, and the next one is answered`, async () => {
    const starts = api.starts();
    const answer = (await api.invoke(event)) as Answer;
    assert.equal(answer.statusCode, 400);
    assert.equal((await ask('GET', '/v3/volumes')).status, 200);
    assert.equal(api.starts(), starts);
  });
}

test('settings that are wrong end the start, with the name of the variable', async () => {
  path = (await bundle('functions/main.lambda.ts', folder)).path;
  for (const [name, value] of [
    ['DATABASE_URL', 'postgres://x'],
    ['DATABASE_URL', 'data-api:///x?cluster=no'],
    ['SCORIA_IDENTITY', 'embedded'],
    ['SCORIA_SECRET_KEYS', 'x'],
    ['SCORIA_OIDC_MAPPING', '/some/file'],
  ] as const) {
    const broken = await lambdaFunction({ path, env: { ...environment(), [name]: value } });
    await assert.rejects(
      broken.invoke(apiEvent('GET', '/', {})),
      (error) => error instanceof LambdaError && error.message.includes(`SettingsError: ${name} `),
    );
    await broken.close();
  }
});

test('the function that migrates brings an empty database up to date, once, and says to what', async () => {
  const empty = await startDataApi();
  const { path } = await bundle('functions/main.migrate.ts', folder);
  const { cpSync } = await import('node:fs');
  cpSync(new URL('../../schema/migrations', import.meta.url), join(folder, 'schema/migrations'), { recursive: true });
  const migrate = await lambdaFunction({ path, env: { ...environment(), DATABASE_URL: emulated(empty.url) } });
  const all = readMigrations().map(({ id }) => id);
  empty.sleep(600);
  assert.deepEqual(await migrate.invoke({}, 120_000), { applied: all, schema: all.at(-1) });
  assert.deepEqual(await migrate.invoke({}, 120_000), { applied: [], schema: all.at(-1) });
  await migrate.close();
  await empty.close();
});
