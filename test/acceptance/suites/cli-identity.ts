// The embedded identity through the `openstack` command.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ask, type Client, openstack } from '../clients.ts';
import { type Service, startService, until } from '../service.ts';

let service: Service;
let demo: Client;
let admin: Client;
before(async () => {
  service = await startService();
  demo = openstack(service, 'scoria');
  admin = openstack(service, 'scoria-admin');
});
after(() => service.stop());

/** Settings for somebody who has no cloud in clouds.yaml. */
const as = (user: string, password: string, project: string) =>
  openstack(service, {
    OS_AUTH_URL: `${service.url}/identity/v3`,
    OS_IDENTITY_API_VERSION: '3',
    OS_USERNAME: user,
    OS_PASSWORD: password,
    OS_PROJECT_NAME: project,
    OS_USER_DOMAIN_NAME: 'Default',
    OS_PROJECT_DOMAIN_NAME: 'Default',
  });

test('an admin makes a project and a user with a role; the user works in it and sees nothing of others', async () => {
  await demo.run('volume create --size 1 of-demo');
  const project = await admin.json('project create --description', 'a team', 'team');
  assert.deepEqual([project.name, project.description, project.enabled], ['team', 'a team', true]);
  const user = await admin.json('user create --project team --password', 'p@ss word "1"', 'ann');
  assert.deepEqual([user.name, user.enabled, user.domain_id], ['ann', true, 'default']);
  const ann = as('ann', 'p@ss word "1"', 'team');
  assert.match(await ann.refused('volume list'), /401|403/);
  await admin.run('role add --user ann --project team member');
  const assigned = await admin.json('role assignment list --names --user ann');
  assert.deepEqual(
    assigned.map((one: Record<string, string>) => [one.Role, one.User, one.Project]),
    [['member', 'ann@Default', 'team@Default']],
  );
  const { id } = await ann.json('volume create --size 1 of-ann');
  await ann.becomes('available', 'volume show', id);
  assert.deepEqual(
    (await ann.json('volume list')).map((one: { Name: string }) => one.Name),
    ['of-ann'],
  );
  assert.equal(await demo.refused('volume show', id), `No volume with a name or ID of '${id}' exists.`);
  assert.deepEqual(
    (await admin.json('volume list --all-projects --project team')).map((one: { ID: string }) => one.ID),
    [id],
  );
  assert.match(await ann.refused('project create mine'), /HTTP 403/);
  await admin.run('user set --password changed-1 ann');
  assert.match(await ann.refused('volume list'), /401/);
  await as('ann', 'changed-1', 'team').run('volume list');
  await admin.run('role remove --user ann --project team member');
  assert.match(await as('ann', 'changed-1', 'team').refused('volume list'), /401|403/);
  await admin.run('user delete ann');
  assert.match(await admin.refused('user show ann'), /No user with a name or ID of 'ann' exists/);
});

test('a token is issued, works, and is refused once it is revoked', async () => {
  const { id } = await demo.json('token issue');
  assert.equal((await ask(service, id, 'GET', '/v3/volumes')).status, 200);
  await admin.run('token revoke', id);
  await until(
    () => ask(service, id, 'GET', '/v3/volumes'),
    ({ status }) => status === 401,
    10_000,
  );
});

test('an application credential works in place of a password until it is deleted', async () => {
  const made = await demo.json('application credential create --description', 'for a script', 'script');
  const script = openstack(service, {
    OS_AUTH_TYPE: 'v3applicationcredential',
    OS_AUTH_URL: `${service.url}/identity/v3`,
    OS_APPLICATION_CREDENTIAL_ID: made.id,
    OS_APPLICATION_CREDENTIAL_SECRET: made.secret,
  });
  const { id } = await script.json('volume create --size 1 by-script');
  await demo.becomes('available', 'volume show', id);
  assert.deepEqual(
    (await demo.json('application credential list')).map((one: { Name: string }) => one.Name),
    ['script'],
  );
  await demo.run('application credential delete script');
  assert.match(await script.refused('volume list'), /401|404/);
});

test('a wrong password is refused', async () => {
  assert.match(await as('demo', 'wrong', 'demo').refused('volume list'), /HTTP 401/);
});

test('domains, roles and the catalog are listed', async () => {
  assert.deepEqual(
    (await admin.json('domain list')).map((one: { ID: string; Name: string }) => [one.ID, one.Name]),
    [['default', 'Default']],
  );
  const roles = (await admin.json('role list')).map((one: { Name: string }) => one.Name);
  for (const role of ['admin', 'member', 'reader', 'manager', 'service']) assert.ok(roles.includes(role), role);
});
