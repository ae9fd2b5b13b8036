import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { sql } from '../../../infra/database/port.ts';
import { passwordAuth, signIn, type TestIdentity, testIdentity } from '../../../test/harness/identity.ts';
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

describe('names', () => {
  it('of projects and users are unique in their domain', async () => {
    const project = await act.asAdmin('POST', '/projects', { project: { name: 'demo' } });
    assert.equal(project.status, 409);
    assert.equal(
      project.body.error.message,
      'Conflict occurred attempting to store project - it is not permitted to have two projects with the same name in the same domain: demo.',
    );
    assert.equal((await act.asAdmin('POST', '/users', { user: { name: 'demo' } })).status, 409);
  });
});

describe('a user that is disabled or gets another password', () => {
  it('loses its tokens at once, here and in another process, and cannot sign in while disabled', async () => {
    const made = await act.persona('disabled', 'member');
    const other = await to.second();
    assert.notEqual(await other.identity.authenticate(made.token), null);
    to.pass(1);
    await act.asAdmin('PATCH', `/users/${made.user.id}`, { user: { enabled: false } });
    assert.equal(await act.isValid(made.token), false);
    await other.load();
    assert.equal(await other.identity.authenticate(made.token), null);
    const body = passwordAuth('disabled', made.password, made.scope);
    assert.equal((await to.send('POST', '/auth/tokens', { body })).status, 401);
    to.pass(1);
    await act.asAdmin('PATCH', `/users/${made.user.id}`, { user: { enabled: true } });
    assert.equal((await to.send('POST', '/auth/tokens', { body })).status, 201);
    assert.equal(await act.isValid(made.token), false);
  });

  it('changes its own password with the old one, with a token or without', async () => {
    const made = await act.persona('changing', 'member');
    const path = `/users/${made.user.id}/password`;
    const change = (original_password: string, password: string) => ({ user: { original_password, password } });
    to.pass(1);
    for (const send of [act.as(demo), act.as('nobody')]) {
      assert.equal((await send('POST', path, change('wrong', 'new'))).status, 401);
    }
    const nowhere = await act.as(demo)('POST', '/users/absent/password', change('wrong', 'new'));
    assert.equal(nowhere.status, 401);
    assert.equal((await act.as(made.token)('POST', path, change('wrong', 'new'))).status, 401);
    assert.equal((await act.as(made.token)('POST', path, change(made.password, 'new'))).status, 204);
    assert.equal(await act.isValid(made.token), false);
    const signs = async (password: string) =>
      (await to.send('POST', '/auth/tokens', { body: passwordAuth('changing', password) })).status;
    assert.deepEqual([await signs(made.password), await signs('new')], [401, 201]);
    assert.equal((await to.send('POST', path, { body: change('new', 'newer') })).status, 204);
    assert.deepEqual([await signs('new'), await signs('newer')], [401, 201]);
  });

  it('loses nothing when only its description changes', async () => {
    const made = await act.persona('described', 'member');
    to.pass(1);
    const answer = await act.asAdmin('PATCH', `/users/${made.user.id}`, { user: { description: 'y', email: null } });
    assert.equal(answer.body.user.description, 'y');
    assert.equal('email' in answer.body.user, false);
    assert.equal(await act.isValid(made.token), true);
  });
});

describe('revoking a token', () => {
  it('ends that one and no other', async () => {
    const [one, two] = [await signIn(to, 'demo'), await signIn(to, 'demo')];
    const answer = await to.send('DELETE', '/auth/tokens', { token: one, headers: { 'X-Subject-Token': one } });
    assert.equal(answer.status, 204);
    assert.equal(await act.isValid(one), false);
    assert.equal(await act.isValid(two), true);
  });

  it('is forgotten when no token can need it any more', async () => {
    const count = sql('test.revocations', 'SELECT count(*)::int AS count FROM revocations');
    const left = async () => (await to.database.all<{ count: number }>(count))[0]?.count;
    const other = await to.second();
    assert.notEqual(await left(), 0);
    to.pass(50 * 3600); // a token lives an hour, and is taken for two days after it where a service asks
    await other.load();
    assert.equal(await left(), 0);
  });
});
