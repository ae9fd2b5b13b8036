import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { passwordAuth, type TestIdentity, testIdentity } from '../../../test/harness/identity.ts';
import { type IdentityActions, identityActions, type Persona } from '../../../test/harness/identity-actions.ts';

let to: TestIdentity;
let act: IdentityActions;

before(async () => {
  to = await testIdentity();
  act = await identityActions(to);
});
after(() => to.close());

const domainNamed = async (name: string): Promise<string> =>
  (await act.asAdmin('POST', '/domains', { domain: { name } })).body.domain.id;
const roleIn = async (domain_id: string | null, name: string) =>
  await act.asAdmin('POST', '/roles', { role: { name, domain_id } });

/** A role of the domain that implies member, given to a user on a project of the domain: with that user's token. */
async function given(name: string, domainId = 'default') {
  const { role } = (await roleIn(domainId, name)).body;
  const implies = `/roles/${role.id}/implies/${await act.roleId('member')}`;
  assert.equal((await act.asAdmin('PUT', implies)).status, 201);
  const user = await act.persona(`${name}-user`, 'reader');
  const ofProject = { project: { name: `${name}-p`, domain_id: domainId } };
  const { project } = (await act.asAdmin('POST', '/projects', ofProject)).body;
  const grant = `/projects/${project.id}/users/${user.user.id}/roles/${role.id}`;
  assert.equal((await act.asAdmin('PUT', grant)).status, 204);
  const scope = { project: { id: project.id } };
  const signIn = () => to.send('POST', '/auth/tokens', { body: passwordAuth(`${name}-user`, user.password, scope) });
  const answer = await signIn();
  to.pass(1);
  return { role, implies, grant, project, user, signIn, answer, token: answer.headers.get('x-subject-token') ?? '' };
}

const names = (roles: readonly { readonly name: string }[]) => roles.map(({ name }) => name).sort();

describe('a role of a domain', () => {
  it('is listed with its domain alone, and its name may be that of a role elsewhere', async () => {
    const one = await domainNamed('listed');
    const made = (await roleIn(one, 'admin')).body.role;
    assert.equal(made.domain_id, one);
    assert.equal((await roleIn(one, 'Admin')).status, 409);
    assert.equal((await roleIn(await domainNamed('listed-2'), 'admin')).status, 201);
    const listed = (await act.asAdmin('GET', `/roles?domain_id=${one}`)).body.roles;
    assert.deepEqual(listed, [(await act.asAdmin('GET', `/roles/${made.id}`)).body.role]);
    const global = (await act.asAdmin('GET', '/roles?name=admin')).body.roles;
    assert.deepEqual(
      global.map((role: { domain_id: string | null }) => role.domain_id),
      [null],
    );
    assert.equal((await roleIn('nowhere', 'x')).status, 404);
    const moved = await act.asAdmin('PATCH', `/roles/${made.id}`, { role: { domain_id: 'default' } });
    assert.equal(moved.status, 400);
    assert.equal((await act.asAdmin('PATCH', `/roles/${made.id}`, { role: { domain_id: one } })).status, 200);
  });

  it('brings what it implies and is in no token, and in no list of what users have in the end', async () => {
    const { answer, role, user, project } = await given('brings');
    assert.deepEqual(names(answer.body.token.roles), ['member', 'reader']);
    const path = `/role_assignments?user.id=${user.user.id}&scope.project.id=${project.id}&include_names`;
    const effective = (await act.asAdmin('GET', `${path}&effective`)).body.role_assignments;
    assert.deepEqual(names(effective.map((one: { role: { name: string } }) => one.role)), ['member', 'reader']);
    const plain = (await act.asAdmin('GET', path)).body.role_assignments;
    assert.deepEqual(
      plain.map((one: { role: object }) => one.role),
      [{ id: role.id, name: 'brings', domain: { id: 'default', name: 'Default' } }],
    );
  });

  it('opens nothing alone, whatever its name', async () => {
    const role = (await roleIn('default', 'admin')).body.role;
    const user = await act.persona('alone', 'reader');
    assert.equal((await act.asAdmin('DELETE', user.grant)).status, 204);
    const path = `/projects/${user.project.id}/users/${user.user.id}/roles/${role.id}`;
    assert.equal((await act.asAdmin('PUT', path)).status, 204);
    to.pass(1);
    const body = passwordAuth('alone', user.password, user.scope);
    assert.equal((await to.send('POST', '/auth/tokens', { body })).status, 401);
  });

  it('is given on projects of its domain only', async () => {
    const role = (await roleIn(await domainNamed('given'), 'here')).body.role;
    const user = await act.persona('elsewhere', 'reader');
    const path = `/projects/${user.project.id}/users/${user.user.id}/roles/${role.id}`;
    const answer = await act.asAdmin('PUT', path);
    assert.equal(answer.status, 403);
    assert.match(answer.body.error.message, /must be in the same domain as the role/);
    assert.equal((await act.asAdmin('HEAD', path)).status, 404);
  });

  it('may imply any role but admin; a role for all domains implies none of a domain', async () => {
    const [one, two] = [await domainNamed('implying-1'), await domainNamed('implying-2')];
    const [prior, other] = [(await roleIn(one, 'prior')).body.role, (await roleIn(two, 'other')).body.role];
    const imply = async (from: string, to: string) => (await act.asAdmin('PUT', `/roles/${from}/implies/${to}`)).status;
    assert.equal(await imply(prior.id, other.id), 201);
    assert.equal(await imply(prior.id, await act.roleId('member')), 201);
    assert.equal(await imply(prior.id, await act.roleId('admin')), 403);
    assert.equal(await imply(await act.roleId('service'), prior.id), 403);
    const path = `/roles/${await act.roleId('service')}/implies/${prior.id}`;
    assert.equal((await act.asAdmin('GET', path)).status, 404);
    const there = await act.asAdmin('HEAD', `/roles/${prior.id}/implies/${other.id}`);
    assert.deepEqual([there.status, there.body], [204, undefined]);
  });
});

