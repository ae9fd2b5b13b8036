// The service as a user of its own embedded Keystone.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, it } from 'node:test';
import { IdentityUnavailable } from '../../infra/identity/port.ts';
import { passwordAuth, type TestIdentity, testIdentity } from '../../test/harness/identity.ts';
import { identityActions } from '../../test/harness/identity-actions.ts';
import { ownSession } from './own-session.ts';

let to: TestIdentity;
beforeEach(async () => {
  to = await testIdentity();
});
afterEach(() => to.close());

it('needs no password, is an admin and a service, and signs in once for as long as its token lives', async () => {
  const session = ownSession(to.ports, { name: 'admin', project: 'admin' });
  const token = await session.token();
  assert.equal(await session.token(), token);
  const actor = await to.ports.identity.authenticate(token);
  assert.equal(actor?.userName, 'admin');
  assert.deepEqual(
    ['admin', 'service'].map((role) => actor?.roles.has(role)),
    [true, true],
  );
  to.pass(3541);
  const next = await session.token();
  assert.notEqual(next, token);
  session.drop(next);
  assert.notEqual(await session.token(), next);
});

it('is not locked out by wrong passwords, and locks nobody out', async () => {
  for (let n = 0; n < 20; n += 1) await to.send('POST', '/auth/tokens', { body: passwordAuth('admin', 'wrong') });
  const session = ownSession(to.ports, { name: 'admin', project: 'admin' });
  assert.notEqual(await to.ports.identity.authenticate(await session.token()), null);
});

it('is revoked with what it was made of, and says when there is nobody to be', async () => {
  const act = await identityActions(to);
  const session = ownSession(to.ports, { name: 'demo', project: 'demo' });
  const token = await session.token();
  to.pass(1);
  await act.asAdmin('PATCH', `/users/${act.userId('demo')}`, { user: { enabled: false } });
  assert.equal(await to.ports.identity.authenticate(token), null);
  await assert.rejects(session.token(), IdentityUnavailable);
  await assert.rejects(ownSession(to.ports, { name: 'nobody', project: 'demo' }).token(), IdentityUnavailable);
});
