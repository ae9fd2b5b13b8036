// A token that is over, where a service goes on with what its user began (allow_expired).
import assert from 'node:assert/strict';
import { afterEach, beforeEach, it } from 'node:test';
import { projectScope, signIn, type TestIdentity, testIdentity } from '../../../test/harness/identity.ts';
import { type IdentityActions, identityActions, type Persona } from '../../../test/harness/identity-actions.ts';

let to: TestIdentity;
let act: IdentityActions;
let nova: Persona;
let over: string;
beforeEach(async () => {
  to = await testIdentity();
  act = await identityActions(to);
  nova = await act.persona('nova', 'service');
  over = await signIn(to, 'demo', projectScope('demo'));
});
afterEach(() => to.close());

/** The service user's token of now. */
const own = () => signIn(to, 'nova', nova.scope, nova.password);
const listed = async (headers: Record<string, string>, token = over) =>
  (await to.sendTo('GET', '/v3/volumes', { token, headers })).status;
const shown = async (token: string, query: string, subject = over, method = 'GET') =>
  (await to.send(method, `/auth/tokens${query}`, { token, headers: { 'X-Subject-Token': subject } })).status;

it('is good for Block Storage with a good service token, for two days', async () => {
  to.pass(3600);
  const service = await own();
  assert.equal(await listed({}), 401);
  assert.equal(await listed({ 'X-Service-Token': service }), 200);
  assert.equal(await listed({ 'X-Service-Token': await signIn(to, 'admin', projectScope('admin')) }), 401);
  assert.equal(await listed({ 'X-Service-Token': over }, over), 401);
  to.pass(3600);
  assert.equal(await listed({ 'X-Service-Token': service }), 401, 'the service token is over itself');
  to.pass(47 * 3600 - 1);
  assert.equal(await listed({ 'X-Service-Token': await own() }), 200);
  to.pass(1);
  assert.equal(await listed({ 'X-Service-Token': await own() }), 401);
});

it('is shown to a service that asks for it so, and to nobody who may not see it', async () => {
  to.pass(3600);
  const service = await own();
  for (const method of ['GET', 'HEAD']) {
    assert.equal(await shown(service, '', over, method), 404);
    assert.equal(await shown(service, '?allow_expired=1', over, method), 200);
  }
  assert.equal(await shown(service, '?allow_expired=0'), 404);
  assert.equal(await shown(await signIn(to, 'reader', projectScope('demo')), '?allow_expired=1'), 403);
  to.pass(48 * 3600);
  assert.equal(await shown(await own(), '?allow_expired=1'), 404);
});

it('signs nobody in, and is not revived', async () => {
  to.pass(3600);
  const auth = { identity: { methods: ['token'], token: { id: over } } };
  assert.equal((await to.send('POST', '/auth/tokens', { body: { auth } })).status, 404);
  assert.equal(await shown(over, '?allow_expired=1'), 401);
});

it('that was revoked is refused as long, also by a process that was started since', async () => {
  const other = await signIn(to, 'reader', projectScope('demo'));
  await to.send('DELETE', '/auth/tokens', { token: over, headers: { 'X-Subject-Token': over } });
  to.pass(30 * 3600);
  assert.equal(await listed({ 'X-Service-Token': await own() }), 401);
  assert.equal(await shown(await own(), '?allow_expired=1'), 404);
  const second = await to.second();
  assert.equal(await second.identity.authenticate(over, { allowExpired: true }), null);
  assert.notEqual(await second.identity.authenticate(other, { allowExpired: true }), null);
  to.pass(1);
  // A role that is taken from the user after the token's end counts too.
  const reader = to.users.find((user) => user.name === 'reader');
  const asAdmin = act.as(await signIn(to, 'admin'));
  const path = `/projects/${reader?.projectId}/users/${reader?.userId}/roles/${(await asAdmin('GET', '/roles?name=reader')).body.roles[0].id}`;
  assert.equal((await asAdmin('DELETE', path)).status, 204);
  assert.equal(await listed({ 'X-Service-Token': await own() }, other), 401);
});

it('is checked by a key that was replaced since', async () => {
  to.pass(3600);
  await to.keys.rotate();
  to.pass(20 * 3600);
  await to.keys.rotate();
  to.pass(20 * 3600);
  await to.keys.rotate();
  assert.equal(await listed({ 'X-Service-Token': await own() }), 200);
});
