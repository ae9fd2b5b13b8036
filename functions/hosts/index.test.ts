import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { projects } from '../../test/harness/people.ts';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria();
});
after(() => scoria.close());

const ask = (method: string, path = '', body?: object) =>
  scoria.ask(method, `/v3/os-hosts${path}`, { as: 'admin', ...(body === undefined ? {} : { body }) });
// biome-ignore lint/suspicious/noExplicitAny: read field by field, as in the harness
const hostNamed = async (name: string): Promise<any> =>
  (await ask('GET')).body.hosts.find((one: { host_name: string }) => one.host_name === name);

test('hosts are the services, in a zone when one is asked for', async () => {
  const host = await hostNamed('test@one');
  assert.deepEqual(host, {
    host_name: 'test@one',
    service: 'cinder-volume',
    zone: 'nova',
    'service-status': 'available',
    'service-state': 'enabled',
    'last-update': host['last-update'],
  });
  const all = (await ask('GET')).body.hosts;
  assert.ok(all.some((one: { service: string }) => one.service === 'cinder-scheduler'));
  assert.deepEqual((await ask('GET', '?zone=nova')).body.hosts, all);
  assert.deepEqual((await ask('GET', '?zone=mars')).body, { hosts: [] });
});

test('a host shows what all projects have on it, then each project', async () => {
  const empty = await ask('GET', '/test@one');
  const nothing = { volume_count: '0', total_volume_gb: '0', snapshot_count: '0', total_snapshot_gb: '0' };
  assert.deepEqual(empty.body, { host: [{ resource: { host: 'test@one', project: '(total)', ...nothing } }] });
  for (const as of ['member', 'otherMember']) await scoria.makeVolume({ size: 3 }, { as });
  const all = await Promise.all(['test@one', 'test@two'].map((host) => ask('GET', `/${host}`)));
  const resources = all.flatMap((told) => told.body.host.map((one: { resource: object }) => one.resource));
  const sum = (project: string) =>
    resources
      .filter((one) => one.project === project)
      .reduce((gib: number, one: { total_volume_gb: string }) => gib + Number(one.total_volume_gb), 0);
  assert.deepEqual([sum('(total)'), sum(projects.own), sum(projects.other)], [6, 3, 3]);
  assert.ok(all.every((told) => told.body.host[0].resource.project === '(total)'));
});

test('disabling and enabling a host is disabling and enabling its volume service', async () => {
  const disabled = await ask('PUT', '/test@one', { status: 'disable' });
  assert.deepEqual([disabled.status, disabled.body], [200, { host: 'test@one', status: 'disabled' }]);
  assert.equal((await hostNamed('test@one'))['service-state'], 'disabled');
  const services = await scoria.ask('GET', '/v3/os-services?host=test@one', { as: 'admin' });
  assert.equal(services.body.services[0].status, 'disabled');
  assert.deepEqual((await ask('PUT', '/test@one', { status: 'enable' })).body, { host: 'test@one', status: 'enabled' });
  assert.equal((await hostNamed('test@one'))['service-state'], 'enabled');
  assert.equal((await ask('PUT', '/test@one', { status: 'off' })).status, 400);
  assert.equal((await ask('PUT', '/test@one', { power: 'off' })).status, 400);
});

test('a host without its back end stands for its first, and answers name it', async () => {
  const shown = await ask('GET', '/test');
  assert.equal(shown.body.host[0].resource.host, 'test@one');
  assert.deepEqual(shown.body, (await ask('GET', '/test@one')).body);
  assert.deepEqual((await ask('PUT', '/test', { status: 'disable' })).body, { host: 'test@one', status: 'disabled' });
  assert.equal((await hostNamed('test@two'))['service-state'], 'enabled');
  assert.deepEqual((await ask('PUT', '/test', { status: 'enable' })).body, { host: 'test@one', status: 'enabled' });
});

test('a host that is not there, a part of a name and a pool are not found', async () => {
  for (const host of ['nowhere', 'tes', 'test@', 'test@o', 'one', '@one', 'test@one#pool', 'TEST']) {
    assert.equal(
      (await ask('GET', `/${encodeURIComponent(host)}`)).body.itemNotFound.message,
      `Host ${host} could not be found.`,
    );
    assert.equal((await ask('PUT', `/${encodeURIComponent(host)}`, { status: 'enable' })).status, 404);
  }
});
