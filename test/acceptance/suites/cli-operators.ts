// What operators ask through the `openstack` command: services, zones, quotas, limits, messages.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ask, type Client, openstack, signIn } from '../clients.ts';
import { cloudsWithCompute } from '../compute.ts';
import { type Service, startService } from '../service.ts';

let service: Service;
let demo: Client;
let admin: Client;
before(async () => {
  service = await startService();
  demo = openstack(service, 'scoria');
  admin = openstack(service, 'scoria-admin');
});
after(() => service.stop());

test('services are listed as up; a disabled back end is given no new volumes until it is enabled', async () => {
  const listed: readonly Record<string, string>[] = await admin.json('volume service list');
  const shown = listed.map((one) => [one.Binary, one.Host, one.Status, one.State].join(' '));
  for (const service of ['cinder-scheduler scoria', 'cinder-volume scoria@one', 'cinder-volume scoria@two']) {
    assert.ok(shown.includes(`${service} enabled up`), shown.join('; '));
  }
  await admin.run('volume service set --disable --disable-reason maintenance scoria@one cinder-volume');
  const [one] = await admin.json('volume service list --long --host scoria@one');
  assert.deepEqual([one.Status, one['Disabled Reason']], ['disabled', 'maintenance']);
  for (const name of ['a', 'b', 'c']) {
    const { id } = await admin.json('volume create --size 1', name);
    const shown = await admin.becomes('available', 'volume show', id);
    assert.match(shown['os-vol-host-attr:host'], /^scoria@two#/);
  }
  await admin.run('volume service set --enable scoria@one cinder-volume');
  const [again] = await admin.json('volume service list --long --host scoria@one');
  assert.deepEqual([again.Status, again['Disabled Reason']], ['enabled', null]);
  assert.match(await demo.refused('volume service list'), /HTTP 403/);
});

test('zones and extensions are listed', async () => {
  assert.deepEqual(await demo.json('availability zone list --volume'), [
    { 'Zone Name': 'nova', 'Zone Status': 'available' },
  ]);
  const aliases = (await demo.json('extension list --volume')).map((one: { Alias: string }) => one.Alias);
  for (const alias of ['os-extended-snapshot-attributes', 'os-quota-sets', 'os-types-manage']) {
    assert.ok(aliases.includes(alias), `${alias} in ${aliases}`);
  }
});

test('the services document themselves in the catalog, under both names', async () => {
  const catalog = await demo.json('catalog list');
  const types = catalog.map((one: { Type: string }) => one.Type);
  for (const type of ['block-storage', 'volumev3', 'identity']) assert.ok(types.includes(type), type);
});

test('quotas are set and shown for a project and for all, and what is over them is refused', async () => {
  const clouds = cloudsWithCompute(service);
  const operator = openstack({ ...service, clouds }, 'scoria-admin');
  await operator.run('quota set --volumes 2 --gigabytes 30 --snapshots 4 --per-volume-gigabytes 20 demo');
  const shown = await operator.json('quota show demo');
  assert.deepEqual([shown.volumes, shown.gigabytes, shown.snapshots, shown['per-volume-gigabytes']], [2, 30, 4, 20]);
  for (const name of ['x', 'y']) await demo.run('volume create --size 1', name);
  assert.match(await demo.refused('volume create --size 1 z'), /exceed.*HTTP 413/i);
  assert.match(await demo.refused('volume create --size 21 z'), /HTTP 413/);
  const { absolute } = (await ask(service, await signIn(service, 'demo'), 'GET', '/v3/limits')).body.limits;
  assert.deepEqual([absolute.maxTotalVolumes, absolute.totalVolumesUsed, absolute.totalGigabytesUsed], [2, 2, 2]);
  const [listed] = await operator.json('quota list --volume --project demo');
  assert.deepEqual([listed.Volumes, listed.Gigabytes, listed.Snapshots], [2, 30, 4]);
  await operator.run('quota set --class --volumes 77 default');
  // `quota show --class` of openstackclient 6 looks for a project of that name: the answer is read without it.
  const classes = await ask(service, await signIn(service, 'admin'), 'GET', '/v3/os-quota-class-sets/default');
  assert.equal(classes.body.quota_class_set.volumes, 77);
  assert.match(await openstack({ ...service, clouds }, 'scoria').refused('quota set --volumes 100 demo'), /HTTP 403/);
});

test('a volume that no back end can take becomes error, and a message says why', async () => {
  await admin.run('volume type create --property volume_backend_name=nowhere nowhere');
  const admins = await admin.json('volume create --size 1 --type nowhere lost');
  await admin.becomes('error', 'volume show', admins.id);
  const messages = admin.at('3.70');
  const [listed] = await messages.json('volume message list');
  assert.equal(listed['Resource UUID'], admins.id);
  assert.equal(listed['Message Level'], 'ERROR');
  assert.match(listed['User Message'], /No valid|available weighted backend/i);
  const shown = await messages.json('volume message show', listed.ID);
  assert.equal(shown.resource_uuid ?? shown['Resource UUID'], admins.id);
  await messages.run('volume message delete', listed.ID);
  assert.deepEqual(await messages.json('volume message list'), []);
  await admin.run('volume delete', admins.id);
  await admin.vanishes('volume show', admins.id);
});
