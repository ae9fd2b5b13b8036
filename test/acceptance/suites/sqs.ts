// Processes that meet in a PostgreSQL and in SQS: whichever dies, the queue server too, nothing that was acknowledged
// is lost.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { startEventSource } from '../../emulators/sqs/event-source.ts';
import { sqsCalls } from '../../harness/sqs.ts';
import { bundle } from '../../lambda/bundle.ts';
import { lambdaFunction } from '../../lambda/function.ts';
import { ask, signIn } from '../clients.ts';
import { assertAtRest, raiseQuota } from '../kill.ts';
import { type Cluster, startCluster } from '../postgres.ts';
import { type Service, scoria, startService, temporaryFolder, until } from '../service.ts';
import { dataApiPart, part, pause } from '../setups/parts.ts';
import { type QueueServer, startQueueServer } from '../sqs.ts';

let cluster: Cluster;
let server: QueueServer;
before(async () => {
  cluster = await startCluster();
  server = await startQueueServer();
});
after(async () => {
  await server.kill();
  await cluster.halt();
});

const settings = (database: string, data: string, prefix: string): Record<string, string> => ({
  ...server.env,
  DATABASE_URL: database,
  SCORIA_DATA: data,
  SCORIA_BACKENDS: 'one,two',
  SCORIA_QUEUE_PREFIX: prefix,
});

const killSeconds = 12;

type Kill = () => Promise<void>;

/** Kills at random while clients work with two APIs, lets all come to rest, and looks whether anything is lost. */
async function assertKillsLoseNothing(
  t: TestContext,
  folder: string,
  env: Record<string, string>,
  others: Record<string, Kill>,
) {
  const startApi = () => startService({ verb: 'api', folder, env });
  const apis: Service[] = [await startApi(), await startApi()];
  const acknowledged = new Set<string>();
  let isOver = false;

  /** Makes volumes of the API that is there, and takes every third away again. */
  const client = async (token: string, at: number): Promise<void> => {
    for (let n = 0; !isOver; n += 1) {
      const api = apis[(at + n) % apis.length];
      if (api === undefined) return;
      const told = await ask(api, token, 'POST', '/v3/volumes', { volume: { size: 1 } }).catch(() => null);
      if (told?.status === 202) acknowledged.add(told.body.volume.id);
      else await pause(100);
      const [oldest] = acknowledged;
      if (n % 3 !== 2 || oldest === undefined) continue;
      const removed = await ask(api, token, 'DELETE', `/v3/volumes/${oldest}`).catch(() => null);
      // Of a lost answer, and of one that says that it is not known, nobody knows what it was.
      if (removed === null || removed.status !== 400) acknowledged.delete(oldest);
    }
  };

  const kills: Record<string, Kill> = {
    ...others,
    queue: async () => {
      await server.kill();
      await pause(randomInt(2_000));
      await server.resume();
    },
    api: async () => {
      const at = randomInt(apis.length);
      await apis[at]?.stop('SIGKILL');
      apis[at] = await startApi();
    },
  };

  try {
    const [first] = apis;
    assert.ok(first !== undefined);
    await raiseQuota(first);
    const token = await signIn(first, 'demo');
    const clients = Promise.all([0, 1, 2].map((at) => client(token, at)));
    const killed: string[] = [];
    const order = Object.keys(kills);
    for (const end = performance.now() + killSeconds * 1000; performance.now() < end; ) {
      await pause(500 + randomInt(1_500));
      // Everything once, then at random.
      const name = order[killed.length < order.length ? killed.length : randomInt(order.length)] ?? 'queue';
      killed.push(name);
      await kills[name]?.();
    }
    isOver = true;
    await clients;
    const [api] = apis;
    assert.ok(api !== undefined);
    await until(
      () => ask(api, token, 'GET', '/v3/volumes?status=deleting&limit=1'),
      ({ body }) => body.volumes.length === 0,
      150_000,
    );
    await assertAtRest(api, acknowledged);
    const told = await ask(api, token, 'GET', '/v3/volumes?status=error&limit=1000');
    assert.deepEqual(told.body.volumes, [], 'what dies for a moment makes no volume an error');
    t.diagnostic(
      `${acknowledged.size} acknowledged volumes are there after ${killed.length} kills: ${killed.join(' ')}`,
    );
    assert.ok(acknowledged.size > 0);
  } finally {
    isOver = true;
    for (const api of apis) await api.stop().catch(() => {});
  }
}

