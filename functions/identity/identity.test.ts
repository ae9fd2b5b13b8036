import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { passwordAuth, projectScope, signIn, type TestIdentity, testIdentity } from '../../test/harness/identity.ts';

let to: TestIdentity;
let admin: string;
let demo: string;
before(async () => {
  to = await testIdentity();
  admin = await signIn(to, 'admin');
  demo = await signIn(to, 'demo');
});
after(() => to.close());

const as = (token: string) => (method: string, path: string, body?: unknown) =>
  to.send(method, path, body === undefined ? { token } : { token, body });
const asAdmin = (method: string, path: string, body?: unknown) => as(admin)(method, path, body);
const isValid = async (token: string) => (await to.ports.identity.authenticate(token)) !== null;
const userId = (name: string) => to.users.find((one) => one.name === name)?.userId ?? '';
const roleId = async (name: string) => (await asAdmin('GET', `/roles?name=${name}`)).body.roles[0].id;

/** A user with a role on a project of its own, as tempest makes them. */
async function persona(name: string, role: string) {
  const project = (await asAdmin('POST', '/projects', { project: { name: `${name}-project`, description: 'x' } })).body
    .project;
  const user = {
    name,
    password: 'a-Password/1 &%',
    email: `${name}@example.org`,
    enabled: true,
    project_id: project.id,
  };
  const made = (await asAdmin('POST', '/users', { user })).body.user;
  const grant = `/projects/${project.id}/users/${made.id}/roles/${await roleId(role)}`;
  assert.equal((await asAdmin('PUT', grant)).status, 204);
  const scope = { project: { id: project.id } };
  const answer = await to.send('POST', '/auth/tokens', { body: passwordAuth(name, user.password, scope) });
  return {
    project,
    user: made,
    grant,
    scope,
    password: user.password,
    token: answer.headers.get('x-subject-token') ?? '',
  };
}

describe('discovery', () => {
  it('needs no token, and its links carry the host', async () => {
    for (const path of ['/identity', '/identity/']) {
      const answer = await to.sendTo('GET', path);
      assert.equal(answer.status, 300);
      assert.equal(answer.headers.get('location'), null);
      assert.equal(answer.body.versions.values[0].links[0].href, 'http://keystone.test/identity/v3/');
    }
    for (const path of ['', '/']) {
      const answer = await to.send('GET', path);
      assert.equal(answer.status, 200);
      assert.equal(answer.body.version.id, 'v3.14');
      assert.equal(answer.body.version.status, 'stable');
    }
  });
});

describe('what tempest does', () => {
  it('makes a project, a user and a grant, signs in with them and takes them away', async () => {
    const made = await persona('tempest-1', 'member');
    assert.match(made.project.id, /^[0-9a-f]{32}$/);
    assert.equal(made.project.domain_id, 'default');
    assert.equal('password' in made.user, false);
    assert.equal(await isValid(made.token), true);
    to.pass(1);
    assert.equal((await asAdmin('DELETE', `/users/${made.user.id}`)).status, 204);
    assert.equal((await asAdmin('DELETE', `/projects/${made.project.id}`)).status, 204);
    assert.equal(await isValid(made.token), false);
    assert.equal((await asAdmin('GET', `/users/${made.user.id}`)).status, 404);
  });

  it('makes a domain, which must be disabled before it is deleted', async () => {
    const { domain } = (await asAdmin('POST', '/domains', { domain: { name: 'd1' } })).body;
    const path = `/domains/${domain.id}`;
    assert.equal((await asAdmin('PUT', `${path}/users/${userId('demo')}/roles/${await roleId('admin')}`)).status, 204);
    const scoped = await to.send('POST', '/auth/tokens', {
      body: passwordAuth('demo', 'demo-secret', { domain: { name: 'd1' } }),
    });
    assert.equal(scoped.body.token.domain.id, domain.id);
    assert.equal((await asAdmin('DELETE', path)).status, 403);
    assert.equal((await asAdmin('PATCH', path, { domain: { enabled: false } })).body.domain.enabled, false);
    assert.equal((await asAdmin('DELETE', path)).status, 204);
    assert.equal(await isValid(scoped.headers.get('x-subject-token') ?? ''), false);
    assert.equal((await asAdmin('GET', '/domains?name=Default')).body.domains[0].id, 'default');
  });

  it('finds that a role exists', async () => {
    const answer = await asAdmin('POST', '/roles', { role: { name: 'Member' } });
    assert.equal(answer.status, 409);
    assert.match(answer.body.error.message, /^Conflict occurred attempting to store role - /);
  });
});

