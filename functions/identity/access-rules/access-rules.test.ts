import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { passwordAuth, signIn, type TestIdentity, testIdentity } from '../../../test/harness/identity.ts';
import { type IdentityActions, identityActions, type Persona } from '../../../test/harness/identity-actions.ts';

let to: TestIdentity;
let act: IdentityActions;
before(async () => {
  to = await testIdentity();
  act = await identityActions(to);
});
after(() => to.close());

const read = { service: 'volumev3', method: 'GET', path: '/v3/*/volumes/**' };
const list = { service: 'block-storage', method: 'GET', path: '/v3/{project_id}/volumes' };
let count = 0;

/** A credential of that user with those rules. */
async function credentialOf(made: Persona, access_rules: unknown, more: object = {}) {
  count += 1;
  const wanted = { name: `ruled-${count}`, access_rules, ...more };
  const path = `/users/${made.user.id}/application_credentials`;
  return act.as(made.token)('POST', path, { application_credential: wanted });
}

async function tokenOf(credential: { id: string; secret: string }): Promise<string> {
  const { id, secret } = credential;
  const auth = { identity: { methods: ['application_credential'], application_credential: { id, secret } } };
  const answer = await to.send('POST', '/auth/tokens', { body: { auth } });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return answer.headers.get('x-subject-token') ?? '';
}

const ruled = async (made: Persona, rules: unknown, more: object = {}) =>
  tokenOf((await credentialOf(made, rules, more)).body.application_credential);

describe('access rules', () => {
  it('are kept and shown with the credential, and listed by themselves', async () => {
    const made = await act.persona('keeper', 'member');
    const first = (await credentialOf(made, [read, list, read])).body.application_credential;
    assert.deepEqual(
      first.access_rules.map(({ id: _, ...rule }: { id: string }) => rule),
      [list, read],
    );
    const shown = await act.asAdmin('GET', `/users/${made.user.id}/application_credentials/${first.id}`);
    assert.deepEqual(shown.body.application_credential.access_rules, first.access_rules);
    const [a, b] = first.access_rules;
    const second = (await credentialOf(made, [{ id: a.id }, { ...read }])).body.application_credential;
    assert.deepEqual(second.access_rules, [a, b]);
    const path = `/users/${made.user.id}/access_rules`;
    const listed = (await act.as(made.token)('GET', path)).body.access_rules;
    assert.deepEqual(listed.map((one: { id: string }) => one.id).sort(), [a.id, b.id].sort());
    assert.equal((await act.as(made.token)('GET', `${path}?service=volumev3`)).body.access_rules[0].path, read.path);
    assert.equal((await act.as(made.token)('GET', `${path}/${a.id}`)).body.access_rule.method, 'GET');
    const plain = (await credentialOf(made, [])).body.application_credential;
    assert.equal('access_rules' in plain, false);
  });

  it('are deleted when no credential has them, by their user or an admin', async () => {
    const made = await act.persona('deleter', 'member');
    const { id, access_rules } = (await credentialOf(made, [read])).body.application_credential;
    const path = `/users/${made.user.id}/access_rules/${access_rules[0].id}`;
    assert.equal((await act.as(made.token)('DELETE', path)).status, 403);
    await act.as(made.token)('DELETE', `/users/${made.user.id}/application_credentials/${id}`);
    const demo = await signIn(to, 'demo');
    for (const method of ['GET', 'DELETE']) assert.equal((await act.as(demo)(method, path)).status, 403);
    assert.equal((await act.as(made.token)('DELETE', path)).status, 204);
    assert.equal((await act.as(made.token)('DELETE', path)).status, 404);
    assert.equal((await act.asAdmin('DELETE', `/users/${made.user.id}`)).status, 204);
  });

  it('go with their user, credentials and all', async () => {
    const made = await act.persona('goner', 'member');
    await credentialOf(made, [read, list]);
    assert.equal((await act.asAdmin('DELETE', `/users/${made.user.id}`)).status, 204);
  });

  it('that say too little, too much or of another user are refused', async () => {
    const made = await act.persona('wrong', 'member');
    const other = await act.persona('wrong-other', 'member');
    const theirs = (await credentialOf(other, [read])).body.application_credential.access_rules[0].id;
    const bad: readonly unknown[] = [
      [{ service: 'volumev3', method: 'GET' }],
      [{ ...read, method: 'BREW' }],
      [{ ...read, path: 'v3' }],
      [{ ...read, extra: 1 }],
      [{ ...read, path: `/${'x'.repeat(255)}` }],
      Array.from({ length: 40 }, (_, n) => ({ ...read, path: `/${'x'.repeat(100)}${n}` })),
      'text',
      [null],
    ];
    for (const rules of bad) assert.equal((await credentialOf(made, rules)).status, 400, JSON.stringify(rules));
    assert.equal((await credentialOf(made, [{ id: theirs }])).status, 404);
    assert.deepEqual((await act.as(made.token)('GET', `/users/${made.user.id}/access_rules`)).body.access_rules, []);
  });
});

