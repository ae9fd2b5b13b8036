import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { people, projects } from '../../test/harness/people.ts';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';
import { declaredRules } from '../every-service.ts';
import { Policy } from './policy.ts';
import { PolicyError } from './policy-file.ts';
import { readOverrides, warningsOf } from './policy-table.ts';

const policy = (text: string) => new Policy(declaredRules, readOverrides(text));
const who = (name: string) => {
  const actor = people[name];
  assert.ok(actor, name);
  return actor;
};

test('the default of each word is what its check string says', () => {
  const table: Readonly<Record<string, readonly string[]>> = {
    'volume:get': ['reader', 'member', 'manager', 'admin', 'otherAdmin', 'systemAdmin'],
    'volume:delete': ['member', 'manager', 'admin', 'otherAdmin', 'systemAdmin'],
    'volume:force_delete': ['admin', 'otherAdmin', 'systemAdmin'],
    'identity:validate_token': ['admin', 'otherAdmin', 'systemAdmin', 'service'],
    'identity:get_auth_projects': Object.keys(people),
  };
  for (const [rule, may] of Object.entries(table)) {
    const passing = Object.keys(people).filter((name) => policy('').allows(rule, who(name), projects.own));
    assert.deepEqual(passing.sort(), [...may].sort(), rule);
  }
  assert.equal(policy('').allows('volume:nothing', who('admin')), false);
  assert.equal(policy('').allows('constructor', who('admin')), false);
});

test('a base rule that a file defines anew changes every rule that is made of it', () => {
  const changed = policy('"admin_api": "role:manager"\n"volume:get": "rule:owner and not role:manager"');
  assert.equal(changed.allows('volume:force_delete', who('manager')), true);
  assert.equal(changed.allows('volume:force_delete', who('admin')), true);
  assert.equal(changed.allows('volume:force_delete', who('member')), false);
  assert.equal(changed.allows('volume:get', who('manager')), false);
  assert.equal(changed.allows('volume:get', who('roleless')), true);
  assert.equal(changed.allows('volume:get', who('otherReader'), projects.own), false);
});

test('a rule that is not there and a circle are refused with rule and line', () => {
  const table: Readonly<Record<string, RegExp>> = {
    '"volume:get": "rule:nothing"': /^line 1: rule "volume:get": names the rule "nothing", which is not there$/,
    '"a": "rule:b"\n"b": "not rule:a"': /^line 1: rule "a": goes round in a circle: a -> b -> a$/,
    '"a": "rule:a"': /circle: a -> a/,
    '\n"admin_api": "rule:volume:force_delete"': /^line 2: .*circle: admin_api -> volume:force_delete -> admin_api/,
  };
  for (const [text, reason] of Object.entries(table)) {
    assert.throws(
      () => policy(text),
      (error) => error instanceof PolicyError && reason.test(error.message),
      text,
    );
  }
  const chain = Array.from({ length: 4000 }, (_, n) => `"r${n}": "not rule:r${n + 1}"`).join('\n');
  assert.throws(() => policy(`${chain}\n"r4000": "@"`), PolicyError);
});

test('what a file says of a rule that Cinder has divided holds for each of its parts that the file does not name', () => {
  const changed = policy('"volume_extension:types_manage": "role:manager"\n"volume_extension:type_delete": "!"');
  for (const part of ['create', 'update']) {
    assert.equal(changed.allows(`volume_extension:type_${part}`, who('manager')), true, part);
    assert.equal(changed.allows(`volume_extension:type_${part}`, who('admin')), true, 'admin is a manager');
    assert.equal(changed.allows(`volume_extension:type_${part}`, who('member')), false, part);
  }
  assert.equal(changed.allows('volume_extension:type_delete', who('admin')), false);
  const pointing = policy('"volume_extension:quota_classes": "rule:volume_extension:quota_classes:get"');
  assert.equal(pointing.allows('volume_extension:quota_classes:get', who('admin')), true);
  const warnings = warningsOf(declaredRules, readOverrides('"volume_extension:types_manage": "role:manager"'));
  assert.deepEqual(warnings, []);
});

test('what has no effect is told', () => {
  const warnings = warningsOf(
    declaredRules,
    readOverrides(`"backup:frobnicate": "role:x"
"mine": "role:x"
"volume:get": "rule:mine or project_domain_id:%(project_domain_id)s"
"admin_api": "role:x"
"volume:delete": "token.user.id:x or is_admin:true"
"volume:update": "system_scope:project and not is_admin_project:1"
"volume:revert_to_snapshot": "roles:Admin or service_roles:Service or role:Admin or roles:admin"
"volume:extend": "user_domain_id:d1 or service_roles:service or service_user_id:%(user_id)s or system_scope:all"`),
  );
  assert.deepEqual(
    warnings.map(({ line, rule, says }) => [line, rule, says.split(' ').slice(0, 4).join(' ')]),
    [
      [1, 'backup:frobnicate', 'is no rule of'],
      [3, 'volume:get', 'asks "%(project_domain_id)s", which targets'],
      [5, 'volume:delete', 'asks "token.user.id", which tokens'],
      [5, 'volume:delete', 'asks whether "is_admin" is'],
      [6, 'volume:update', 'asks whether "system_scope" is'],
      [6, 'volume:update', 'asks whether "is_admin_project" is'],
      [7, 'volume:revert_to_snapshot', 'asks "roles" for "Admin",'],
      [7, 'volume:revert_to_snapshot', 'asks "service_roles" for "Service",'],
    ],
  );
});

