// Two processes on one database, whose back ends belong to one cluster by name: `ha@one` and `ha@two`.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sql } from '../../infra/database/port.ts';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';

let scoria: Scoria;
let second: Scoria;
before(async () => {
  scoria = await startScoria({ host: 'h1', cluster: 'ha' });
  second = await startScoria({ host: 'h2', cluster: 'ha', shares: scoria });
});
after(async () => {
  await second.close();
  await scoria.close();
});

const ask = (method: string, path: string, body?: object, version = '3.71', as = 'admin') =>
  scoria.ask(method, `/v3${path}`, { as, version, ...(body === undefined ? {} : { body }) });
const show = async (name: string, version?: string) =>
  (await ask('GET', `/clusters/${name}`, undefined, version)).body.cluster;
const names = async (query: string) =>
  (await ask('GET', `/clusters?${query}`)).body.clusters.map((one: { name: string }) => one.name);
/** Writes to the rows of services, as time and workers would. */
const services = (change: string, where: string) =>
  scoria.database.all(sql('test', `UPDATE services SET ${change} WHERE "binary" = 'cinder-volume' AND ${where}`));
/** What was sent to the database by requests, with what the workers do meanwhile left out. */
const sent = () => scoria.database.take().filter((name) => name.startsWith('clusters.'));
const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/;

test('the services of all processes that name a cluster are its hosts, from 3.7 on', async () => {
  sent();
  const told = await ask('GET', '/clusters', undefined, '3.7');
  assert.deepEqual(sent(), ['clusters.list']);
  const summary = { binary: 'cinder-volume', state: 'up', status: 'enabled' };
  assert.deepEqual(told.body, {
    clusters: [
      { name: 'ha@one', ...summary },
      { name: 'ha@two', ...summary },
    ],
  });
  assert.equal((await ask('GET', '/clusters', undefined, '3.6')).status, 404);
  const one = await show('ha@one', '3.25');
  assert.match(one.last_heartbeat, moment);
  assert.match(one.created_at, moment);
  const details = {
    ...{ name: 'ha@one', ...summary, num_hosts: 2, num_down_hosts: 0, disabled_reason: null },
    // A time that is not there is an empty text.
    ...{ created_at: one.created_at, updated_at: '', last_heartbeat: one.last_heartbeat },
  };
  assert.deepEqual(one, details);
  const ofReplication = { replication_status: 'disabled', frozen: false, active_backend_id: null };
  assert.deepEqual(await show('ha@one', '3.26'), { ...details, ...ofReplication });
  assert.deepEqual((await ask('GET', '/clusters/detail')).body.clusters[0], { ...details, ...ofReplication });
  const { replication_status } = (await ask('GET', '/clusters', undefined, '3.26')).body.clusters[0];
  assert.equal(replication_status, 'disabled');
  const listed = (await ask('GET', '/os-services')).body.services;
  assert.deepEqual(
    listed.map((one: { host: string; cluster: string | null }) => [one.host, one.cluster]),
    [
      ...[['h1', null], ['h2', null], ['h1', null], ['h2', null]], // backups and schedulers
      ...[['h1@one', 'ha@one'], ['h1@two', 'ha@two'], ['h2@one', 'ha@one'], ['h2@two', 'ha@two']],
    ],
  ); // biome-ignore format: a pair reads best as one
});

test('a cluster is up while one of its hosts is, and tells how many are down', async () => {
  await services(`updated_at = now() - interval '1 hour'`, `host = 'h2@one'`);
  const half = await show('ha@one');
  assert.deepEqual([half.state, half.num_hosts, half.num_down_hosts], ['up', 2, 1]);
  assert.deepEqual(await names('num_down_hosts=1'), ['ha@one']);
  await services(`updated_at = now() - interval '1 hour'`, `cluster_name = 'ha@one'`);
  const down = await show('ha@one');
  assert.deepEqual([down.state, down.num_down_hosts], ['down', 2]);
  assert.deepEqual(await names('is_up=False'), ['ha@one']);
  assert.deepEqual(await names('is_up=true'), ['ha@two']);
  await services('updated_at = now()', `cluster_name = 'ha@one'`);
});

