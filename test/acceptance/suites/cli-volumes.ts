// Volumes through the `openstack` command.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Client, openstack, openstackAlone } from '../clients.ts';
import { type Service, startService } from '../service.ts';

let service: Service;
let demo: Client;
let admin: Client;
let reader: Client;
before(async () => {
  service = await startService();
  demo = openstack(service, 'scoria');
  admin = openstack(service, 'scoria-admin');
  reader = openstack(service, 'scoria-reader');
});
after(() => service.stop());

test('a volume is made with what was asked, becomes available and is listed', async () => {
  const made = await demo.json(
    'volume create --size 2 --property colour=red --property a=b --availability-zone nova',
    '--description',
    'the first',
    'first',
  );
  assert.deepEqual(made.properties, { colour: 'red', a: 'b' });
  assert.deepEqual([made.name, made.description, made.size], ['first', 'the first', 2]);
  assert.equal(made.status, 'creating');
  const shown = await demo.becomes('available', 'volume show', made.id);
  assert.equal(shown.availability_zone, 'nova');
  assert.equal(shown.type, '__DEFAULT__');
  assert.equal(shown.bootable, 'false');
  assert.equal(shown.encrypted, false);
  assert.deepEqual(shown.attachments, []);
  assert.match(shown['os-vol-tenant-attr:tenant_id'], /^[0-9a-f]{32}$/);
  const listed = await demo.json('volume list --long --name first');
  assert.equal(listed.length, 1);
  assert.deepEqual(listed[0], {
    ID: made.id,
    Name: 'first',
    Status: 'available',
    Size: 2,
    Type: '__DEFAULT__',
    Bootable: 'false',
    'Attached to': [],
    Properties: { colour: 'red', a: 'b' },
  });
});

test('a volume is changed: name, description, properties, size, bootable and read-only', async () => {
  const { id } = await demo.json('volume create --size 1 --property gone=1 --property first=1 changing');
  await demo.becomes('available', 'volume show', id);
  await demo.run('volume set --no-property --property gone=2', id);
  await demo.run('volume set --name changed --description new --property k=v --bootable --read-only', id);
  await demo.run('volume set --size 3', id);
  const larger = await demo.becomes('available', 'volume show', id);
  assert.deepEqual([larger.name, larger.description, larger.size, larger.bootable], ['changed', 'new', 3, 'true']);
  assert.deepEqual(larger.properties, { gone: '2', k: 'v', readonly: 'True' });
  await demo.run('volume unset --property gone', id);
  await demo.run('volume set --non-bootable --read-write', id);
  const after = await demo.json('volume show', id);
  assert.deepEqual(after.properties, { k: 'v', readonly: 'False' });
  assert.equal(after.bootable, 'false');
  assert.match(await demo.refused('volume set --size 1', id), /[Nn]ew size/);
});

test('a volume is made from a snapshot and from a volume, also larger, and never smaller', async () => {
  const source = await demo.json('volume create --size 2 source');
  await demo.becomes('available', 'volume show', source.id);
  const snapshot = await demo.json('volume snapshot create --volume', source.id, 'source-snapshot');
  await demo.becomes('available', 'volume snapshot show', snapshot.id);
  const restored = await demo.json('volume create --snapshot source-snapshot restored');
  const copy = await demo.json('volume create --source source --size 3 copy');
  const shown = await demo.becomes('available', 'volume show', restored.id);
  assert.deepEqual([shown.size, shown.snapshot_id], [2, snapshot.id]);
  const cloned = await demo.becomes('available', 'volume show', copy.id);
  assert.deepEqual([cloned.size, cloned.source_volid], [3, source.id]);
  assert.match(await demo.refused('volume create --source source --size 1 smaller'), /size/i);
  assert.match(await demo.refused('volume delete', source.id), /snapshot|HTTP 400/);
  await demo.run('volume delete --purge', source.id);
  await demo.vanishes('volume show', source.id);
  await demo.vanishes('volume snapshot show', snapshot.id);
  assert.equal((await demo.json('volume show', restored.id)).status, 'available');
});

test('an admin sets the state of a volume and deletes by force; a member may do neither', async () => {
  const { id } = await demo.json('volume create --size 1 stuck');
  await demo.becomes('available', 'volume show', id);
  assert.match(await demo.refused('volume set --state error', id), /HTTP 403/);
  await admin.run('volume set --state creating', id);
  assert.equal((await demo.json('volume show', id)).status, 'creating');
  assert.match(await demo.refused('volume delete', id), /HTTP 400/);
  assert.match(await demo.refused('volume delete --force', id), /HTTP 403/);
  await admin.run('volume delete --force', id);
  await demo.vanishes('volume show', id);
});

test('a reader lists and shows, and may not create, change or delete', async () => {
  const { id } = await demo.json('volume create --size 1 seen');
  await demo.becomes('available', 'volume show', id);
  assert.equal((await reader.json('volume show', id)).name, 'seen');
  assert.ok((await reader.json('volume list')).some((one: { ID: string }) => one.ID === id));
  for (const words of ['volume create --size 1', 'volume set --name stolen', 'volume delete']) {
    assert.match(await reader.refused(words, id), /HTTP 403/, words);
  }
});

test('lists are filtered, sorted, limited and continued from a marker', async () => {
  const made = [];
  for (const name of ['page-b', 'page-a', 'page-c']) made.push(await demo.json('volume create --size 1', name));
  for (const { id } of made) await demo.becomes('available', 'volume show', id);
  const names = async (words: string, ...more: string[]) =>
    (await demo.json(words, ...more)).map((one: { Name: string }) => one.Name);
  const [b, a, c] = made.map((one) => one.id);
  assert.deepEqual(await names('volume list --limit 1'), ['page-c']);
  assert.deepEqual((await names('volume list --marker', c)).slice(0, 2), ['page-a', 'page-b']);
  assert.deepEqual(await names('volume list --status error'), []);
  assert.deepEqual(await names('volume list --name page-a'), ['page-a']);
  const all = await admin.json('volume list --all-projects');
  for (const id of [a, b, c]) assert.ok(all.some((one: { ID: string }) => one.ID === id));
  assert.deepEqual(await admin.json('volume list'), []);
});

test('what does not exist is said in plain words', async () => {
  const alone = openstackAlone(service, 'scoria');
  assert.equal(await alone.refused('volume show nothing'), "No volume with a name or ID of 'nothing' exists.");
  assert.match(await demo.refused('volume create --size 1 --type nothing x'), /nothing/);
  assert.match(await demo.refused('volume create --size 0 x'), /size/i);
  const made = await alone.json('volume create --size 1 alone');
  assert.equal((await alone.becomes('available', 'volume show', made.id)).name, 'alone');
});