let scoria: Scoria;
before(async () => {
  const overrides = readOverrides(`
"context_is_admin": "role:manager"
"volume:delete": "rule:context_is_admin or user_id:%(user_id)s"
"volume:create_snapshot": "user_id:%(user_id)s"
"volume:attachment_create": "user_id:%(user_id)s"
"volume:get_all": "role:reader"
`);
  scoria = await startScoria({ workers: false, overrides });
});
after(() => scoria.close());

const make = async (as: string) => {
  const made = await scoria.ask('POST', '/v3/volumes', { as, body: { volume: { size: 1 } } });
  assert.equal(made.status, 202, made.text);
  return made.body.volume.id as string;
};

test("a rule with the target's user lets the owner and nobody else of the project", async () => {
  const id = await make('member');
  await scoria.database.all({ name: 'test', text: `UPDATE volumes SET status = 'available', user_id = 'somebody'` });
  const snapshot = () => scoria.ask('POST', '/v3/snapshots', { body: { snapshot: { volume_id: id } } });
  assert.equal((await scoria.ask('DELETE', `/v3/volumes/${id}`)).status, 403);
  const attachment = { instance_uuid: null, volume_uuid: id };
  const attach = () => scoria.ask('POST', '/v3/attachments', { version: '3.27', body: { attachment } });
  assert.equal((await snapshot()).status, 403);
  assert.equal((await attach()).status, 403);
  assert.equal((await scoria.ask('DELETE', `/v3/volumes/${id}`, { as: 'otherMember' })).status, 404);
  await scoria.database.all({ name: 'test', text: `UPDATE volumes SET user_id = 'u-member'` });
  assert.equal((await snapshot()).status, 400); // allowed by the rule; refused only because the volume is still being created
  const other = await make('member');
  assert.equal((await scoria.ask('DELETE', `/v3/volumes/${other}`, { as: 'otherMember' })).status, 404);
});

test('the rule context_is_admin says who reaches every project, and the role admin no longer does', async () => {
  const id = await make('otherMember');
  assert.equal((await scoria.ask('GET', `/v3/volumes/${id}`, { as: 'manager' })).status, 200);
  assert.equal((await scoria.ask('GET', `/v3/volumes/${id}`, { as: 'otherAdmin' })).status, 200);
  const plain = await startScoria({
    workers: false,
    shares: scoria,
    overrides: readOverrides('context_is_admin: role:root'),
  });
  assert.equal((await plain.ask('GET', `/v3/volumes/${id}`, { as: 'admin' })).status, 404);
  assert.equal((await plain.ask('GET', '/v3/os-services', { as: 'admin' })).status, 403);
  await plain.close();
});

test('a rule may ask for the domains of who asks, and for the service that passes the request on', async () => {
  const id = await make('member');
  const under = async (check: string, as: string, service?: string) => {
    const overrides = readOverrides(`"volume:get": "${check}"`);
    const other = await startScoria({ workers: false, shares: scoria, overrides });
    const headers = service === undefined ? {} : { 'X-Service-Token': service };
    const { status } = await other.ask('GET', `/v3/volumes/${id}`, { as, headers });
    await other.close();
    return status;
  };
  assert.equal(await under('user_domain_id:default', 'member'), 200);
  assert.equal(await under('user_domain_id:other', 'member'), 404);
  assert.equal(await under('project_domain_id:default', 'member'), 200);
  assert.equal(await under('domain_id:default', 'member'), 404, 'a token of a project is none of its domain');
  const byService = 'service_roles:service and project_id:%(project_id)s';
  assert.equal(await under(byService, 'member', 'service'), 200);
  assert.equal(await under(byService, 'member', 'reader'), 404);
  assert.equal(await under(byService, 'member', 'forged'), 404);
  assert.equal(await under(byService, 'member'), 404);
  assert.equal(await under('service_user_id:u-service', 'member', 'service'), 200);
});

test('the rule context_is_admin may ask for the service too, and is asked anew for each request', async () => {
  const overrides = readOverrides('"context_is_admin": "role:member and service_roles:service"');
  const id = await make('otherMember');
  const other = await startScoria({ workers: false, shares: scoria, overrides });
  const get = async (service: string | null) => {
    const headers = service === null ? {} : { 'X-Service-Token': service };
    return (await other.ask('GET', `/v3/volumes/${id}`, { as: 'member', headers })).status;
  };
  assert.deepEqual([await get(null), await get('service'), await get(null), await get('reader')], [404, 200, 404, 404]);
  await other.close();
});

test('no file costs no statement', async () => {
  const plain = await startScoria({ workers: false, shares: scoria });
  const id = await make('member');
  scoria.database.take();
  assert.equal((await plain.ask('GET', `/v3/volumes/${id}`)).status, 200);
  assert.equal(scoria.database.take().length, 1);
  await plain.close();
});