describe('grants', () => {
  it('can be given twice, checked by HEAD and taken once; taking one ends the tokens of that scope', async () => {
    const made = await persona('granted', 'reader');
    assert.equal((await asAdmin('PUT', made.grant)).status, 204);
    assert.equal((await asAdmin('HEAD', made.grant)).status, 204);
    assert.deepEqual(
      (await asAdmin('GET', made.grant.slice(0, made.grant.lastIndexOf('/')))).body.roles.map(
        (role: { name: string }) => role.name,
      ),
      ['reader'],
    );
    to.pass(1);
    assert.equal((await asAdmin('DELETE', made.grant)).status, 204);
    assert.equal(await isValid(made.token), false);
    assert.equal((await asAdmin('DELETE', made.grant)).status, 404);
    assert.equal((await asAdmin('HEAD', made.grant)).status, 404);
  });

  it('on the system give a system scope', async () => {
    const path = `/system/users/${userId('reader')}/roles/${await roleId('reader')}`;
    assert.equal((await asAdmin('PUT', path)).status, 204);
    assert.equal((await asAdmin('GET', path)).status, 204);
    const scoped = await to.send('POST', '/auth/tokens', {
      body: passwordAuth('reader', 'reader-secret', { system: { all: true } }),
    });
    assert.equal(scoped.status, 201);
    assert.equal((await asAdmin('DELETE', path)).status, 204);
  });

  it('name what does not exist', async () => {
    const role = await roleId('member');
    const answer = await asAdmin('PUT', `/projects/nowhere/users/${userId('demo')}/roles/${role}`);
    assert.equal(answer.status, 404);
    assert.equal(answer.body.error.message, 'Could not find project: nowhere.');
  });

  it('are listed with their filters, names and implied roles', async () => {
    const path = `/role_assignments?user.id=${userId('admin')}`;
    const plain = (await asAdmin('GET', path)).body.role_assignments;
    assert.equal(plain.length, 2);
    assert.equal('name' in plain[0].user, false);
    const named = (await asAdmin('GET', `${path}&include_names=True&scope.system=all`)).body.role_assignments;
    assert.deepEqual(
      named.map((one: { role: { name: string }; scope: unknown }) => [one.role.name, one.scope]),
      [['admin', { system: { all: true } }]],
    );
    assert.equal((await asAdmin('GET', `${path}&effective`)).body.role_assignments.length, 8);
  });
});

describe('names', () => {
  it('of projects and users are unique in their domain', async () => {
    const project = await asAdmin('POST', '/projects', { project: { name: 'demo' } });
    assert.equal(project.status, 409);
    assert.equal(
      project.body.error.message,
      'Conflict occurred attempting to store project - it is not permitted to have two projects with the same name in the same domain: demo.',
    );
    assert.equal((await asAdmin('POST', '/users', { user: { name: 'demo' } })).status, 409);
  });
});

describe('who is not an admin', () => {
  it('is forbidden to change or list anything, in the words of Keystone', async () => {
    const refused = [
      ['POST', '/users', { user: { name: 'x' } }],
      ['GET', '/users', undefined],
      ['GET', '/projects', undefined],
      ['POST', '/roles', { role: { name: 'x' } }],
      ['GET', '/role_assignments', undefined],
      ['GET', `/users/${userId('admin')}`, undefined],
      ['PATCH', `/users/${userId('demo')}`, { user: { enabled: true } }],
      ['GET', `/users/${userId('admin')}/application_credentials`, undefined],
      ['GET', `/projects/${to.users.find((one) => one.name === 'admin')?.projectId}`, undefined],
      ['PUT', `/system/users/${userId('demo')}/roles/${await roleId('admin')}`, undefined],
    ] as const;
    for (const [method, path, body] of refused) {
      const answer = await as(demo)(method, path, body);
      assert.equal(answer.status, 403, path);
      assert.match(
        answer.body.error.message,
        /^You are not authorized to perform the requested action: identity:\w+\.$/,
      );
    }
  });

  it('sees itself and its own project', async () => {
    const user = to.users.find((one) => one.name === 'demo');
    assert.equal((await as(demo)('GET', `/users/${user?.userId}`)).body.user.name, 'demo');
    assert.equal((await as(demo)('GET', `/projects/${user?.projectId}`)).body.project.name, 'demo');
    assert.equal((await as(demo)('GET', `/users/${user?.userId}/projects`)).body.projects.length, 1);
  });
});