test('the list is filtered, by what its hosts say of replication from 3.26', async () => {
  for (const [query, found] of [
    ['name=ha', ['ha@one', 'ha@two']],
    ['name=ha@one', ['ha@one']],
    ['name=h', []],
    ['name=%00', []],
    ['binary=cinder-volume&num_hosts=2', ['ha@one', 'ha@two']],
    ['binary=cinder-backup', []],
    ['num_hosts=1', []],
    ['num_hosts=0', []],
    ['disabled=1', []],
    ['disabled=f&frozen=no&replication_status=disabled', ['ha@one', 'ha@two']],
    ['frozen=true', []],
    ['active_backend_id=elsewhere', []],
  ] as const) {
    assert.deepEqual(await names(query), found, query);
  }
  for (const [query, says] of [
    ['size=1', /^Invalid input received: Invalid filter keys: size$/],
    ['is_up=perhaps', /is_up must be a boolean/],
    ['num_hosts=many', /num_hosts must be a number/],
    ['num_down_hosts=99999999999', /num_down_hosts must be a number/],
  ] as const) {
    const told = await ask('GET', `/clusters/detail?${query}`);
    assert.equal(told.status, 400, query);
    assert.match(told.body.badRequest.message, says);
  }
  assert.match((await ask('GET', '/clusters?frozen=1', undefined, '3.25')).text, /Invalid filter keys: frozen/);
});

test('a cluster is disabled with a reason and enabled again, each in one statement', async () => {
  sent();
  const told = await ask('PUT', '/clusters/disable', { name: 'ha@two', disabled_reason: ' to be mended ' }, '3.7');
  assert.deepEqual(sent(), ['clusters.set-disabled']);
  const summary = { name: 'ha@two', binary: 'cinder-volume', state: 'up' };
  assert.deepEqual(told.body, { cluster: { ...summary, status: 'disabled', disabled_reason: 'to be mended' } });
  const disabled = await show('ha@two');
  assert.deepEqual([disabled.status, disabled.disabled_reason], ['disabled', 'to be mended']);
  assert.match(disabled.updated_at, moment);
  assert.deepEqual(await names('disabled=true'), ['ha@two']);
  const enabled = await ask('PUT', '/clusters/enable', { name: 'ha@two', binary: 'cinder-volume' }, '3.26');
  const replication_status = 'disabled';
  assert.deepEqual(enabled.body, {
    cluster: { ...summary, status: 'enabled', replication_status, disabled_reason: null },
  });
  assert.deepEqual(await names('disabled=true'), []);
});

test('a cluster that is not there is not found, and what names none is refused', async () => {
  for (const [method, path, body] of [
    ['GET', '/clusters/nowhere', undefined],
    ['GET', '/clusters/ha@one?binary=cinder-backup', undefined],
    ['PUT', '/clusters/enable', { name: 'nowhere' }],
    ['PUT', '/clusters/disable', { name: 'nowhere', binary: null, disabled_reason: 'why' }],
  ] as const) {
    const told = await ask(method, path, body);
    const name = path.includes('@one') ? 'ha@one' : 'nowhere';
    assert.deepEqual(told.body, { itemNotFound: { code: 404, message: `Cluster ${name} could not be found.` } });
  }
  assert.equal((await ask('GET', '/clusters/%00')).status, 404);
  assert.equal((await ask('PUT', '/clusters/enable', {})).status, 400);
  assert.equal((await ask('PUT', '/clusters/enable', { name: 'ha@one', disabled_reason: 'x' })).status, 400);
  assert.equal(
    (await ask('PUT', '/clusters/disable', { name: 'ha@one', disabled_reason: 'x'.repeat(256) })).status,
    400,
  );
  for (const [method, path, body] of [
    ['GET', '/clusters', undefined],
    ['GET', '/clusters/ha@one', undefined],
    ['PUT', '/clusters/disable', { name: 'ha@one' }],
  ] as const) {
    assert.equal((await ask(method, path, body, '3.71', 'manager')).status, 403, path);
  }
});

