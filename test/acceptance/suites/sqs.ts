// Processes that meet in a PostgreSQL and in SQS: whichever dies, the queue server too, nothing that was acknowledged
// is lost.
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ask, signIn } from '../clients.ts';
import { assertAtRest, raiseQuota } from '../kill.ts';
import { type Cluster, startCluster } from '../postgres.ts';
import { type Command, command, type Service, scoria, startService, temporaryFolder, until } from '../service.ts';
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

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const settings = (database: string, data: string, prefix: string) => ({
  ...server.env,
  DATABASE_URL: database,
  SCORIA_DATA: data,
  SCORIA_BACKENDS: 'one,two',
  SCORIA_QUEUE_PREFIX: prefix,
});

const killSeconds = 20;

test('two APIs, a scheduler and two workers on SQS, killed at random with the queue server, lose nothing and come to rest', async (t) => {
  const folder = temporaryFolder();
  const env = settings(await cluster.fresh('sqs'), join(folder, 'data'), 'kill-');
  const verbs = { scheduler: ['scheduler'], one: ['worker', '--backend', 'one'], two: ['worker', '--backend', 'two'] };
  const names = Object.keys(verbs) as (keyof typeof verbs)[];
  const parts = new Map<string, Command>();
  const begin = (name: keyof typeof verbs) => parts.set(name, command(verbs[name], folder, env));
  const startApi = () => startService({ verb: 'api', folder, env });
  const apis: Service[] = [await startApi(), await startApi()];
  for (const name of names) begin(name);
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
      // Of a lost answer nobody knows what it was.
      if (removed === null || removed.status === 202 || removed.status === 404) acknowledged.delete(oldest);
    }
  };

  const kills: Record<string, () => Promise<void>> = {
    server: async () => {
      await server.kill();
      await pause(randomInt(2_000));
      await server.resume();
    },
    api: async () => {
      const at = randomInt(apis.length);
      const killed = apis[at];
      await killed?.stop('SIGKILL');
      apis[at] = await startApi();
    },
  };
  for (const name of names) {
    kills[name] = async () => {
      parts.get(name)?.child.kill('SIGKILL');
      await parts.get(name)?.ended;
      begin(name);
    };
  }

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
      const name = order[killed.length < order.length ? killed.length : randomInt(order.length)] ?? 'server';
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
    for (const part of parts.values()) part.child.kill('SIGTERM');
    await Promise.all([...parts.values()].map((one) => one.ended));
    for (const api of apis) await api.stop().catch(() => {});
  }
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
