// The catalog of the embedded identity, and grants of every kind, through the `openstack` command.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ask, type Client, openstack, signIn } from '../clients.ts';
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

test('an admin adds a service in a region of its own to the catalog, and users find it there', async () => {
  const region = await admin.json('region create --description up north');
  assert.deepEqual([region.region, region.description], ['north', 'up']);
  await admin.run('region create --parent-region north deep');
  await admin.run('region set --description down deep');
  const deep = await admin.json('region show deep');
  assert.deepEqual([deep.parent_region, deep.description], ['north', 'down']);
  const made = await admin.json('service create --name nova --description Compute compute');
  assert.deepEqual([made.name, made.type, made.enabled], ['nova', 'compute', true]);
  await admin.run('service set --name nova2 --description changed nova');
  const url = 'http://nova.test/v2.1/%(tenant_id)s';
  const endpoint = await admin.json('endpoint create --region deep nova2 public', url);
  assert.deepEqual([endpoint.region, endpoint.service_id, endpoint.url], ['deep', made.id, url]);
  await admin.run('endpoint set --region north', endpoint.id);
  assert.equal((await admin.json('endpoint show', endpoint.id)).region_id, 'north');
  const listed = await admin.json('endpoint list --service compute --interface public');
  assert.deepEqual(
    listed.map((one: { ID: string }) => one.ID),
    [endpoint.id],
  );
  const shown = await demo.json('catalog show compute');
  assert.match(JSON.stringify(shown.endpoints), /http:\/\/nova\.test\/v2\.1\/[0-9a-f]{32}/);
  assert.match(await admin.refused('region delete north'), /HTTP 403/);
  await admin.run('endpoint delete', endpoint.id);
  await admin.run('service delete nova2');
  await admin.run('region delete north');
  assert.deepEqual(
    (await admin.json('region list')).map((one: { Region: string }) => one.Region),
    ['RegionOne'],
  );
});

test("Scoria's own services stay", async () => {
  const names = (await admin.json('service list')).map((one: { Name: string }) => one.Name);
  assert.deepEqual(names, ['cinder', 'cinderv3', 'keystone', 'glance', 'barbican']);
  assert.match(await admin.refused('service delete cinder'), /follows from the settings|Failed to delete/);
  assert.equal((await admin.json('service show cinder')).type, 'block-storage');
});

test('roles are given to users and groups on a project, a domain and the system, and inherited', async () => {
  await admin.run('domain create dom');
  await admin.run('project create --domain dom top');
  const low = await admin.json('project create --domain dom --parent top --tag fast low');
  assert.deepEqual(low.tags, ['fast']);
  await admin.run('user create --domain dom --password', 'secret-1', 'eve');
  await admin.run('group create --domain dom team');
  await admin.run('group add user --group-domain dom --user-domain dom team eve');
  assert.match(
    await admin.run('group contains user --group-domain dom --user-domain dom team eve'),
    /eve in group team/,
  );
  await admin.run('role create auditor');
  await admin.run('implied role create auditor --implied-role reader');
  await admin.run('role add --user eve --user-domain dom --project top --project-domain dom --inherited auditor');
  await admin.run('role add --group team --group-domain dom --domain dom member');
  await admin.run('role add --group team --group-domain dom --system all reader');
  interface Assigned {
    readonly Role: string;
    readonly Project: string;
    readonly Domain: string;
    readonly System: string;
  }
  const effective: Assigned[] = await admin.json(
    'role assignment list --effective --names --user eve --user-domain dom',
  );
  assert.deepEqual(effective.map((one) => [one.Role, one.Project + one.Domain + one.System].join(' on ')).sort(), [
    'auditor on low@dom',
    'member on dom',
    'reader on all',
    'reader on dom',
    'reader on low@dom',
  ]);
  await admin.run('implied role delete auditor --implied-role reader');
  await admin.run('role remove --user eve --user-domain dom --project top --project-domain dom --inherited auditor');
  await admin.run('role remove --group team --group-domain dom --domain dom member');
  await admin.run('role remove --group team --group-domain dom --system all reader');
  assert.deepEqual(await admin.json('role assignment list --group team --group-domain dom'), []);
  await admin.run('group remove user --group-domain dom --user-domain dom team eve');
  await admin.run('role delete auditor');
  assert.match(await admin.refused('domain delete dom'), /disable it first|Failed to delete/);
  await admin.run('domain set --disable dom');
  await admin.run('domain delete dom');
});

test('a role of a domain is given on its projects, brings what it implies, and is in no token', async () => {
  await admin.run('domain create inner');
  await admin.run('project create --domain inner lab');
  const made = await admin.json('role create --domain inner keeper');
  assert.equal(made.domain_id, (await admin.json('domain show inner')).id);
  await admin.run('role set --domain inner --description', 'keeps the lab', 'keeper');
  assert.deepEqual(
    (await admin.json('role list --domain inner')).map((one: { Name: string }) => one.Name),
    ['keeper'],
  );
  // `implied role create` looks among the roles for all domains only.
  const member = await admin.json('role show member');
  const implies = `/identity/v3/roles/${made.id}/implies/${member.id}`;
  assert.equal((await ask(service, await signIn(service, 'admin'), 'PUT', implies)).status, 201);
  const grant = 'role add --user demo --project lab --project-domain inner --role-domain inner keeper';
  await admin.run(grant);
  assert.match(await admin.refused('role add --user demo --project demo --role-domain inner keeper'), /same domain/);
  const list = 'role assignment list --names --user demo --project lab --project-domain inner';
  const roles = async (more: string) =>
    (await admin.json(`${list} ${more}`)).map((one: { Role: string }) => one.Role).sort() as string[];
  assert.deepEqual(await roles('--role-domain inner --role keeper'), ['keeper']);
  assert.deepEqual(await roles('--effective'), ['member', 'reader']);
  assert.deepEqual(await rolesOnLab(), ['member', 'reader']);
  await admin.run('role remove --user demo --project lab --project-domain inner --role-domain inner keeper');
  assert.equal(await rolesOnLab(), 401);
  await admin.run('role delete --domain inner keeper');
  await admin.run('domain set --disable inner');
  await admin.run('domain delete inner');
});

/** The names of demo's roles in a token for the project lab, or the status that it gets instead of one. */
async function rolesOnLab(): Promise<readonly string[] | number> {
  const user = { name: 'demo', domain: { id: 'default' }, password: service.password('demo') };
  const scope = { project: { name: 'lab', domain: { name: 'inner' } } };
  const auth = { identity: { methods: ['password'], password: { user } }, scope };
  const told = await ask(service, null, 'POST', '/identity/v3/auth/tokens', { auth });
  return told.status === 201 ? told.body.token.roles.map((role: { name: string }) => role.name).sort() : told.status;
}