describe('a token with access rules', () => {
  it('does what they allow and nothing else, in Block Storage and in identity', async () => {
    const made = await act.persona('held', 'member');
    const token = await ruled(made, [read, list, { service: 'identity', method: 'GET', path: '/identity/v3/auth/*' }]);
    const ask = async (method: string, path: string, body?: unknown) =>
      (await to.sendTo(method, path, body === undefined ? { token } : { token, body })).status;
    const project = made.project.id;
    assert.equal(await ask('GET', `/v3/${project}/volumes`), 200);
    assert.equal(await ask('GET', `/v3/${project}/volumes/detail`), 200);
    assert.equal(await ask('GET', '/v3/volumes'), 403);
    assert.equal(await ask('POST', `/v3/${project}/volumes`, { volume: { size: 1 } }), 403);
    assert.equal(await ask('GET', `/v3/${project}/snapshots`), 403);
    assert.equal(await ask('GET', `/v3/${project}/volumes/../snapshots`), 403);
    assert.equal(await ask('GET', '/identity/v3/auth/projects'), 200);
    assert.equal(await ask('GET', `/identity/v3/users/${made.user.id}`), 403);
    assert.equal(await ask('GET', '/nowhere'), 403);
    assert.equal(await ask('GET', '/key-manager/v1/secrets'), 403);
    // What needs no token is nobody's to allow.
    assert.equal(await ask('GET', '/identity/v3'), 200);
    const refused = await to.sendTo('GET', '/v3/volumes', { token });
    assert.match(refused.body.forbidden.message, /access rules .* GET \/v3\/volumes/);
  });

  it('shows them, and is told of only to who holds tokens to them', async () => {
    const made = await act.persona('shown', 'member');
    const token = await ruled(made, [read]);
    const own = await to.send('GET', '/auth/tokens', { token, headers: { 'X-Subject-Token': token } });
    assert.deepEqual(own.body.token.application_credential.access_rules[0].path, read.path);
    const admin = await signIn(to, 'admin');
    const asked = (headers: Record<string, string>) =>
      to.send('GET', '/auth/tokens', { token: admin, headers: { 'X-Subject-Token': token, ...headers } });
    assert.equal((await asked({})).status, 404);
    assert.equal((await asked({ 'OpenStack-Identity-Access-Rules': 'x' })).status, 404);
    assert.equal((await asked({ 'OpenStack-Identity-Access-Rules': '1.0' })).status, 200);
  });

  it('makes no credential that is held to fewer', async () => {
    const made = await act.persona('maker', 'member');
    const rules = ['POST', 'DELETE', 'GET'].map((method) => ({ service: 'identity', method, path: '/**' }));
    const token = await ruled(made, rules, { unrestricted: true });
    const path = `/users/${made.user.id}/application_credentials`;
    assert.equal((await act.as(token)('GET', path)).status, 200);
    assert.equal((await act.as(token)('POST', path, { application_credential: { name: 'free' } })).status, 403);
    const body = { auth: { identity: { methods: ['token'], token: { id: token } } } };
    assert.equal((await to.send('POST', '/auth/tokens', { body })).status, 403);
  });

  it('is not held to them where a service goes on with what its user began', async () => {
    const made = await act.persona('served', 'member');
    const token = await ruled(made, [{ service: 'compute', method: 'POST', path: '/**' }]);
    const path = `/v3/${made.project.id}/volumes`;
    assert.equal((await to.sendTo('GET', path, { token })).status, 403);
    const service = await act.persona('nova', 'service');
    const by = (other: string) => to.sendTo('GET', path, { token, headers: { 'X-Service-Token': other } });
    assert.equal((await by(service.token)).status, 200);
    assert.equal((await by(made.token)).status, 403);
    assert.equal((await by('forged')).status, 403);
    assert.equal((await by(await ruled(service, [read]))).status, 403);
  });

  it('is what signing in with a password beside the credential gives, too', async () => {
    const made = await act.persona('both', 'member');
    const { id, secret } = (await credentialOf(made, [read])).body.application_credential;
    const { identity } = passwordAuth('both', made.password).auth;
    const methods = ['password', 'application_credential'];
    const body = { auth: { identity: { ...identity, methods, application_credential: { id, secret } } } };
    const answer = await to.send('POST', '/auth/tokens', { body });
    const token = answer.headers.get('x-subject-token') ?? '';
    assert.equal((await to.sendTo('GET', '/v3/volumes', { token })).status, 403);
    assert.equal((await to.sendTo('GET', `/v3/${made.project.id}/volumes/detail`, { token })).status, 200);
  });
});
