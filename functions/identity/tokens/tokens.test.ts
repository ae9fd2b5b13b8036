import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { canary } from '../../../test/harness/canaries.ts';
import { passwordAuth, projectScope, signIn, type TestIdentity, testIdentity } from '../../../test/harness/identity.ts';

let to: TestIdentity;
before(async () => {
  to = await testIdentity();
});
after(() => to.close());

const unauthorized = {
  error: { code: 401, title: 'Unauthorized', message: 'The request you have made requires authentication.' },
};
const demo = (scope?: unknown) => passwordAuth('demo', canary('demo-secret'), scope);
const post = (body: unknown, path = '/auth/tokens') => to.send('POST', path, { body });

describe('signing in', () => {
  it('with a password and a project gives the token that keystoneauth expects', async () => {
    const answer = await post(demo(projectScope('demo')));
    assert.equal(answer.status, 201);
    assert.match(answer.headers.get('x-subject-token') ?? '', /^[\w-]+\.[\w-]+\.[\w-]+$/);
    assert.equal(answer.headers.get('vary'), 'X-Auth-Token');
    const { token } = answer.body;
    const user = to.users.find((one) => one.name === 'demo');
    assert.deepEqual(token.methods, ['password']);
    assert.deepEqual(token.user, {
      id: user?.userId,
      name: 'demo',
      domain: { id: 'default', name: 'Default' },
      password_expires_at: null,
    });
    assert.deepEqual(token.project, { id: user?.projectId, name: 'demo', domain: { id: 'default', name: 'Default' } });
    assert.equal(token.is_domain, false);
    assert.deepEqual(
      token.roles.map((role: { name: string }) => role.name),
      ['member', 'reader'],
    );
    assert.match(token.issued_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
    assert.equal(Date.parse(token.expires_at) - Date.parse(token.issued_at), 3_600_000);
    assert.equal(token.audit_ids.length, 1);
  });

  it('names block storage under both types, at the host that the client used', async () => {
    const { body } = await post(demo(projectScope('demo')));
    const { catalog, project } = body.token;
    assert.deepEqual(
      catalog.map((one: { type: string; name: string }) => [one.type, one.name]),
      [
        ['block-storage', 'cinder'],
        ['volumev3', 'cinderv3'],
        ['identity', 'keystone'],
        ['image', 'glance'],
        ['key-manager', 'barbican'],
      ],
    );
    assert.deepEqual(
      catalog[0].endpoints.map((one: { interface: string }) => one.interface),
      ['public', 'internal', 'admin'],
    );
    assert.equal(catalog[0].endpoints[0].url, `http://keystone.test/v3/${project.id}`);
    assert.equal(catalog[0].endpoints[0].region, 'RegionOne');
    assert.equal(catalog[0].endpoints[0].region_id, 'RegionOne');
    assert.equal(catalog[2].endpoints[0].url, 'http://keystone.test/identity/v3');
  });

  it('leaves the catalog out on ?nocatalog', async () => {
    const { body } = await post(demo(projectScope('demo')), '/auth/tokens?nocatalog');
    assert.equal('catalog' in body.token, false);
  });

  it('costs one statement', async () => {
    to.database.take();
    await post(demo(projectScope('demo')));
    assert.deepEqual(to.database.take(), ['identity.sign_in']);
  });

  it('takes the default project when no scope is named, and none when "unscoped" is', async () => {
    assert.equal((await post(demo())).body.token.project.name, 'demo');
    for (const scope of ['unscoped', { unscoped: {} }]) {
      const { body } = await post(demo(scope));
      assert.equal('project' in body.token || 'roles' in body.token || 'catalog' in body.token, false);
    }
  });

  it('gives system and domain scopes to those who have a role there, with a catalog without project', async () => {
    const system = await post(passwordAuth('admin', canary('admin-secret'), { system: { all: true } }));
    assert.deepEqual(system.body.token.system, { all: true });
    assert.equal(system.body.token.catalog[0].endpoints[0].url, 'http://keystone.test/v3');
    assert.deepEqual((await post(demo({ system: { all: true } }))).body, unauthorized);
    assert.deepEqual((await post(demo({ domain: { id: 'default' } }))).body, unauthorized);
  });

  it('says the same 401 for a wrong password, an unknown user, a strange project and no project at all', async () => {
    const bodies = [
      passwordAuth('demo', 'wrong', projectScope('demo')),
      passwordAuth('nobody', canary('demo-secret'), projectScope('demo')),
      demo(projectScope('admin')),
      demo(projectScope('nowhere')),
    ];
    for (const body of bodies) {
      const answer = await post(body);
      assert.equal(answer.status, 401);
      assert.deepEqual(answer.body, unauthorized);
    }
  });

  it('refuses an incomplete body with 400 and never repeats what was in it', async () => {
    const bodies = [
      {},
      { auth: { identity: { methods: ['password'] } } },
      { auth: { identity: { methods: ['password'], password: { user: { password: 'top-secret' } } } } },
      { auth: { identity: { methods: ['password'], password: { user: { name: 'demo', password: 'top-secret' } } } } },
      { auth: { identity: { methods: ['password'], password: { user: 'top-secret' } } } },
      { auth: { identity: { methods: 'top-secret' } } },
      demo({ project: { name: 'demo' } }),
    ];
    for (const body of bodies) {
      const answer = await post(body);
      assert.equal(answer.status, 400, JSON.stringify(body));
      assert.equal(answer.body.error.title, 'Bad Request');
      assert.doesNotMatch(answer.body.error.message, /top-secret/);
    }
  });

  it('refuses methods it does not know', async () => {
    const answer = await post({ auth: { identity: { methods: ['saml2'] } } });
    assert.equal(answer.status, 401);
  });

  it('keeps blanks of a password', async () => {
    const answer = await post(passwordAuth('demo', ` ${canary('demo-secret')} `));
    assert.equal(answer.status, 401);
  });
});

describe('the token method', () => {
  it('gives another scope with the same end, and names both audit ids', async () => {
    const first = await post(demo('unscoped'));
    to.pass(10);
    const id = first.headers.get('x-subject-token');
    const answer = await post({
      auth: { identity: { methods: ['token'], token: { id } }, scope: projectScope('demo') },
    });
    assert.equal(answer.status, 201);
    assert.equal(answer.body.token.expires_at, first.body.token.expires_at);
    assert.deepEqual(answer.body.token.methods, ['token', 'password']);
    assert.equal(answer.body.token.audit_ids[1], first.body.token.audit_ids[0]);
  });

  it('needs the password to hold too when both are named', async () => {
    const id = await signIn(to, 'demo');
    const { identity } = passwordAuth('reader', canary('reader-secret')).auth;
    const both = { auth: { identity: { ...identity, methods: ['password', 'token'], token: { id } } } };
    assert.equal((await post(both)).status, 401);
  });
});

describe('showing a token', () => {
  it('costs the statement of its catalog, or none without it, and says the same as signing in did', async () => {
    const made = await post(demo(projectScope('demo')));
    const token = made.headers.get('x-subject-token') ?? '';
    to.database.take();
    const answer = await to.send('GET', '/auth/tokens', { token, headers: { 'X-Subject-Token': token } });
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.body, made.body);
    assert.equal(answer.headers.get('x-subject-token'), token);
    assert.deepEqual(to.database.take(), ['identity.catalog.show']);
    const bare = await to.send('GET', '/auth/tokens?nocatalog', { token, headers: { 'X-Subject-Token': token } });
    assert.equal('catalog' in bare.body.token, false);
    assert.deepEqual(to.database.take(), []);
  });

  it('answers HEAD without a body', async () => {
    const token = await signIn(to, 'demo');
    const answer = await to.send('HEAD', '/auth/tokens', { token, headers: { 'X-Subject-Token': token } });
    assert.equal(answer.status, 200);
    assert.equal(answer.body, undefined);
  });

  it('is for its own user and for admins; others are forbidden, and nobody finds what is not valid', async () => {
    const [own, other, admin] = [await signIn(to, 'demo'), await signIn(to, 'reader'), await signIn(to, 'admin')];
    const show = (token: string, of: string) =>
      to.send('GET', '/auth/tokens', { token, headers: { 'X-Subject-Token': of } });
    assert.equal((await show(admin, own)).status, 200);
    assert.equal((await show(other, own)).status, 403);
    const over = await signIn(to, 'demo');
    const revoked = await to.send('DELETE', '/auth/tokens', { token: own, headers: { 'X-Subject-Token': over } });
    assert.equal(revoked.status, 204);
    for (const token of [own, other, admin]) assert.equal((await show(token, over)).status, 404);
    const absent = await show(admin, 'nonsense');
    assert.equal(absent.status, 404);
    assert.equal(absent.body.error.message, 'Could not find token.');
  });
});

describe('what the caller could use', () => {
  it('lists projects, domains, system and catalog', async () => {
    const token = await signIn(to, 'admin');
    const get = async (path: string) => (await to.send('GET', path, { token })).body;
    assert.deepEqual(
      (await get('/auth/projects')).projects.map((one: { name: string }) => one.name),
      ['admin'],
    );
    assert.deepEqual((await get('/auth/domains')).domains, []);
    assert.deepEqual((await get('/auth/system')).system, [{ all: true }]);
    assert.equal((await get('/auth/catalog')).catalog.length, 5);
    assert.deepEqual((await to.send('GET', '/auth/system', { token: await signIn(to, 'demo') })).body.system, []);
  });
});