describe('a token that a role of a domain has brought roles to', () => {
  const ways: Readonly<Record<string, (one: Awaited<ReturnType<typeof given>>) => Promise<unknown>>> = {
    'the role is deleted': ({ role }) => act.asAdmin('DELETE', `/roles/${role.id}`),
    'it implies them no longer': ({ implies }) => act.asAdmin('DELETE', implies),
    'it is taken away': ({ grant }) => act.asAdmin('DELETE', grant),
  };
  let count = 0;
  for (const [what, happens] of Object.entries(ways)) {
    it(`ends when ${what}`, async () => {
      count += 1;
      const one = await given(`ending-${count}`);
      assert.equal(await act.isValid(one.token), true);
      await happens(one);
      assert.equal(await act.isValid(one.token), false);
      assert.equal((await one.signIn()).status, 401);
    });
  }

  it('ends with its domain, also where it was given on another one', async () => {
    const domainId = await domainNamed('gone');
    const { role, user } = await given('going', domainId);
    const other = await domainNamed('stays');
    assert.equal((await act.asAdmin('PUT', `/domains/${other}/users/${user.user.id}/roles/${role.id}`)).status, 204);
    const token = await onDomain(user, 'going-user', other);
    assert.equal(await act.isValid(token), true);
    to.pass(1);
    const path = `/domains/${domainId}`;
    assert.equal((await act.asAdmin('PATCH', path, { domain: { enabled: false } })).status, 200);
    assert.equal(await act.isValid(token), true);
    assert.equal((await act.asAdmin('DELETE', path)).status, 204);
    assert.equal(await act.isValid(token), false);
    assert.equal((await act.asAdmin('GET', `/roles/${role.id}`)).status, 404);
  });
});

async function onDomain(user: Persona, name: string, id: string): Promise<string> {
  const answer = await to.send('POST', '/auth/tokens', { body: passwordAuth(name, user.password, { domain: { id } }) });
  assert.equal(answer.status, 201);
  return answer.headers.get('x-subject-token') ?? '';
}
