import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { sql } from '../../infra/database/port.ts';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria({ workers: false });
});
after(() => scoria.close());

const insert = sql(
  'test',
  `INSERT INTO services (id, host, "binary", availability_zone, cluster_name, created_at, updated_at)
  VALUES (gen_random_uuid(), :host::text, :binary::text, 'nova', :cluster::text, '2026-01-01T00:00:00Z',
    now() - make_interval(secs => :silent::int))`,
);
const add = (host: string, binary: string, silent = 0, cluster: string | null = null) =>
  scoria.database.all(insert, { host, binary, silent, cluster });

beforeEach(async () => {
  await scoria.database.all(sql('test', 'DELETE FROM services'));
  await add('h1', 'cinder-scheduler');
  await add('h1@lvm', 'cinder-volume');
  await add('h2@lvm', 'cinder-volume', 61, 'c1');
});

const list = async (query = '', version = '3.71') =>
  (await scoria.ask('GET', `/v3/os-services${query}`, { as: 'admin', version })).body.services;
const put = (action: string, body: object, version = '3.0', as = 'admin') =>
  scoria.ask('PUT', `/v3/os-services/${action}`, { as, version, body });
const hosts = (services: readonly { host: string }[]) => services.map((one) => one.host);
const of = async (host: string) => (await list(`?host=${host}`))[0];

test('services are listed with the fields of their kind and version, down after 60 s of silence', async () => {
  scoria.database.take();
  const [scheduler, first, second] = await list('', '3.0');
  assert.deepEqual(scoria.database.take(), ['services.list']);
  assert.match(scheduler.updated_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);
  const alive = { zone: 'nova', status: 'enabled', state: 'up', disabled_reason: null };
  assert.deepEqual(scheduler, {
    binary: 'cinder-scheduler',
    host: 'h1',
    ...alive,
    updated_at: scheduler.updated_at,
  });
  const backend = { replication_status: 'disabled', active_backend_id: null, frozen: false };
  assert.deepEqual(first, {
    binary: 'cinder-volume',
    host: 'h1@lvm',
    ...alive,
    ...backend,
    updated_at: first.updated_at,
  });
  assert.equal(second.state, 'down');
  const more = async (version: string) => Object.keys((await list('', version))[2]).filter((key) => !(key in second));
  assert.deepEqual(await more('3.6'), []);
  assert.deepEqual(await more('3.7'), ['cluster']);
  assert.deepEqual(await more('3.48'), ['cluster']);
  assert.deepEqual(await more('3.49'), ['cluster', 'backend_state']);
  assert.equal((await list())[2].cluster, 'c1');
  assert.ok(!('backend_state' in (await list())[0]));
});

test('the list is filtered by binary and host; a host stands for its back ends too', async () => {
  assert.deepEqual(hosts(await list('?binary=cinder-volume')), ['h1@lvm', 'h2@lvm']);
  assert.deepEqual(hosts(await list('?host=h1')), ['h1', 'h1@lvm']);
  assert.deepEqual(hosts(await list('?host=h1@lvm')), ['h1@lvm']);
  assert.deepEqual(hosts(await list('?host=h1&binary=cinder-volume')), ['h1@lvm']);
  assert.deepEqual(await list('?host=h'), []);
  assert.deepEqual(await list('?host=%00'), []);
});

test('disable and enable are stored, with the reason, and enable forgets it', async () => {
  const who = { host: 'h1@lvm', binary: 'cinder-volume' };
  scoria.database.take();
  const reasoned = await put('disable-log-reason', { ...who, disabled_reason: ' broken fan ' });
  assert.deepEqual(scoria.database.take(), ['services.set-disabled']);
  assert.deepEqual(
    [reasoned.status, reasoned.body],
    [200, { ...who, service: '', disabled: true, status: 'disabled', disabled_reason: 'broken fan' }],
  );
  assert.deepEqual([(await of('h1@lvm')).status, (await of('h1@lvm')).disabled_reason], ['disabled', 'broken fan']);
  const enabled = await put('enable', who);
  assert.deepEqual(enabled.body, { ...who, service: '', disabled: false, status: 'enabled', disabled_reason: null });
  assert.deepEqual([(await of('h1@lvm')).status, (await of('h1@lvm')).disabled_reason], ['enabled', null]);
  const disabled = await put('disable', { host: 'h1@lvm', service: 'cinder-volume' });
  assert.deepEqual(disabled.body, {
    host: 'h1@lvm',
    service: 'cinder-volume',
    binary: '',
    disabled: true,
    status: 'disabled',
  });
  assert.equal((await of('h1@lvm')).status, 'disabled');
  assert.equal((await of('h2@lvm')).status, 'enabled');
});

