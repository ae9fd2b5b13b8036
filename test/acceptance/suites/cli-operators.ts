// What operators ask through the `openstack` command: services, zones, quotas, limits, messages.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Client, openstack } from '../clients.ts';
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
  const listed = await admin.json('volume service list');
  assert.deepEqual(
    listed.map((one: Record<string, string>) => [one.Binary, one.Host, one.Status, one.State]).sort(),
    [
      ['cinder-scheduler', 'scoria', 'enabled', 'up'],
      ['cinder-volume', 'scoria@one', 'enabled', 'up'],
      ['cinder-volume', 'scoria@two', 'enabled', 'up'],
    ],
  );
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

test('quotas and limits are set and shown, where there is a compute service too', async () => {
  // openstackclient 6 asks compute first in `quota show`, `quota set` and `limits show`: without one it goes no further.
  const compute = await cloudsWithCompute(service);
  try {
    const client = openstack({ ...service, clouds: compute.clouds }, 'scoria');
    const operator = openstack({ ...service, clouds: compute.clouds }, 'scoria-admin');
    await operator.run('quota set --volumes 2 --gigabytes 30 --snapshots 4 --per-volume-gigabytes 20 demo');
    const shown = await operator.json('quota show demo');
    assert.deepEqual([shown.volumes, shown.gigabytes, shown.snapshots, shown['per-volume-gigabytes']], [2, 30, 4, 20]);
    for (const name of ['x', 'y']) await client.run('volume create --size 1', name);
    assert.match(await client.refused('volume create --size 1 z'), /HTTP 413|VolumeLimitExceeded|exceed/);
    assert.match(await client.refused('volume create --size 21 z'), /HTTP 413|exceed|quota/);
    const limits = Object.fromEntries(
      (await client.json('limits show --absolute')).map((one: Record<string, unknown>) => [one.Name, one.Value]),
    );
    assert.deepEqual([limits.maxTotalVolumes, limits.totalVolumesUsed, limits.totalGigabytesUsed], [2, 2, 2]);
    await operator.run('quota set --class --volumes 77 default');
    assert.equal((await operator.json('quota show --class default')).volumes, 77);
    const listed = await operator.json('quota list --volume --detail --project demo');
    const volumes = listed.find((one: { Resource: string }) => one.Resource === 'volumes');
    assert.deepEqual([volumes['In Use'], volumes.Limit], [2, 2]);
    await client.refused('quota set --volumes 100 demo');
  } finally {
    compute.close();
  }
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
