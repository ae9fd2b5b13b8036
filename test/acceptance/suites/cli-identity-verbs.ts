// Every command of the `openstack` client for identity: it does what it says, or is one of those that are not served.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Client, openstack } from '../clients.ts';
import { identityVerbs, noting, notServed, whyNot } from '../identity-verbs.ts';
import { type Service, startService } from '../service.ts';

let service: Service;
let verbs: readonly string[];
const used = new Set<string>();
let admin: Client;
let demo: Client;

/** A client of the user's own, who has no cloud in clouds.yaml. */
const as = (user: string, password: string, more: Readonly<Record<string, string>> = {}) => {
  const env = {
    OS_AUTH_URL: `${service.url}/identity/v3`,
    OS_IDENTITY_API_VERSION: '3',
    OS_USERNAME: user,
    OS_PASSWORD: password,
    OS_USER_DOMAIN_NAME: 'Default',
    OS_PROJECT_DOMAIN_NAME: 'Default',
    ...more,
  };
  return noting(openstack(service, env), verbs, used);
};

before(async () => {
  service = await startService();
  verbs = await identityVerbs(openstack(service, 'scoria-admin'));
  admin = noting(openstack(service, 'scoria-admin'), verbs, used);
  demo = noting(openstack(service, 'scoria'), verbs, used);
});
after(() => service.stop());

type Row = Record<string, string>;
const column = (rows: readonly Row[], name: string) => rows.map((row) => row[name]).sort();

test('domain: created, listed, changed, shown, held immutable and deleted', async () => {
  const made = await admin.json('domain create --description first --disable', 'acme');
  assert.deepEqual([made.name, made.description, made.enabled], ['acme', 'first', false]);
  await admin.run('domain set --name acme2 --description second --immutable acme');
  assert.match(await admin.refused('domain delete acme2'), /immutable|403|failed/);
  assert.deepEqual((await admin.json('domain show acme2')).options, { immutable: true });
  await admin.run('domain set --no-immutable acme2');
  assert.ok(column(await admin.json('domain list'), 'Name').includes('acme2'));
  await admin.run('domain delete acme2');
  assert.match(await admin.refused('domain show acme2'), /No domain with a name or ID/);
});

test('project: with properties, tags, parents and children, found by tags and changed', async () => {
  const top = await admin.json('project create --property team=storage --tag a --tag b top');
  assert.deepEqual([top.team, top.tags.sort(), top.is_domain], ['storage', ['a', 'b'], false]);
  const inner = await admin.json('project create --parent top --description inner inner');
  assert.equal(inner.parent_id, top.id);
  assert.equal((await admin.json('project create --or-show top')).id, top.id);
  await admin.run('project set --property team=compute --property floor=2 --tag c --remove-tag a top');
  const shown = await admin.json('project show --children top');
  assert.deepEqual([shown.team, shown.floor, shown.subtree], ['compute', '2', { [inner.id]: null }]);
  assert.deepEqual((await admin.json('project show --parents inner')).parents, { [top.id]: { default: null } });
  await admin.run('project set --clear-tags --tag x --tag y top');
  assert.deepEqual(column(await admin.json('project list --tags x,y'), 'Name'), ['top']);
  assert.deepEqual(column(await admin.json('project list --tags-any y,z'), 'Name'), ['top']);
  assert.equal(column(await admin.json('project list --not-tags x,y'), 'Name').includes('top'), false);
  assert.equal(column(await admin.json('project list --not-tags-any x'), 'Name').includes('top'), false);
  assert.deepEqual(column(await admin.json('project list --parent top'), 'Name'), ['inner']);
  assert.deepEqual(column(await demo.json('project list --my-projects'), 'Name'), ['demo']);
  await admin.run('project set --immutable inner');
  assert.match(await admin.refused('project delete inner'), /immutable|403|failed/);
  await admin.run('project set --no-immutable inner');
  const acting = await admin.json('project create --property is_domain=true --disable acting');
  assert.deepEqual([acting.is_domain, acting.domain_id, acting.parent_id], [true, null, null]);
  assert.equal((await admin.json('domain show acting')).id, acting.id);
  await admin.run('domain delete acting');
  await admin.run('project delete inner top');
});