describe('a user that is disabled or gets another password', () => {
  it('loses its tokens at once, here and in another process, and cannot sign in while disabled', async () => {
    const made = await persona('disabled', 'member');
    const other = await to.second();
    assert.notEqual(await other.identity.authenticate(made.token), null);
    to.pass(1);
    await asAdmin('PATCH', `/users/${made.user.id}`, { user: { enabled: false } });
    assert.equal(await isValid(made.token), false);
    await other.load();
    assert.equal(await other.identity.authenticate(made.token), null);
    const body = passwordAuth('disabled', made.password, made.scope);
    assert.equal((await to.send('POST', '/auth/tokens', { body })).status, 401);
    to.pass(1);
    await asAdmin('PATCH', `/users/${made.user.id}`, { user: { enabled: true } });
    assert.equal((await to.send('POST', '/auth/tokens', { body })).status, 201);
    assert.equal(await isValid(made.token), false);
  });

  it('changes its own password with the old one', async () => {
    const made = await persona('changing', 'member');
    const path = `/users/${made.user.id}/password`;
    const change = (original_password: string, password: string) => ({ user: { original_password, password } });
    to.pass(1);
    assert.equal((await as(demo)('POST', path, change(made.password, 'new'))).status, 403);
    assert.equal((await as(made.token)('POST', path, change('wrong', 'new'))).status, 401);
    assert.equal((await as(made.token)('POST', path, change(made.password, 'new'))).status, 204);
    assert.equal(await isValid(made.token), false);
    const signs = async (password: string) =>
      (await to.send('POST', '/auth/tokens', { body: passwordAuth('changing', password) })).status;
    assert.deepEqual([await signs(made.password), await signs('new')], [401, 201]);
  });

  it('loses nothing when only its description changes', async () => {
    const made = await persona('described', 'member');
    to.pass(1);
    const answer = await asAdmin('PATCH', `/users/${made.user.id}`, { user: { description: 'y', email: null } });
    assert.equal(answer.body.user.description, 'y');
    assert.equal('email' in answer.body.user, false);
    assert.equal(await isValid(made.token), true);
  });
});

describe('revoking a token', () => {
  it('ends that one and no other', async () => {
    const [one, two] = [await signIn(to, 'demo'), await signIn(to, 'demo')];
    const answer = await to.send('DELETE', '/auth/tokens', { token: one, headers: { 'X-Subject-Token': one } });
    assert.equal(answer.status, 204);
    assert.equal(await isValid(one), false);
    assert.equal(await isValid(two), true);
  });
});

describe('application credentials', () => {
  const path = () => `/users/${userId('demo')}/application_credentials`;
  const auth = (id: string, secret: string, scope?: unknown) => ({
    auth: { identity: { methods: ['application_credential'], application_credential: { id, secret } }, scope },
  });

  it('sign in to their project with their roles only, by id or by name', async () => {
    const made = await as(demo)('POST', path(), {
      application_credential: { name: 'ci', roles: [{ name: 'reader' }] },
    });
    assert.equal(made.status, 201);
    const { id, secret, unrestricted } = made.body.application_credential;
    assert.equal(unrestricted, false);
    const shown = (await as(demo)('GET', `${path()}/${id}`)).body.application_credential;
    assert.equal('secret' in shown, false);
    assert.equal(shown.roles[0].name, 'reader');
    const byName = { name: 'ci', secret, user: { name: 'demo', domain: { name: 'Default' } } };
    const bodies = [
      auth(id, secret),
      { auth: { identity: { methods: ['application_credential'], application_credential: byName } } },
    ];
    for (const body of bodies) {
      const answer = await to.send('POST', '/auth/tokens', { body });
      assert.equal(answer.status, 201);
      assert.equal(answer.body.token.project.name, 'demo');
      assert.deepEqual(
        answer.body.token.roles.map((role: { name: string }) => role.name),
        ['reader'],
      );
      assert.equal(answer.body.token.application_credential.restricted, true);
    }
    assert.equal((await to.send('POST', '/auth/tokens', { body: auth(id, 'wrong') })).status, 401);
    const other = auth(id, secret, projectScope('demo'));
    assert.equal((await to.send('POST', '/auth/tokens', { body: other })).status, 401);
  });

  it('that are restricted make no others, and no token of theirs gets another scope', async () => {
    const made = (await as(demo)('POST', path(), { application_credential: { name: 'restricted' } })).body
      .application_credential;
    const signed = await to.send('POST', '/auth/tokens', { body: auth(made.id, made.secret) });
    const token = signed.headers.get('x-subject-token') ?? '';
    assert.equal((await as(token)('POST', path(), { application_credential: { name: 'more' } })).status, 403);
    assert.equal((await as(token)('DELETE', `${path()}/${made.id}`)).status, 403);
    const body = { auth: { identity: { methods: ['token'], token: { id: token } }, scope: projectScope('demo') } };
    assert.equal((await to.send('POST', '/auth/tokens', { body })).status, 403);
  });

  it('that are deleted take their tokens with them, and those that are over sign nobody in', async () => {
    const expires_at = '2026-11-24T00:00:00';
    const made = (await as(demo)('POST', path(), { application_credential: { name: 'short', expires_at } })).body
      .application_credential;
    assert.equal(made.expires_at, '2026-11-24T00:00:00.000000');
    const signed = await to.send('POST', '/auth/tokens', { body: auth(made.id, made.secret) });
    const token = signed.headers.get('x-subject-token') ?? '';
    assert.equal(await isValid(token), true);
    to.pass(1);
    assert.equal((await as(demo)('DELETE', `${path()}/${made.id}`)).status, 204);
    assert.equal(await isValid(token), false);
    const past = { application_credential: { name: 'past', expires_at: '2026-11-22T00:00:00' } };
    assert.equal((await as(demo)('POST', path(), past)).status, 400);
  });

  it('never pass on a role that the user does not have', async () => {
    const body = { application_credential: { name: 'more', roles: [{ name: 'admin' }] } };
    assert.equal((await as(demo)('POST', path(), body)).status, 400);
  });

  it('are refused with access rules, which nobody would hold them to', async () => {
    const body = {
      application_credential: { name: 'rules', access_rules: [{ path: '/v3/**', method: 'GET', service: 'x' }] },
    };
    assert.equal((await as(demo)('POST', path(), body)).status, 400);
  });
});

