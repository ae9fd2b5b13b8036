// Several processes on one PostgreSQL: they do each other's work as quickly as their own, and whichever dies, all
// comes to rest.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ask, signIn } from '../clients.ts';
import { assertAtRest, raiseQuota } from '../kill.ts';
import { type Cluster, startCluster } from '../postgres.ts';
import { type Command, command, type Service, scoria, startService, temporaryFolder, until } from '../service.ts';

let cluster: Cluster;
before(async () => {
  cluster = await startCluster();
});
after(() => cluster.halt());

const secretKeys = () => `k1:${randomBytes(32).toString('base64')}`;
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

type Times = Record<'create' | 'attach' | 'snapshot' | 'clone' | 'backup', number[]>;

/** Asks one process, of work for the back ends of a zone, and measures each until it is done. */
async function timesOf(service: Service, zone: string, rounds: number): Promise<Times> {
  const token = await signIn(service, 'demo');
  const times: Times = { create: [], attach: [], snapshot: [], clone: [], backup: [] };
  const post = async (path: string, body: object) => {
    const told = await ask(service, token, 'POST', path, body);
    assert.ok(told.status < 300, `${path}: ${told.status} ${JSON.stringify(told.body)}`);
    return told.body;
  };
  const timed = async <T>(what: keyof Times, work: () => Promise<T>): Promise<T> => {
    const since = performance.now();
    const result = await work();
    times[what].push(performance.now() - since);
    return result;
  };
  const make = (what: keyof Times, collection: string, name: string, fields: object) =>
    timed(what, async () => {
      const { id } = (await post(`/v3/${collection}`, { [name]: fields }))[name];
      for (;;) {
        const shown = (await ask(service, token, 'GET', `/v3/${collection}/${id}`)).body[name];
        if (shown.status === 'available') return id as string;
        assert.doesNotMatch(shown.status, /error/, `${what}: ${JSON.stringify(shown)}`);
        await pause(5);
      }
    });
  for (let round = 0; round < rounds; round += 1) {
    const volume = await make('create', 'volumes', 'volume', { size: 1, availability_zone: zone });
    await make('snapshot', 'snapshots', 'snapshot', { volume_id: volume });
    await make('clone', 'volumes', 'volume', { size: 1, source_volid: volume, availability_zone: zone });
    await make('backup', 'backups', 'backup', { volume_id: volume });
    const connector = { host: 'compute-1', initiator: 'iqn.1993-08.org.debian:01:1' };
    const instance_uuid = volume;
    await timed('attach', () =>
      post('/v3/attachments', { attachment: { volume_uuid: volume, instance_uuid, connector } }),
    );
  }
  return times;
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

for (const listen of ['on', 'off'] as const) {
  test(`what one process is asked and another does takes at most three times as long as in one (listening ${listen})`, async (t) => {
    const shared = { SCORIA_SECRET_KEYS: secretKeys(), SCORIA_LISTEN: listen };
    const env = { ...shared, DATABASE_URL: await cluster.fresh(`two_${listen}`) };
    const a = await startService({
      env: { ...env, SCORIA_WORKER_HOST: 'a', SCORIA_ZONE: 'za', SCORIA_BACKENDS: 'one' },
    });
    const b = await startService({
      env: { ...env, SCORIA_WORKER_HOST: 'b', SCORIA_ZONE: 'zb', SCORIA_BACKENDS: 'one' },
    });
    try {
      await raiseQuota(a);
      await timesOf(a, 'za', 2);
      await timesOf(a, 'zb', 2);
      const alone = await timesOf(a, 'za', 7);
      const across = await timesOf(a, 'zb', 7);
      for (const what of Object.keys(alone) as (keyof Times)[]) {
        const [own, other] = [median(alone[what]), median(across[what])];
        t.diagnostic(`${what}: ${own.toFixed(0)} ms within a process, ${other.toFixed(0)} ms across`);
        // Looking ten times a second costs a step up to 100 ms, and each of these has two at most.
        const looking = listen === 'on' ? 0 : 200;
        assert.ok(other <= 3 * own + looking, `${what}: ${own} ms within a process, ${other} ms across`);
      }
    } finally {
      await Promise.all([a.stop(), b.stop()]);
    }
  });
}

test('API, scheduler and workers run each by itself, and killed at random they lose nothing and come to rest', async (t) => {
  const folder = temporaryFolder();
  const database = await cluster.fresh('parts');
  const env = { DATABASE_URL: database, SCORIA_DATA: join(folder, 'data'), SCORIA_BACKENDS: 'one,two' };
  const verbs = { scheduler: ['scheduler'], one: ['worker', '--backend', 'one'], two: ['worker', '--backend', 'two'] };
  const parts = new Map<string, Command>();
  const begin = (name: keyof typeof verbs) => parts.set(name, command(verbs[name], folder, env));
  const api = await startService({ verb: 'api', folder, env });
  for (const name of Object.keys(verbs) as (keyof typeof verbs)[]) begin(name);
  const acknowledged = new Set<string>();
  try {
    await raiseQuota(api);
    const token = await signIn(api, 'demo');
    let isOver = false;
    const clients = Array.from({ length: 4 }, async () => {
      while (!isOver) {
        const told = await ask(api, token, 'POST', '/v3/volumes', { volume: { size: 1 } });
        assert.equal(told.status, 202, JSON.stringify(told.body));
        acknowledged.add(told.body.volume.id);
        await pause(20);
      }
    });
    const names = Object.keys(verbs) as (keyof typeof verbs)[];
    let killed = 0;
    for (const end = performance.now() + 20_000; performance.now() < end; killed += 1) {
      await pause(1_000 + (randomBytes(1)[0] ?? 0) * 4);
      const name = names[(randomBytes(1)[0] ?? 0) % names.length] ?? 'one';
      parts.get(name)?.child.kill('SIGKILL');
      await parts.get(name)?.ended;
      begin(name);
    }
    isOver = true;
    await Promise.all(clients);
    await assertAtRest(api, acknowledged);
    const told = await ask(api, token, 'GET', '/v3/volumes?status=error&limit=1000');
    assert.deepEqual(told.body.volumes, [], 'a worker that dies for a moment makes no volume an error');
    t.diagnostic(`${acknowledged.size} creates were acknowledged while ${killed} processes were killed`);
  } finally {
    for (const part of parts.values()) part.child.kill('SIGTERM');
    await Promise.all([...parts.values()].map((one) => one.ended));
    await api.stop();
  }
});

test('a process whose secrets are others than those of its database does not start, and says what to do', async () => {
  const env = { SCORIA_PORT: '0', DATABASE_URL: await cluster.fresh('secrets') };
  const [first, second] = [temporaryFolder(), temporaryFolder()];
  const begun = await startService({ folder: first, verb: 'api', env: { DATABASE_URL: env.DATABASE_URL } });
  try {
    const refused = await scoria(['scheduler'], second, env);
    assert.equal(refused.code, 3, refused.stderr);
    assert.match(refused.stderr, /Processes that share a database need the same: run `scoria secrets`/);
    const printed = await scoria(['secrets'], first, { SCORIA_DATA: begun.data });
    const [, keys = ''] = /^SCORIA_SECRET_KEYS=(\S+)\n$/.exec(printed.stdout) ?? [];
    const other = command(['scheduler'], second, { ...env, SCORIA_SECRET_KEYS: keys });
    await until(
      async () => other.said.stdout,
      (said) => said.includes('is up: scheduler'),
    );
    other.child.kill('SIGTERM');
    assert.equal((await other.ended).code, 0);
  } finally {
    await begun.stop();
  }
});

test('a part that runs by itself without DATABASE_URL says what it needs', async () => {
  for (const verb of ['api', 'scheduler', 'worker']) {
    const refused = await scoria([verb], temporaryFolder(), { SCORIA_PORT: '0' });
    assert.equal(refused.code, 2, refused.stderr);
    assert.match(refused.stderr, new RegExp(`scoria ${verb} needs DATABASE_URL`));
  }
});