test('an unknown service is not found, and a request without host, binary or reason is refused', async () => {
  const told = await put('enable', { host: 'nowhere', binary: 'cinder-volume' });
  assert.deepEqual(told.body, {
    itemNotFound: { code: 404, message: 'Service cinder-volume could not be found on host nowhere.' },
  });
  assert.equal((await put('disable', { host: 'h1@lvm', binary: 'invalid' })).status, 404);
  assert.equal((await put('disable-log-reason', { host: 'h1@lvm', binary: 'cinder-volume' })).status, 400);
  const blank = { host: 'h1@lvm', binary: 'cinder-volume', disabled_reason: '  ' };
  assert.equal((await put('disable-log-reason', blank)).status, 400);
  assert.equal((await put('disable-log-reason', { ...blank, disabled_reason: 'x'.repeat(256) })).status, 400);
  assert.match((await put('enable', { host: 'h1@lvm' })).body.badRequest.message, /'binary' is a required property/);
  const hostless = await put('enable', { binary: 'cinder-volume' });
  assert.equal(hostless.body.badRequest.message, 'Invalid input received: Host field is missing.');
  assert.equal((await put('enable', { host: 'h1', binary: 'b', more: 1 })).status, 400);
  assert.equal((await put('nothing', { host: 'h1' })).status, 404);
});

test('a back end is frozen and thawed by its host, and from 3.26 by its cluster', async () => {
  scoria.database.take();
  const told = await put('freeze', { host: 'h1@lvm' });
  assert.deepEqual(scoria.database.take(), ['services.set-frozen']);
  assert.deepEqual([told.status, told.text], [200, '']);
  assert.deepEqual([(await of('h1@lvm')).frozen, (await of('h2@lvm')).frozen], [true, false]);
  assert.match((await put('freeze', { host: 'h1@lvm' })).text, /Host is already Frozen/);
  assert.equal((await put('thaw', { host: 'h1@lvm' })).status, 200);
  assert.equal((await of('h1@lvm')).frozen, false);
  const message = async (body: object, version: string) =>
    (await put('freeze', body, version)).body?.badRequest.message;
  assert.equal(await message({ cluster: 'c1' }, '3.25'), 'Invalid input received: Host field is missing.');
  const one = 'Invalid input received: One and only one of cluster and host must be set.';
  assert.equal(await message({ cluster: 'c1', host: 'h2@lvm' }, '3.26'), one);
  assert.equal(await message({}, '3.26'), one);
  assert.equal((await put('freeze', { cluster: 'c1' }, '3.26')).status, 200);
  assert.equal((await of('h2@lvm')).frozen, true);
  assert.equal(
    await message({ host: 'nowhere' }, '3.0'),
    'Invalid input received: Service cinder-volume could not be found on host nowhere.',
  );
  assert.equal((await put('thaw', { host: 'nowhere' })).status, 400);
});

test('services are for admins', async () => {
  assert.equal((await scoria.ask('GET', '/v3/os-services', { as: 'manager' })).status, 403);
  const who = { host: 'h1@lvm', binary: 'cinder-volume' };
  for (const action of ['enable', 'disable', 'freeze', 'thaw']) {
    const body = action.endsWith('able') ? who : { host: who.host };
    const told = await put(action, body, '3.0', 'manager');
    assert.equal(told.body.forbidden.message, "Policy doesn't allow volume_extension:services:update to be performed.");
  }
});

test('a host without its back end stands for its first in enabling and disabling, and the answer names it', async () => {
  await add('h1@ssd', 'cinder-volume');
  await add('h10@lvm', 'cinder-volume');
  const binary = 'cinder-volume';
  const disabled = await put('disable', { host: 'h1', binary });
  assert.deepEqual([disabled.status, disabled.body.host], [200, 'h1@lvm']);
  assert.equal((await of('h1@lvm')).status, 'disabled');
  for (const other of ['h1@ssd', 'h10@lvm']) assert.equal((await of(other)).status, 'enabled', other);
  const logged = await put('disable-log-reason', { host: 'h1', binary, disabled_reason: 'why' });
  assert.deepEqual([logged.body.host, (await of('h1@lvm')).disabled_reason], ['h1@lvm', 'why']);
  assert.equal((await put('enable', { host: 'h1', binary })).body.host, 'h1@lvm');
  assert.equal(
    (await put('disable', { host: 'h1', binary: 'cinder-scheduler' })).body.host,
    'h1',
    'itself before its back ends',
  );
  for (const host of ['h', 'h1@', 'h1@l', 'h1@lvm#pool', 'c1']) {
    assert.equal((await put('disable', { host, binary })).status, 404, host);
  }
});

test('a host or cluster without its back end is frozen and thawed where it has one, and refused where it has several', async () => {
  assert.equal((await put('freeze', { host: 'h1' })).status, 200);
  assert.equal((await of('h1@lvm')).frozen, true);
  assert.equal((await put('thaw', { host: 'h1' })).status, 200);
  await add('h3@lvm', 'cinder-volume', 0, 'c2@lvm');
  assert.equal((await put('freeze', { cluster: 'c2' }, '3.26')).status, 200);
  assert.equal((await of('h3@lvm')).frozen, true);
  await add('h1@ssd', 'cinder-volume');
  const told = await put('freeze', { host: 'h1' });
  assert.equal(told.status, 400);
  assert.equal((await of('h1@lvm')).frozen, false);
  assert.equal((await put('failover_host', { host: 'h1' })).status, 400);
});

test('a binary is found in any case', async () => {
  assert.deepEqual(hosts(await list('?binary=Cinder-Scheduler')), ['h1']);
  assert.equal((await put('disable', { host: 'h1@lvm', binary: 'CINDER-VOLUME' })).status, 200);
});
