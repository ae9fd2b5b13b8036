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

const set = (id: string, options: object) => act.asAdmin('PATCH', `/users/${id}`, { user: { options } });
const signsIn = async (body: unknown) => await to.send('POST', '/auth/tokens', { body });

describe('the options of a user', () => {
  it('are shown as they were set, one by one, and taken away by null', async () => {
    const options = { ignore_password_expiry: true, ignore_change_password_upon_first_use: false };
    const { user } = (await act.asAdmin('POST', '/users', { user: { name: 'optional', options } })).body;
    assert.deepEqual(user.options, options);
    assert.equal(user.password_expires_at, null);
    const changed = (await set(user.id, { lock_password: true, ignore_password_expiry: null })).body.user;
    assert.deepEqual(changed.options, { ignore_change_password_upon_first_use: false, lock_password: true });
    assert.deepEqual((await act.asAdmin('GET', `/users/${user.id}`)).body.user.options, changed.options);
  });

  it('are refused when nobody could do what they ask', async () => {
    const { user } = (await act.asAdmin('POST', '/users', { user: { name: 'refusing' } })).body;
    const totp = await set(user.id, { multi_factor_auth_rules: [['password', 'totp']] });
    assert.equal(totp.status, 400);
    assert.match(totp.body.error.message, /totp/);
    const wrong = [{ unknown: true }, { lock_password: 'yes' }, { multi_factor_auth_rules: [[]] }];
    for (const options of [...wrong, { multi_factor_auth_rules: 'password' }, { multi_factor_auth_rules: [[1]] }]) {
      assert.equal((await set(user.id, options)).status, 400, JSON.stringify(options));
      assert.equal((await act.asAdmin('POST', '/users', { user: { name: 'never', options } })).status, 400);
    }
    assert.deepEqual((await act.asAdmin('GET', `/users/${user.id}`)).body.user.options, {});
  });

  it('lock_password keeps the user from changing the password, and not an admin', async () => {
    const made = await act.persona('locked', 'member');
    await set(made.user.id, { lock_password: true });
    const path = `/users/${made.user.id}/password`;
    const user = { original_password: made.password, password: canary('locked-new') };
    const refused = await act.as(made.token)('POST', path, { user });
    assert.equal(refused.status, 400);
    assert.match(refused.body.error.message, /locked/);
    assert.equal((await act.as(made.token)('POST', path, { user: { ...user, original_password: 'no' } })).status, 401);
    assert.equal((await signsIn(passwordAuth('locked', made.password))).status, 201);
    await set(made.user.id, { lock_password: false });
    assert.equal((await act.as(made.token)('POST', path, { user })).status, 204);
  });

  it('ignore_lockout_failure_attempts lets the right password in, however many wrong ones came before', async () => {
    for (const isIgnored of [false, true]) {
      const made = await act.persona(`guessed-${isIgnored}`, 'member');
      if (isIgnored) await set(made.user.id, { ignore_lockout_failure_attempts: true });
      for (let n = 0; n < 12; n += 1) await signsIn(passwordAuth(`guessed-${isIgnored}`, 'wrong'));
      const right = await signsIn(passwordAuth(`guessed-${isIgnored}`, made.password));
      assert.equal(right.status, isIgnored ? 201 : 429);
    }
  });
});

describe('multi-factor rules', () => {
  it('let nobody in who does not fulfil one of them, once they are enabled', async () => {
    const made = await act.persona('factors', 'member');
    const path = `/users/${made.user.id}/application_credentials`;
    const credential = (await act.as(made.token)('POST', path, { application_credential: { name: 'second' } })).body
      .application_credential;
    const { identity } = passwordAuth('factors', made.password).auth;
    const second = { id: credential.id, secret: credential.secret };
    const byBoth = {
      identity: { ...identity, methods: ['password', 'application_credential'], application_credential: second },
    };
    const bySecond = { identity: { methods: ['application_credential'], application_credential: second } };
    await set(made.user.id, { multi_factor_auth_rules: [['password', 'application_credential']] });
    assert.equal((await signsIn({ auth: { identity } })).status, 201);
    await set(made.user.id, { multi_factor_auth_enabled: true });
    const one = await signsIn({ auth: { identity } });
    assert.equal(one.status, 401);
    assert.match(one.body.error.message, /password and application_credential/);
    const wrong = await signsIn(passwordAuth('factors', 'wrong'));
    assert.equal(wrong.status, 401);
    assert.doesNotMatch(wrong.body.error.message, /application_credential/);
    assert.equal((await signsIn({ auth: bySecond })).status, 401);
    assert.equal((await signsIn({ auth: byBoth })).status, 201);
    await set(made.user.id, {
      multi_factor_auth_rules: [['password', 'application_credential'], ['application_credential']],
    });
    assert.equal((await signsIn({ auth: bySecond })).status, 201);
    await set(made.user.id, { multi_factor_auth_enabled: false });
    assert.equal((await signsIn({ auth: { identity } })).status, 201);
  });
});

describe('users who come from elsewhere', () => {
  it('are none, and passwords that expire are none', async () => {
    for (const query of ['idp_id=x', 'protocol_id=x', 'unique_id=x', 'password_expires_at=lt:2030-01-01T00:00:00Z']) {
      assert.deepEqual((await act.asAdmin('GET', `/users?${query}`)).body.users, [], query);
    }
  });
});