test('user: with every option that the command has; those of no use are refused', async () => {
  const flags = '--ignore-password-expiry --ignore-change-password-upon-first-use --ignore-lockout-failure-attempts';
  const ann = await admin.json(
    `user create --project demo --email a@x.test --description d --password old-1 ${flags} ann`,
  );
  assert.deepEqual(ann.options, {
    ignore_password_expiry: true,
    ignore_change_password_upon_first_use: true,
    ignore_lockout_failure_attempts: true,
  });
  assert.deepEqual([ann.email, ann.description, ann.password_expires_at], ['a@x.test', 'd', null]);
  assert.equal((await admin.json('user create --or-show ann')).id, ann.id);
  const off = flags.replaceAll('--ignore', '--no-ignore');
  await admin.run(`user set ${off} --email b@x.test --enable-lock-password ann`);
  const shown = await admin.json('user show ann');
  assert.equal(shown.email, 'b@x.test');
  assert.deepEqual([shown.options.lock_password, shown.options.ignore_password_expiry], [true, false]);
  // The command looks for identity in the catalog, which a token without a scope has not.
  await admin.run('role add --user ann --project demo reader');
  const ann1 = as('ann', 'old-1', { OS_PROJECT_NAME: 'demo' });
  assert.match(await ann1.refused('user password set --original-password old-1 --password new-1'), /locked/);
  await admin.run('user set --disable-lock-password ann');
  await ann1.run('user password set --original-password old-1 --password new-1');
  assert.match(await admin.refused('user set --multi-factor-auth-rule password,totp ann'), /totp/);
  await admin.run('user set --enable-multi-factor-auth --multi-factor-auth-rule password,application_credential ann');
  assert.match(await as('ann', 'new-1').refused('token issue'), /password and application_credential/);
  await admin.run('user set --disable-multi-factor-auth ann');
  await as('ann', 'new-1').run('token issue');
  const listed = (await admin.json('user list --long')).find((one: Row) => one.Name === 'ann');
  assert.deepEqual([listed.Email, listed.Enabled], ['b@x.test', true]);
  await admin.run('user set --disable --name anna ann');
  assert.match(await as('anna', 'new-1').refused('token issue'), /401/);
  await admin.run('user delete anna');
});

test('group: its users have its roles', async () => {
  await admin.run('user create --password p-12345 bob');
  const made = await admin.json('group create --description ops ops');
  assert.deepEqual([made.name, made.description], ['ops', 'ops']);
  assert.equal((await admin.json('group create --or-show ops')).id, made.id);
  await admin.run('group add user ops bob');
  assert.match(await admin.run('group contains user ops bob'), /bob in group ops/);
  assert.deepEqual(column(await admin.json('user list --group ops'), 'Name'), ['bob']);
  assert.deepEqual(column(await admin.json('group list --user bob'), 'Name'), ['ops']);
  await admin.run('role add --group ops --project demo reader');
  await as('bob', 'p-12345', { OS_PROJECT_NAME: 'demo' }).run('volume list');
  await admin.run('group set --name operators --description all ops');
  assert.equal((await admin.json('group show operators')).description, 'all');
  assert.ok(column(await admin.json('group list --long'), 'Description').includes('all'));
  await admin.run('role remove --group operators --project demo reader');
  await admin.run('group remove user operators bob');
  await admin.run('group delete operators');
  await admin.run('user delete bob');
});

