// The same service on a real PostgreSQL.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ask, openstack, signIn } from '../clients.ts';
import { assertKillLosesNothing } from '../kill.ts';
import { type Cluster, startCluster } from '../postgres.ts';
import { command, freePort, scoria, startService, temporaryFolder, until, within } from '../service.ts';

let cluster: Cluster;
before(async () => {
  cluster = await startCluster();
});
after(() => cluster.halt());

test('the openstack client makes, shows, extends, copies and deletes volumes on PostgreSQL', async () => {
  const service = await startService({ env: { DATABASE_URL: await cluster.fresh('smoke') } });
  const demo = openstack(service, 'scoria');
  const { id } = await demo.json('volume create --size 1 --property a=b first');
  await demo.becomes('available', 'volume show', id);
  await demo.run('volume set --size 2 --name renamed', id);
  const shown = await demo.becomes('available', 'volume show', id);
  assert.deepEqual([shown.name, shown.size, shown.properties], ['renamed', 2, { a: 'b' }]);
  const snapshot = await demo.json('volume snapshot create --volume', id, 'point');
  await demo.becomes('available', 'volume snapshot show', snapshot.id);
  const copy = await demo.json('volume create --snapshot point copy');
  await demo.becomes('available', 'volume show', copy.id);
  assert.equal((await demo.json('volume list')).length, 2);
  await demo.run('volume delete --purge', id);
  await demo.vanishes('volume show', id);
  assert.equal((await service.stop()).code, 0);
});

test('kill -9 amid 16 creates at once loses none that was acknowledged on PostgreSQL', async (t) => {
  const acknowledged = await assertKillLosesNothing({ env: { DATABASE_URL: await cluster.fresh('killed') } }, 200);
  t.diagnostic(`${acknowledged} acknowledged creates were there again`);
});

test('a database that never comes, or refuses us, is said with exit code 3 and without its password', async () => {
  const folder = temporaryFolder();
  const env = { SCORIA_PORT: '0', SCORIA_DATABASE_WAIT: '1' };
  const nobody = `postgres://nobody:secret-word@127.0.0.1:${await freePort()}/none`;
  const absent = await scoria(['start'], folder, { ...env, DATABASE_URL: nobody });
  assert.equal(absent.code, 3, absent.stderr);
  assert.match(absent.stderr, /^scoria: the database at DATABASE_URL cannot be used: .+Check that it runs/);
  assert.match(absent.stdout, /the database is not there yet, waiting 1 s for it: .*ECONNREFUSED/);
  const unknown = `postgres://postgres:secret-word@127.0.0.1:${cluster.port}/nowhere`;
  const refused = await scoria(['start'], folder, { ...env, DATABASE_URL: unknown });
  assert.equal(refused.code, 3, refused.stderr);
  assert.match(refused.stderr, /nowhere/);
  for (const { stdout, stderr } of [absent, refused]) assert.doesNotMatch(stdout + stderr, /secret-word/);
  assert.ok(!readdirSync(folder).includes('clouds.yaml'));
});

test('a database that comes after the service is waited for, by migrate and by start, which says 503 meanwhile', async () => {
  const url = await cluster.fresh('late');
  await cluster.halt();
  const folder = temporaryFolder();
  const port = String(await freePort());
  const migrating = command(['migrate', '--json'], folder, { DATABASE_URL: url, SCORIA_DATA: join(folder, 'other') });
  const starting = command(['start'], folder, { DATABASE_URL: url, SCORIA_PORT: port });
  for (const { said } of [migrating, starting]) {
    await until(
      async () => said.stdout + said.stderr,
      (text) => /not there yet, waiting \d+ s for it/.test(text),
    );
  }
  const early = await fetch(`http://127.0.0.1:${port}/v3/`);
  assert.deepEqual([early.status, early.headers.get('retry-after')], [503, '5']);
  await cluster.resume();
  assert.equal((await within(migrating.ended, 'migrate')).code, 0);
  await until(
    async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).status,
    (status) => status === 200,
  );
  starting.child.kill('SIGTERM');
  assert.equal((await within(starting.ended, 'start')).code, 0);
});

test('an interrupt while the database is waited for ends it at once, with code 0', async () => {
  const env = { SCORIA_PORT: '0', DATABASE_URL: `postgres://nobody@127.0.0.1:${await freePort()}/none` };
  const starting = command(['start'], temporaryFolder(), env);
  await until(
    async () => starting.said.stdout,
    (text) => text.includes('not there yet'),
  );
  starting.child.kill('SIGINT');
  assert.equal((await within(starting.ended, 'the end', 10_000)).code, 0);
});

