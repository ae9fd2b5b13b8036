import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { canary } from '../../test/harness/canaries.ts';
import { passwordAuth, projectScope, signIn, type TestIdentity, testIdentity } from '../../test/harness/identity.ts';
import { type IdentityActions, identityActions } from '../../test/harness/identity-actions.ts';

let to: TestIdentity;
let act: IdentityActions;
let demo: string;
before(async () => {
  to = await testIdentity();
  act = await identityActions(to);
  demo = await signIn(to, 'demo');
});
after(() => to.close());

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

describe('who is not an admin', () => {
  it('is forbidden to change or list anything, in the words of Keystone', async () => {
    const refused = [
      ['POST', '/users', { user: { name: 'x' } }],
      ['GET', '/users', undefined],
      ['GET', '/projects', undefined],
      ['POST', '/roles', { role: { name: 'x' } }],
      ['GET', '/role_assignments', undefined],
      ['GET', `/users/${act.userId('admin')}`, undefined],
      ['PATCH', `/users/${act.userId('demo')}`, { user: { enabled: true } }],
      ['GET', `/users/${act.userId('admin')}/application_credentials`, undefined],
      ['GET', `/projects/${to.users.find((one) => one.name === 'admin')?.projectId}`, undefined],
      ['PUT', `/system/users/${act.userId('demo')}/roles/${await act.roleId('admin')}`, undefined],
    ] as const;
    for (const [method, path, body] of refused) {
      const answer = await act.as(demo)(method, path, body);
      assert.equal(answer.status, 403, path);
      assert.match(
        answer.body.error.message,
        /^You are not authorized to perform the requested action: identity:\w+\.$/,
      );
    }
  });

  it('sees itself and its own project', async () => {
    const user = to.users.find((one) => one.name === 'demo');
    assert.equal((await act.as(demo)('GET', `/users/${user?.userId}`)).body.user.name, 'demo');
    assert.equal((await act.as(demo)('GET', `/projects/${user?.projectId}`)).body.project.name, 'demo');
    assert.equal((await act.as(demo)('GET', `/users/${user?.userId}/projects`)).body.projects.length, 1);
  });
});

describe('what a body says', () => {
  it('is true or false, not a word for it, and names of domains and projects have 64 characters', async () => {
    const wrong: readonly (readonly [string, object])[] = [
      ['/endpoints', { endpoint: { service_id: 'x', interface: 'public', url: 'http://x', enabled: 'True' } }],
      ['/services', { service: { type: 'x', enabled: 'false' } }],
      ['/users', { user: { name: 'worded', enabled: 'yes' } }],
      ['/domains', { domain: { name: 'worded', enabled: 1 } }],
      ['/domains', { domain: { name: 'x'.repeat(65) } }],
      ['/projects', { project: { name: 'x'.repeat(65) } }],
    ];
    for (const [path, body] of wrong) {
      assert.equal((await act.asAdmin('POST', path, body)).status, 400, JSON.stringify(body));
    }
    assert.equal((await act.asAdmin('POST', '/domains', { domain: { name: 'x'.repeat(64) } })).status, 201);
  });
});

describe('a domain', () => {
  it('is shown to those whose token is for it or for one of its projects, and to nobody else', async () => {
    const demo = await signIn(to, 'demo', projectScope('demo'));
    assert.equal((await act.as(demo)('GET', '/domains/default')).body.domain.name, 'Default');
    const { domain } = (await act.asAdmin('POST', '/domains', { domain: { name: 'closed' } })).body;
    assert.equal((await act.as(demo)('GET', `/domains/${domain.id}`)).status, 403);
    assert.equal((await act.as(demo)('GET', '/domains/absent')).status, 403);
    const unscoped = await signIn(to, 'demo', 'unscoped');
    assert.equal((await act.as(unscoped)('GET', '/domains/default')).status, 403);
  });
});

describe('roles that policies name', () => {
  it('stay as they are', async () => {
    const id = await act.roleId('admin');
    assert.equal((await act.asAdmin('DELETE', `/roles/${id}`)).status, 403);
    assert.equal((await act.asAdmin('PATCH', `/roles/${id}`, { role: { name: 'boss' } })).status, 403);
  });

  it('say what they imply', async () => {
    const { role_inferences } = (await act.asAdmin('GET', '/role_inferences')).body;
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

describe('a project', () => {
  it('keeps its tags, each once, until they are replaced', async () => {
    const tags = ['fast', 'fast', 'a b'];
    const { project } = (await act.asAdmin('POST', '/projects', { project: { name: 'tagged', tags } })).body;
    assert.deepEqual(project.tags, ['fast', 'a b']);
    const path = `/projects/${project.id}`;
    assert.deepEqual(
      (await act.asAdmin('PATCH', path, { project: { description: 'x' } })).body.project.tags,
      project.tags,
    );
    assert.deepEqual((await act.asAdmin('PATCH', path, { project: { tags: ['slow'] } })).body.project.tags, ['slow']);
    assert.deepEqual((await act.asAdmin('GET', path)).body.project.tags, ['slow']);
    assert.equal((await act.asAdmin('PATCH', path, { project: { tags: ['a/b'] } })).status, 400);
    assert.deepEqual((await act.asAdmin('PATCH', path, { project: { tags: [] } })).body.project.tags, []);
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
      ['POST', '/auth/tokens', passwordAuth('demo', canary('demo-secret'), { project: { id: '\u0000' } })],
      ['GET', '/nothing', undefined],
    ] as const;
    for (const [method, path, body] of requests) {
      const answer = await act.asAdmin(method, path, body);
      assert.ok(answer.status < 500, `${method} ${path}: ${answer.status}`);
    }
  });
});