test('role, implied role and role assignment: on projects, domains and the system, also inherited', async () => {
  await admin.run('user create carl');
  const made = await admin.json('role create --description checks auditor');
  assert.deepEqual([made.name, made.description, made.domain_id], ['auditor', 'checks', null]);
  assert.equal((await admin.json('role create --or-show auditor')).id, made.id);
  await admin.run('role set --name inspector --description looks --immutable auditor');
  assert.match(await admin.refused('role delete inspector'), /immutable|403|failed/);
  await admin.run('role set --no-immutable inspector');
  assert.equal((await admin.json('role show inspector')).description, 'looks');
  assert.deepEqual(await admin.json('role list --domain default'), []);
  await admin.run('implied role create --implied-role reader inspector');
  const implied = await admin.json('implied role list');
  assert.ok(
    implied.some((one: Row) => one['Prior Role Name'] === 'inspector' && one['Implied Role Name'] === 'reader'),
  );
  const wheres = ['--project demo', '--project demo --inherited', '--domain default', '--domain default --inherited'];
  for (const where of [...wheres, '--system all']) await admin.run(`role add --user carl ${where} inspector`);
  const all = await admin.json('role assignment list --user carl --names');
  assert.deepEqual([all.length, all.filter((one: { Inherited: boolean }) => one.Inherited).length], [5, 2]);
  const effective = await admin.json('role assignment list --user carl --project demo --effective --names');
  assert.deepEqual([...new Set(column(effective, 'Role'))], ['inspector', 'reader']);
  assert.equal((await admin.json('role assignment list --user carl --system all')).length, 1);
  assert.ok((await admin.json('role assignment list --role inspector --domain default')).length >= 1);
  assert.equal(column(await admin.json('user list --project demo'), 'Name').includes('carl'), true);
  for (const where of [...wheres, '--system all']) await admin.run(`role remove --user carl ${where} inspector`);
  await admin.run('implied role delete --implied-role reader inspector');
  await admin.run('role delete inspector');
  assert.notEqual((await admin.json('role create --domain default local')).domain_id, null);
  await admin.run('role delete --domain default local');
  assert.ok(column(await admin.json('role list'), 'Name').includes('member'));
  await admin.run('user delete carl');
});

test('application credential and access rule: what is made with rules does only that', async () => {
  const rules = '[{"service": "volumev3", "method": "GET", "path": "/v3/*/volumes/**"}]';
  const made = await demo.json('application credential create --role reader --access-rules', rules, 'watcher');
  assert.equal(made.roles, 'reader');
  const env = {
    OS_AUTH_TYPE: 'v3applicationcredential',
    OS_AUTH_URL: `${service.url}/identity/v3`,
    OS_APPLICATION_CREDENTIAL_ID: made.id,
    OS_APPLICATION_CREDENTIAL_SECRET: made.secret,
  };
  const watcher = openstack(service, env);
  assert.deepEqual(await watcher.json('volume list'), []);
  assert.match(await watcher.refused('volume snapshot list'), /access rules/);
  assert.match(await watcher.refused('volume create --size 1 no'), /access rules/);
  const [rule, ...others] = await demo.json('access rule list');
  assert.deepEqual([rule.Service, rule.Method, rule.Path, others], ['volumev3', 'GET', '/v3/*/volumes/**', []]);
  assert.equal((await demo.json('access rule show', rule.ID)).method, 'GET');
  assert.match(await demo.refused('access rule delete', rule.ID), /failed to delete/);
  assert.equal((await demo.json('application credential show watcher')).id, made.id);
  assert.deepEqual(column(await demo.json('application credential list'), 'Name'), ['watcher']);
  await demo.run('application credential delete watcher');
  await demo.run('access rule delete', rule.ID);
  assert.deepEqual(await demo.json('access rule list'), []);
  const more = await demo.json(
    'application credential create --unrestricted --expiration 2099-01-01T00:00:00 --secret',
    'a-secret',
    'free',
  );
  assert.deepEqual([more.secret, more.unrestricted], ['a-secret', true]);
  assert.match(more.expires_at, /^2099-01-01T00:00:00/);
  await demo.run('application credential delete free');
});