test('two APIs, a scheduler and two workers on SQS, killed at random with the queue server, lose nothing and come to rest', async (t) => {
  const folder = temporaryFolder();
  const env = settings(await cluster.fresh('sqs'), join(folder, 'data'), 'kill-');
  const parts = {
    scheduler: part(['scheduler'], folder, env),
    one: part(['worker', '--backend', 'one'], folder, env),
    two: part(['worker', '--backend', 'two'], folder, env),
  };
  const kills = Object.fromEntries(Object.entries(parts).map(([name, { kill }]) => [name, kill]));
  try {
    await assertKillsLoseNothing(t, folder, env, kills);
  } finally {
    await Promise.all(Object.values(parts).map((one) => one.stop()));
  }
});

test('the scheduler as a function, on the Data API and SQS, killed at random with both of them, APIs and workers, loses nothing', async (t) => {
  const folder = temporaryFolder();
  const api = await dataApiPart(await cluster.fresh('functions'));
  const env = settings(api.url, join(folder, 'data'), 'function-');
  assert.equal((await scoria(['migrate'], folder, env)).code, 0);
  assert.equal((await scoria(['queue', 'create'], folder, env)).code, 0);
  const workers = await lambdaFunction({
    path: (await bundle('workers/main.lambda.ts', folder)).path,
    env: functionEnv(env),
  });
  const call = sqsCalls(server.env.SCORIA_QUEUE_ENDPOINT ?? '');
  const { QueueUrl: queueUrl = '' } = await call('GetQueueUrl', { QueueName: 'function-scheduler' });
  const source = startEventSource({ call, queueUrl, invoke: (event) => workers.invoke(event), concurrency: 1 });
  // Every minute on AWS; a test has not so much time.
  let isOver = false;
  const schedule = (async () => {
    for (; !isOver; await pause(5_000)) await workers.invoke({ task: 'sweep' }).catch(() => {});
  })();
  const parts = {
    one: part(['worker', '--backend', 'one'], folder, env),
    two: part(['worker', '--backend', 'two'], folder, env),
  };
  try {
    await assertKillsLoseNothing(t, folder, env, {
      function: workers.cool,
      database: api.kill,
      one: parts.one.kill,
      two: parts.two.kill,
    });
  } finally {
    isOver = true;
    await schedule;
    await source.stop();
    await workers.close();
    await Promise.all(Object.values(parts).map((one) => one.stop()));
    await api.stop();
  }
});

/** A function on AWS has no embedded Keystone, and makes no queues; nobody asks this one for a token. */
const functionEnv = (env: Record<string, string>) => ({
  ...env,
  AWS_REGION: 'us-east-1',
  SCORIA_QUEUE_CREATE: 'no',
  SCORIA_SECRET_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}`,
  SCORIA_IDENTITY: 'keystone',
  SCORIA_KEYSTONE_URL: 'http://127.0.0.1:1',
  SCORIA_KEYSTONE_PASSWORD: 'none',
});

test('scoria queue makes queues, shows what waits in them, puts dead letters back, and prints a policy', async () => {
  const folder = temporaryFolder();
  const env = settings('postgres://nobody@127.0.0.1:1/none', join(folder, 'data'), 'verb-');
  const run = async (...words: string[]) => scoria(['queue', ...words], folder, env);
  const made = await run('create', '--backend', 'one');
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.stdout, /^volume:scoria@one is there: verb-volume_3ascoria_40one\n/);
  assert.equal((await run('create')).code, 0);
  const listed = JSON.parse((await run('list', '--json')).stdout);
  assert.deepEqual(
    listed.queues.map((one: { queue: string }) => one.queue),
    ['scheduler', 'volume:scoria@one', 'volume:scoria@one/long'],
  );
  assert.match((await run('list')).stdout, /^queue +waiting {2}in hand {2}delayed {2}dead\nscheduler +0 /);
  assert.equal((await run('redrive')).stdout, 'There are no dead letters.\n');
  const policy = await run('policy', '--backend', 'one', '--account', '123456789012');
  assert.equal(policy.code, 2, 'without a region');
  const region = { ...env, SCORIA_QUEUE_REGION: 'eu-west-1' };
  const printed = await scoria(['queue', 'policy', '--backend', 'one', '--account', '123456789012'], folder, region);
  assert.match(printed.stdout, /arn:aws:sqs:eu-west-1:123456789012:verb-volume_3ascoria_40one"/);
  for (const wrong of [['list', 'more'], [], ['redrive', 'none'], ['policy']])
    assert.equal((await run(...wrong)).code, 2);
  const away = await scoria(['queue', 'list'], folder, { ...env, SCORIA_QUEUE_ENDPOINT: 'http://127.0.0.1:1' });
  assert.equal(away.code, 3);
  assert.match(away.stderr, /Look at the credentials, and at SCORIA_QUEUE_REGION and SCORIA_QUEUE_ENDPOINT/);
});