test('a wrong password is not waited for', async () => {
  cluster.askPasswords(true);
  try {
    const env = { SCORIA_PORT: '0', DATABASE_URL: `postgres://postgres:wrong-word@127.0.0.1:${cluster.port}/postgres` };
    const refused = await scoria(['start'], temporaryFolder(), env);
    assert.equal(refused.code, 3, refused.stderr);
    assert.match(refused.stderr, /password authentication failed/);
    assert.doesNotMatch(refused.stdout, /waiting/);
    assert.ok(refused.milliseconds < 30_000, `${refused.milliseconds} ms`);
  } finally {
    cluster.askPasswords(false);
  }
});

test('doctor and migrate use the database', async () => {
  const folder = temporaryFolder();
  const env = { SCORIA_PORT: '0', DATABASE_URL: await cluster.fresh('looked_at') };
  assert.match((await scoria(['doctor'], folder, env)).stdout, /database {2}PostgreSQL \d+/);
  assert.ok(JSON.parse((await scoria(['migrate', '--json'], folder, env)).stdout).applied.length > 0);
  assert.deepEqual(JSON.parse((await scoria(['migrate', '--json'], folder, env)).stdout).applied, []);
});

test('while the database is down requests answer 503 quickly, and all is well when it is back', async () => {
  const service = await startService({ env: { DATABASE_URL: await cluster.fresh('interrupted') } });
  const token = await signIn(service, 'demo');
  await cluster.halt();
  for (const [method, path, body] of [
    ['GET', '/v3/volumes/detail', undefined],
    ['POST', '/v3/volumes', { volume: { size: 1 } }],
  ] as const) {
    const since = performance.now();
    const told = await ask(service, token, method, path, body);
    assert.equal(told.status, 503, `${method}: ${JSON.stringify(told.body)}`);
    assert.ok(performance.now() - since < 10_000, `${method} took ${performance.now() - since} ms`);
  }
  await cluster.resume();
  await until(
    () => ask(service, token, 'GET', '/v3/volumes'),
    ({ status }) => status === 200,
    30_000,
  );
  const made = await ask(service, token, 'POST', '/v3/volumes', { volume: { size: 1 } });
  assert.equal(made.status, 202, JSON.stringify(made.body));
  await until(
    () => ask(service, token, 'GET', `/v3/volumes/${made.body.volume.id}`),
    ({ body }) => body.volume?.status === 'available',
  );
  assert.equal((await service.stop()).code, 0);
});

test('two processes on one database are the hosts of one cluster, and what is said to one holds for both', async () => {
  const shared = {
    DATABASE_URL: await cluster.fresh('clustered'),
    SCORIA_CLUSTER: 'east',
    SCORIA_ADMIN_PASSWORD: 'chosen-by-me',
    SCORIA_SECRET_KEYS: `shared:${randomBytes(32).toString('base64')}`,
  };
  const first = await startService({ env: { ...shared, SCORIA_WORKER_HOST: 'first' } });
  const second = await startService({ env: { ...shared, SCORIA_WORKER_HOST: 'second' } });
  // Each has its own URL here, and tokens are of one URL.
  const [atFirst, atSecond] = [await signIn(first, 'admin'), await signIn(second, 'admin')];
  const listed = await ask(second, atSecond, 'GET', '/v3/clusters/detail');
  assert.deepEqual(
    listed.body.clusters.map((one: Record<string, unknown>) => [
      one.name,
      one.state,
      one.num_hosts,
      one.num_down_hosts,
    ]),
    [
      ['east@one', 'up', 2, 0],
      ['east@two', 'up', 2, 0],
    ],
  );
  const disabled = await ask(second, atSecond, 'PUT', '/v3/clusters/disable', { name: 'east@one' });
  assert.equal(disabled.body.cluster.status, 'disabled');
  const { pools } = (await ask(first, atFirst, 'GET', '/v3/scheduler-stats/get_pools')).body;
  assert.deepEqual(
    pools.map((one: { name: string }) => one.name.split('#')[0]),
    ['first@two', 'second@two'],
  );
  // One host is disabled besides: where the other has room, the volume is at once.
  await ask(first, atFirst, 'PUT', '/v3/os-services/disable', { host: 'second@two', binary: 'cinder-volume' });
  const made = await ask(first, atFirst, 'POST', '/v3/volumes', { volume: { size: 1 } });
  const { body } = await until(
    () => ask(second, atSecond, 'GET', `/v3/volumes/${made.body.volume.id}`),
    (told) => told.body.volume.status !== 'creating',
  );
  const { status, cluster_name } = body.volume;
  assert.deepEqual([status, cluster_name.split('#')[0]], ['available', 'east@two']);
  assert.equal((await second.stop()).code, 0);
  assert.equal((await first.stop()).code, 0);
});
