import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { canary } from '../../../test/harness/canaries.ts';
import { passwordAuth, projectScope, signIn, type TestIdentity, testIdentity } from '../../../test/harness/identity.ts';
import { type IdentityActions, identityActions } from '../../../test/harness/identity-actions.ts';

let to: TestIdentity;
let act: IdentityActions;
let demo: string;
before(async () => {
  to = await testIdentity();
  act = await identityActions(to);
  demo = await signIn(to, 'demo');
});
after(() => to.close());

describe('application credentials', () => {
  const path = () => `/users/${act.userId('demo')}/application_credentials`;
  const auth = (id: string, secret: string, scope?: unknown) => ({
    auth: { identity: { methods: ['application_credential'], application_credential: { id, secret } }, scope },
  });

  it('sign in to their project with their roles only, by id or by name', async () => {
    const made = await act.as(demo)('POST', path(), {
      application_credential: { name: 'ci', roles: [{ name: 'reader' }] },
    });
    assert.equal(made.status, 201);
    const { id, secret, unrestricted } = made.body.application_credential;
    assert.equal(unrestricted, false);
    const shown = (await act.as(demo)('GET', `${path()}/${id}`)).body.application_credential;
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
    const made = (await act.as(demo)('POST', path(), { application_credential: { name: 'restricted' } })).body
      .application_credential;
    const signed = await to.send('POST', '/auth/tokens', { body: auth(made.id, made.secret) });
    const token = signed.headers.get('x-subject-token') ?? '';
    assert.equal((await act.as(token)('POST', path(), { application_credential: { name: 'more' } })).status, 403);
    assert.equal((await act.as(token)('DELETE', `${path()}/${made.id}`)).status, 403);
    const body = { auth: { identity: { methods: ['token'], token: { id: token } }, scope: projectScope('demo') } };
    assert.equal((await to.send('POST', '/auth/tokens', { body })).status, 403);
  });

  it('that are deleted take their tokens with them, and those that are over sign nobody in', async () => {
    const expires_at = '2026-11-24T00:00:00';
    const made = (await act.as(demo)('POST', path(), { application_credential: { name: 'short', expires_at } })).body
      .application_credential;
    assert.equal(made.expires_at, '2026-11-24T00:00:00.000000');
    const signed = await to.send('POST', '/auth/tokens', { body: auth(made.id, made.secret) });
    const token = signed.headers.get('x-subject-token') ?? '';
    assert.equal(await act.isValid(token), true);
    to.pass(1);
    assert.equal((await act.as(demo)('DELETE', `${path()}/${made.id}`)).status, 204);
    assert.equal(await act.isValid(token), false);
    const past = { application_credential: { name: 'past', expires_at: '2026-11-22T00:00:00' } };
    assert.equal((await act.as(demo)('POST', path(), past)).status, 400);
  });

  it('never pass on a role that the user does not have', async () => {
    const body = { application_credential: { name: 'more', roles: [{ name: 'admin' }] } };
    assert.equal((await act.as(demo)('POST', path(), body)).status, 400);
  });

  it('pass on a role that the user was given after the token, but not by a token of another credential', async () => {
    const later = (await act.asAdmin('POST', '/roles', { role: { name: 'later' } })).body.role;
    const user = await act.persona('promoted', 'member');
    const own = `/users/${user.user.id}/application_credentials`;
    const free = await act.as(user.token)('POST', own, {
      application_credential: { name: 'free', unrestricted: true },
    });
    const { id, secret } = free.body.application_credential;
    const signed = await to.send('POST', '/auth/tokens', { body: auth(id, secret) });
    const byCredential = signed.headers.get('x-subject-token') ?? '';
    assert.equal((await act.asAdmin('PUT', user.grant.replace(/[^/]+$/, later.id))).status, 204);
    const asked = (name: string) => ({
      application_credential: { name, roles: [{ id: later.id }, { name: 'reader' }] },
    });
    const made = await act.as(user.token)('POST', own, asked('one'));
    assert.equal(made.status, 201);
    assert.deepEqual(
      made.body.application_credential.roles.map((role: { name: string }) => role.name),
      ['later', 'reader'],
    );
    assert.equal((await act.as(byCredential)('POST', own, asked('two'))).status, 400);
  });

  it('are over at a time that is given in microseconds', async () => {
    for (const [given, shown] of [
      ['2026-11-24T00:00:00.106140', '2026-11-24T00:00:00.106140'],
      ['2026-11-24T02:00:00.1234567+02:00', '2026-11-24T00:00:00.123456'],
    ]) {
      const body = { application_credential: { name: `at ${given}`, expires_at: given } };
      const made = (await act.as(demo)('POST', path(), body)).body.application_credential;
      assert.equal(made.expires_at, shown);
      const again = (await act.as(demo)('GET', `${path()}/${made.id}`)).body.application_credential;
      assert.equal(again.expires_at, shown);
    }
  });

  it("of one user never go with another user's password", async () => {
    const made = (await act.as(demo)('POST', path(), { application_credential: { name: 'mixed' } })).body
      .application_credential;
    const both = (name: string) => ({
      auth: {
        identity: {
          ...passwordAuth(name, canary(`${name}-secret`)).auth.identity,
          methods: ['password', 'application_credential'],
          application_credential: { id: made.id, secret: made.secret },
        },
      },
    });
    assert.equal((await to.send('POST', '/auth/tokens', { body: both('demo') })).status, 201);
    assert.equal((await to.send('POST', '/auth/tokens', { body: both('admin') })).status, 401);
  });
});