describe('roles that policies name', () => {
  it('stay as they are', async () => {
    const id = await roleId('admin');
    assert.equal((await asAdmin('DELETE', `/roles/${id}`)).status, 403);
    assert.equal((await asAdmin('PATCH', `/roles/${id}`, { role: { name: 'boss' } })).status, 403);
  });

  it('say what they imply', async () => {
    const { role_inferences } = (await asAdmin('GET', '/role_inferences')).body;
    assert.deepEqual(
      role_inferences.map((one: { prior_role: { name: string }; implies: { name: string }[] }) => [
        one.prior_role.name,
        one.implies.map((role) => role.name),
      ]),
      [
        ['admin', ['manager']],
        ['manager', ['member']],
        ['member', ['reader']],
      ],
    );
  });
});

describe('services, endpoints and regions', () => {
  it('follow from the settings', async () => {
    const { services } = (await asAdmin('GET', '/services?type=volumev3')).body;
    assert.deepEqual(
      services.map((one: { name: string }) => one.name),
      ['cinderv3'],
    );
    assert.equal((await asAdmin('GET', `/services/${services[0].id}`)).body.service.type, 'volumev3');
    const { endpoints } = (await asAdmin('GET', `/endpoints?service_id=${services[0].id}&interface=public`)).body;
    assert.equal(endpoints[0].url, 'http://keystone.test/v3/$(project_id)s');
    assert.equal((await asAdmin('GET', '/regions')).body.regions[0].id, 'RegionOne');
    assert.equal((await asAdmin('GET', '/regions/other')).status, 404);
  });
});

describe('strange input', () => {
  it('never becomes a 500', async () => {
    const requests = [
      ['GET', '/users/%00', undefined],
      ['GET', '/users?name=%00', undefined],
      ['GET', '/projects?enabled=maybe', undefined],
      ['POST', '/users', { user: { name: 'a\u0000b' } }],
      ['POST', '/users', { user: { name: 'lone', description: '\ud800' } }],
      ['POST', '/users', { user: null }],
      ['POST', '/projects', { project: { name: 'x'.repeat(300) } }],
      ['POST', '/auth/tokens', passwordAuth('a\u0000', 'b\u0000')],
      ['POST', '/auth/tokens', passwordAuth('demo', 'demo-secret', { project: { id: '\u0000' } })],
      ['GET', '/nothing', undefined],
    ] as const;
    for (const [method, path, body] of requests) {
      const answer = await asAdmin(method, path, body);
      assert.ok(answer.status < 500, `${method} ${path}: ${answer.status}`);
    }
  });
});