test('a cluster is frozen and thawed with all its hosts, and takes nothing meanwhile', async () => {
  assert.equal((await ask('PUT', '/os-services/freeze', { host: 'h1@one' })).status, 200);
  assert.equal((await show('ha@one')).frozen, false, 'one of two is');
  assert.equal((await ask('PUT', '/os-services/freeze', { cluster: 'ha@one' })).status, 200);
  const frozen = await show('ha@one');
  assert.deepEqual([frozen.frozen, frozen.status, frozen.disabled_reason], [true, 'disabled', 'frozen']);
  assert.deepEqual(await names('frozen=true'), ['ha@one']);
  assert.match((await ask('PUT', '/os-services/freeze', { cluster: 'ha@one' })).text, /already Frozen/);
  assert.match(
    (await ask('PUT', '/os-services/freeze', { cluster: 'nothing' })).body.badRequest.message,
    /^Invalid input received: Cluster nothing could not be found\.$/,
  );
  // Who comes to a frozen cluster is frozen.
  const third = await startScoria({ host: 'h3', cluster: 'ha', backendCount: 1, shares: scoria });
  await third.close();
  assert.deepEqual([(await show('ha@one')).num_hosts, (await show('ha@one')).frozen], [3, true]);
  assert.equal((await ask('PUT', '/os-services/thaw', { cluster: 'ha@one' })).status, 200);
  const thawed = await show('ha@one');
  assert.deepEqual([thawed.frozen, thawed.status, thawed.disabled_reason], [false, 'enabled', null]);
  await scoria.database.all(sql('test', `DELETE FROM services WHERE host LIKE 'h3%'`));
});

test('what the hosts of a cluster say of replication comes to one word, and to one target where they agree', async () => {
  for (const [first, other, word, target] of [
    [`'enabled', NULL`, `'disabled', NULL`, 'enabled', null],
    [`'failing-over', NULL`, `'failed-over', 'there'`, 'failing-over', null],
    [`'failover-error', NULL`, `'failed-over', 'there'`, 'failover-error', null],
    [`'failed-over', 'there'`, `'failed-over', 'there'`, 'failed-over', 'there'],
  ] as const) {
    for (const [host, state] of [['h1@one', first], ['h2@one', other]] as const) // biome-ignore format: two pairs
      await services(`(replication_status, active_backend_id) = (${state})`, `host = '${host}'`);
    const told = await show('ha@one');
    assert.deepEqual([told.replication_status, told.active_backend_id], [word, target]);
  }
  assert.deepEqual(await names('active_backend_id=there&replication_status=failed-over'), ['ha@one']);
  assert.equal((await show('ha@one')).disabled_reason, 'failed-over');
  await services(`(replication_status, active_backend_id) = ('disabled', NULL)`, 'TRUE');
});

test('a host that comes to a cluster brings its volumes, one that leaves takes them, and the last leaves no cluster', async () => {
  const id = 'c0000000-0000-4000-8000-000000000001';
  await scoria.database.all(
    sql(
      'test',
      `INSERT INTO volumes (id, project_id, user_id, size_gib, status, host, created_at)
      VALUES ('${id}', 'p', 'u', 1, 'available', 'h4@one#pool', now())`,
    ),
  );
  const clusterOf = async () => (await ask('GET', `/volumes/${id}`)).body.volume.cluster_name;
  /** The process h4, which says on its start where it belongs. */
  const restart = async (cluster?: string) => {
    const options = { host: 'h4', backendCount: 1, shares: scoria } as const;
    const process = await startScoria(cluster === undefined ? options : { ...options, cluster });
    await process.close();
    return clusterOf();
  };
  assert.equal(await restart(), null);
  assert.equal(await restart('new'), 'new@one#pool');
  assert.deepEqual(await names('num_hosts=1'), ['new@one']);
  await ask('PUT', '/clusters/disable', { name: 'new@one' });
  assert.equal(await restart('new'), 'new@one#pool');
  assert.equal((await show('new@one')).status, 'disabled', 'a start forgets nothing');
  assert.equal(await restart('ha'), 'ha@one#pool');
  assert.deepEqual(await names(''), ['ha@one', 'ha@two']);
  assert.equal((await show('ha@one')).num_hosts, 3);
  assert.equal(await restart(), null);
  assert.equal((await show('ha@one')).num_hosts, 2);
});

test('a cluster that is named without its back end is the first of them, and answers by its whole name', async () => {
  assert.equal((await show('ha')).name, 'ha@one');
  assert.equal((await ask('PUT', '/clusters/disable', { name: 'ha' })).body.cluster.name, 'ha@one');
  assert.equal((await show('ha@two')).status, 'enabled');
  assert.equal((await ask('PUT', '/clusters/enable', { name: 'ha' })).body.cluster.name, 'ha@one');
  for (const name of ['h', 'ha@', 'ha@o']) assert.equal((await ask('GET', `/clusters/${name}`)).status, 404, name);
});
