import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { canary } from '../../../test/harness/canaries.ts';
import { passwordAuth, type TestIdentity, testIdentity } from '../../../test/harness/identity.ts';
import { type IdentityActions, identityActions } from '../../../test/harness/identity-actions.ts';

let to: TestIdentity;
let act: IdentityActions;

before(async () => {
  to = await testIdentity();
  act = await identityActions(to);
});
after(() => to.close());

describe('what tempest does', () => {
  it('makes a project, a user and a grant, signs in with them and takes them away', async () => {
    const made = await act.persona('tempest-1', 'member');
    assert.match(made.project.id, /^[0-9a-f]{32}$/);
    assert.equal(made.project.domain_id, 'default');
    assert.equal('password' in made.user, false);
    assert.equal(await act.isValid(made.token), true);
    to.pass(1);
    assert.equal((await act.asAdmin('DELETE', `/users/${made.user.id}`)).status, 204);
    assert.equal((await act.asAdmin('DELETE', `/projects/${made.project.id}`)).status, 204);
    assert.equal(await act.isValid(made.token), false);
    assert.equal((await act.asAdmin('GET', `/users/${made.user.id}`)).status, 404);
  });

  it('makes a domain, which must be disabled before it is deleted', async () => {
    const { domain } = (await act.asAdmin('POST', '/domains', { domain: { name: 'd1' } })).body;
    const path = `/domains/${domain.id}`;
    assert.equal(
      (await act.asAdmin('PUT', `${path}/users/${act.userId('demo')}/roles/${await act.roleId('admin')}`)).status,
      204,
    );
    const scoped = await to.send('POST', '/auth/tokens', {
      body: passwordAuth('demo', canary('demo-secret'), { domain: { name: 'd1' } }),
    });
    assert.equal(scoped.body.token.domain.id, domain.id);
    assert.equal((await act.asAdmin('DELETE', path)).status, 403);
    assert.equal((await act.asAdmin('PATCH', path, { domain: { enabled: false } })).body.domain.enabled, false);
    assert.equal((await act.asAdmin('DELETE', path)).status, 204);
    assert.equal(await act.isValid(scoped.headers.get('x-subject-token') ?? ''), false);
    assert.equal((await act.asAdmin('GET', '/domains?name=Default')).body.domains[0].id, 'default');
  });

  it('finds that a role exists', async () => {
    const answer = await act.asAdmin('POST', '/roles', { role: { name: 'Member' } });
    assert.equal(answer.status, 409);
    assert.match(answer.body.error.message, /^Conflict occurred attempting to store role - /);
  });
});

describe('grants', () => {
  it('can be given twice, checked by HEAD and taken once; taking one ends the tokens of that scope', async () => {
    const made = await act.persona('granted', 'reader');
    assert.equal((await act.asAdmin('PUT', made.grant)).status, 204);
    assert.equal((await act.asAdmin('HEAD', made.grant)).status, 204);
    assert.deepEqual(
      (await act.asAdmin('GET', made.grant.slice(0, made.grant.lastIndexOf('/')))).body.roles.map(
        (role: { name: string }) => role.name,
      ),
      ['reader'],
    );
    to.pass(1);
    assert.equal((await act.asAdmin('DELETE', made.grant)).status, 204);
    assert.equal(await act.isValid(made.token), false);
    assert.equal((await act.asAdmin('DELETE', made.grant)).status, 404);
    assert.equal((await act.asAdmin('HEAD', made.grant)).status, 404);
  });

  it('on the system give a system scope', async () => {
    const path = `/system/users/${act.userId('reader')}/roles/${await act.roleId('reader')}`;
    assert.equal((await act.asAdmin('PUT', path)).status, 204);
    assert.equal((await act.asAdmin('GET', path)).status, 204);
    const scoped = await to.send('POST', '/auth/tokens', {
      body: passwordAuth('reader', canary('reader-secret'), { system: { all: true } }),
    });
    assert.equal(scoped.status, 201);
    assert.equal((await act.asAdmin('DELETE', path)).status, 204);
  });

  it('name what does not exist', async () => {
    const role = await act.roleId('member');
    const answer = await act.asAdmin('PUT', `/projects/nowhere/users/${act.userId('demo')}/roles/${role}`);
    assert.equal(answer.status, 404);
    assert.equal(answer.body.error.message, 'Could not find project: nowhere.');
  });

  it('are listed with their filters, names and implied roles', async () => {
    const path = `/role_assignments?user.id=${act.userId('admin')}`;
    const plain = (await act.asAdmin('GET', path)).body.role_assignments;
    assert.equal(plain.length, 2);
    assert.equal('name' in plain[0].user, false);
    const named = (await act.asAdmin('GET', `${path}&include_names=True&scope.system=all`)).body.role_assignments;
    assert.deepEqual(
      named.map((one: { role: { name: string }; scope: unknown }) => [one.role.name, one.scope]),
      [['admin', { system: { all: true } }]],
    );
    assert.equal((await act.asAdmin('GET', `${path}&effective`)).body.role_assignments.length, 8);
  });
});
