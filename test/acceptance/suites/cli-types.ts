// Volume types through the `openstack` command.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Client, openstack } from '../clients.ts';
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

const names = (list: readonly { Name: string }[]) => list.map((one) => one.Name);

test('a type is made with properties, changed and deleted', async () => {
  const made = await admin.json(
    'volume type create --public --property a=b --property c=d --description',
    'quick',
    'fast',
  );
  assert.deepEqual([made.name, made.description, made.is_public], ['fast', 'quick', true]);
  assert.deepEqual(made.properties, { a: 'b', c: 'd' });
  await admin.run('volume type set --name faster --description quicker --property e=f', made.id);
  await admin.run('volume type unset --property a', made.id);
  const shown = await admin.json('volume type show faster');
  assert.deepEqual([shown.id, shown.description], [made.id, 'quicker']);
  assert.deepEqual(shown.properties, { c: 'd', e: 'f' });
  const [listed] = (await admin.json('volume type list --long')).filter((one: { ID: string }) => one.ID === made.id);
  assert.deepEqual(listed.Properties, { c: 'd', e: 'f' });
  await admin.run('volume type delete faster');
  await admin.vanishes('volume type show', made.id);
});

test('a type in use is not deleted', async () => {
  await admin.run('volume type create used');
  const { id } = await demo.json('volume create --size 1 --type used user');
  assert.equal((await demo.becomes('available', 'volume show', id)).type, 'used');
  assert.match(await admin.refused('volume type delete used'), /failed/i);
});

test('a private type is for the projects that were given it', async () => {
  await admin.run('volume type create --private secret');
  assert.ok(!names(await demo.json('volume type list')).includes('secret'));
  assert.deepEqual(names(await admin.json('volume type list --private')), ['secret']);
  await demo.refused('volume create --size 1 --type secret early');
  await admin.run('volume type set --project demo secret');
  const { access_project_ids: projects } = await admin.json('volume type show secret');
  assert.deepEqual(projects, [(await admin.json('project show demo')).id]);
  const { id } = await demo.json('volume create --size 1 --type secret allowed');
  assert.equal((await demo.becomes('available', 'volume show', id)).type, 'secret');
  await admin.run('volume type unset --project demo secret');
  await demo.refused('volume create --size 1 --type secret late');
});

test('a member may neither make types nor see their properties', async () => {
  await admin.run('volume type create --property volume_backend_name=one placed');
  assert.match(await demo.refused('volume type create mine'), /HTTP 403/);
  assert.match(await demo.refused('volume type delete placed'), /403|failed/);
  assert.deepEqual((await demo.json('volume type show placed')).properties, {});
  const { id } = await demo.json('volume create --size 1 --type placed where');
  await demo.becomes('available', 'volume show', id);
  assert.match((await admin.json('volume show', id))['os-vol-host-attr:host'], /^scoria@one#/);
});

test('the default type is listed as such', async () => {
  assert.deepEqual(names(await demo.json('volume type list --default')), ['__DEFAULT__']);
});