test('credential and ec2 credentials: kept, shown, changed and deleted', async () => {
  const made = await admin.json('credential create --type cert --project demo demo', 'the text');
  assert.deepEqual([made.type, made.blob], ['cert', 'the text']);
  await admin.run('credential set --user demo --type cert --data other', made.id);
  assert.equal((await admin.json('credential show', made.id)).blob, 'other');
  assert.deepEqual(column(await admin.json('credential list --user demo --type cert'), 'Data'), ['other']);
  await admin.run('credential delete', made.id);
  const keys = await demo.json('ec2 credentials create');
  assert.equal(typeof keys.secret, 'string');
  assert.equal((await demo.json('ec2 credentials show', keys.access)).secret, keys.secret);
  assert.deepEqual(column(await demo.json('ec2 credentials list'), 'Access'), [keys.access]);
  const theirs = await admin.json('ec2 credentials create --user demo --project demo');
  assert.deepEqual(
    column(await admin.json('ec2 credentials list --user demo'), 'Access'),
    [keys.access, theirs.access].sort(),
  );
  await admin.run('ec2 credentials delete --user demo', theirs.access);
  await demo.run('ec2 credentials delete', keys.access);
});

test('service, endpoint, region and catalog: what is added is found', async () => {
  await admin.run('region create --description up north');
  await admin.run('region set --description down north');
  assert.equal((await admin.json('region show north')).description, 'down');
  assert.ok(column(await admin.json('region list'), 'Region').includes('north'));
  const made = await admin.json('service create --name nova compute');
  await admin.run('service set --description servers --disable nova');
  await admin.run('service set --enable nova');
  assert.equal((await admin.json('service show nova')).description, 'servers');
  assert.ok(column(await admin.json('service list --long'), 'Type').includes('compute'));
  const endpoint = await admin.json('endpoint create --region north nova public http://nova.test/v2.1');
  await admin.run('endpoint set --url http://nova.test/v2.1/x', endpoint.id);
  assert.equal((await admin.json('endpoint show', endpoint.id)).url, 'http://nova.test/v2.1/x');
  assert.deepEqual(column(await admin.json('endpoint list --service nova --region north'), 'ID'), [endpoint.id]);
  assert.match(JSON.stringify(await demo.json('catalog show compute')), /nova\.test/);
  assert.ok(column(await demo.json('catalog list'), 'Type').includes('compute'));

  const limit = await admin.json(
    'registered limit create --service nova --region north --default-limit 10 --description d cores',
  );
  assert.deepEqual([limit.default_limit, limit.service_id, limit.region_id], [10, made.id, 'north']);
  await admin.run('registered limit set --default-limit 20', limit.id);
  assert.equal((await admin.json('registered limit show', limit.id)).default_limit, 20);
  assert.equal((await admin.json('registered limit list --service nova'))[0]['Default Limit'], 20);
  const own = await admin.json(
    'limit create --project demo --service nova --region north --resource-limit 5 --description own cores',
  );
  assert.equal(own.resource_limit, 5);
  await admin.run('limit set --resource-limit 6', own.id);
  assert.equal((await demo.json('limit show', own.id)).resource_limit, 6);
  assert.deepEqual(column(await demo.json('limit list'), 'ID'), [own.id]);
  assert.match(await admin.refused('registered limit delete', limit.id), /failed to delete/);
  await admin.run('limit delete', own.id);
  await admin.run('registered limit delete', limit.id);

  await admin.run('endpoint delete', endpoint.id);
  await admin.run('service delete nova');
  await admin.run('region delete north');
});

test('token: issued for any scope, and revoked', async () => {
  const { id, project_id } = await demo.json('token issue');
  assert.match(project_id, /^[0-9a-f]{32}$/);
  await admin.run('token revoke', id);
  const env = { OS_AUTH_TYPE: 'v3token', OS_AUTH_URL: `${service.url}/identity/v3`, OS_TOKEN: id };
  assert.match(await openstack(service, env).refused('token issue'), /401|404/);
  const system = await as('admin', service.password('admin'), { OS_SYSTEM_SCOPE: 'all' }).json('token issue');
  assert.equal(system.project_id, undefined);
});

test('every other command is one that is not served, and is refused as such', async () => {
  const missing = verbs.filter((verb) => !used.has(verb) && whyNot(verb) === null);
  assert.deepEqual(missing, []);
  assert.deepEqual(
    verbs.filter((verb) => used.has(verb) && whyNot(verb) !== null),
    [],
  );
  assert.ok(used.size >= 75, `${used.size} commands were used`);
  for (const { example } of notServed) assert.match(await admin.refused(example), /404/, example);
});
