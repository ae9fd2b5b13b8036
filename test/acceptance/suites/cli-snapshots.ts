// Snapshots through the `openstack` command.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Client, openstack } from '../clients.ts';
import { type Service, startService } from '../service.ts';

let service: Service;
let demo: Client;
let admin: Client;
let volume: string;
before(async () => {
  service = await startService();
  demo = openstack(service, 'scoria');
  admin = openstack(service, 'scoria-admin');
  volume = (await demo.json('volume create --size 1 subject')).id;
  await demo.becomes('available', 'volume show', volume);
});
after(() => service.stop());

test('a snapshot is made with what was asked, becomes available and is listed', async () => {
  const made = await demo.json(
    'volume snapshot create --volume subject --property a=b --description',
    'as it was',
    'one',
  );
  assert.deepEqual([made.name, made.description, made.volume_id, made.size], ['one', 'as it was', volume, 1]);
  assert.deepEqual(made.properties, { a: 'b' });
  const shown = await demo.becomes('available', 'volume snapshot show', made.id);
  assert.equal(shown['os-extended-snapshot-attributes:progress'], '100%');
  const [listed] = await demo.json('volume snapshot list --long --name one');
  assert.deepEqual([listed.ID, listed.Status, listed.Size], [made.id, 'available', 1]);
  assert.deepEqual(listed.Properties, { a: 'b' });
  assert.equal((await demo.json('volume snapshot list --volume subject --status available')).length, 1);
  assert.deepEqual(await demo.json('volume snapshot list --status error'), []);
});

test('a snapshot is changed: name, description, properties; its state by an admin only', async () => {
  const { id } = await demo.json('volume snapshot create --volume subject --property gone=1 two');
  await demo.becomes('available', 'volume snapshot show', id);
  await demo.run('volume snapshot set --name three --description new --property k=v', id);
  await demo.run('volume snapshot unset --property gone', id);
  const shown = await demo.json('volume snapshot show', id);
  assert.deepEqual([shown.name, shown.description, shown.properties], ['three', 'new', { k: 'v' }]);
  assert.match(await demo.refused('volume snapshot set --state error', id), /HTTP 403|failed/);
  await admin.run('volume snapshot set --state error', id);
  assert.equal((await demo.json('volume snapshot show', id)).status, 'error');
  await admin.run('volume snapshot set --state creating', id);
  await demo.refused('volume snapshot delete', id);
  await admin.run('volume snapshot delete --force', id);
  await demo.vanishes('volume snapshot show', id);
});

test('a deleted snapshot is gone, and its volume stays', async () => {
  const { id } = await demo.json('volume snapshot create --volume subject four');
  await demo.becomes('available', 'volume snapshot show', id);
  await demo.run('volume snapshot delete four');
  await demo.vanishes('volume snapshot show', id);
  assert.equal((await demo.json('volume show', volume)).status, 'available');
});
