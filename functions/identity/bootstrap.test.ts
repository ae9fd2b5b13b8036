import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { canary } from '../../test/harness/canaries.ts';
import { passwordAuth, signIn, type TestIdentity, testIdentity } from '../../test/harness/identity.ts';
import { bootstrapIdentity } from './bootstrap.ts';

let to: TestIdentity;
beforeEach(async () => {
  to = await testIdentity();
});
afterEach(() => to.close());

const signs = async (name: string, password: string) =>
  (await to.send('POST', '/auth/tokens', { body: passwordAuth(name, password) })).status;

describe('the first users', () => {
  it('are made once: a second time changes nothing and knows no passwords', async () => {
    const again = await bootstrapIdentity(to.ports, { proposed: { admin: 'other', demo: 'other' } });
    assert.deepEqual(
      again,
      to.users.map((user) => ({ ...user, password: null })),
    );
    assert.equal(await signs('demo', canary('demo-secret')), 201);
  });

  it('keep their tokens when the password insisted on is theirs, and lose them when it is another', async () => {
    const token = await signIn(to, 'admin');
    to.pass(1);
    await bootstrapIdentity(to.ports, { passwords: { admin: canary('admin-secret') } });
    assert.notEqual(await to.ports.identity.authenticate(token), null);
    const [admin] = (await bootstrapIdentity(to.ports, { passwords: { admin: 'new' } })).filter(
      (one) => one.name === 'admin',
    );
    assert.equal(admin?.password, 'new');
    assert.equal(await to.ports.identity.authenticate(token), null);
    assert.deepEqual([await signs('admin', canary('admin-secret')), await signs('admin', 'new')], [401, 201]);
  });

  it('do not come back once the operator has deleted them, nor do roles that were taken away', async () => {
    const token = await signIn(to, 'admin');
    const [demo, reader] = ['demo', 'reader'].map((name) => to.users.find((one) => one.name === name));
    await to.send('DELETE', `/users/${demo?.userId}`, { token });
    const role = (await to.send('GET', '/roles?name=reader', { token })).body.roles[0].id;
    const grant = `/projects/${reader?.projectId}/users/${reader?.userId}/roles/${role}`;
    assert.equal((await to.send('DELETE', grant, { token })).status, 204);
    const now = await bootstrapIdentity(to.ports);
    assert.deepEqual(now.map((one) => one.name).sort(), ['admin', 'reader']);
    assert.equal((await to.send('HEAD', grant, { token })).status, 404);
  });

  it('get passwords that nobody can guess when none is proposed', async () => {
    const token = await signIn(to, 'admin');
    for (const { userId } of to.users) await to.send('DELETE', `/users/${userId}`, { token });
    const made = await bootstrapIdentity(to.ports);
    assert.equal(made.length, 3);
    for (const { name, password } of made) {
      assert.equal(password?.length, 24);
      assert.equal(await signs(name, password ?? ''), 201);
    }
  });
});
