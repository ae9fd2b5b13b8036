// Roles that come from elsewhere: by a group, by inheritance, by implication.
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

const admin = (method: string, path: string, body?: unknown) => act.asAdmin(method, path, body);
const done = async (method: string, path: string) => assert.equal((await admin(method, path)).status, 204, path);
const make = async (kind: string, fields: object) => {
  const told = await admin('POST', `/${kind}s`, { [kind]: fields });
  assert.equal(told.status, 201, JSON.stringify(told.body));
  return told.body[kind];
};
const password = canary('of-a-member');

/** A user without any role, and how it signs in. */
async function someone(name: string) {
  const user = await make('user', { name, password });
  const enter = (scope?: object) => to.send('POST', '/auth/tokens', { body: passwordAuth(name, password, scope) });
  const rolesOn = async (scope: object) => {
    const told = await enter(scope);
    return told.status === 201 ? told.body.token.roles.map((role: { name: string }) => role.name) : told.status;
  };
  const tokenOn = async (scope: object) => (await enter(scope)).headers.get('x-subject-token') ?? '';
  return { id: user.id, rolesOn, tokenOn };
}

const on = (project: { id: string }) => ({ project: { id: project.id } });

describe('a group', () => {
  it('gives its roles to its users, and takes them with their tokens when they leave it', async () => {
    const ann = await someone('ann');
    const project = await make('project', { name: 'shared' });
    const group = await make('group', { name: 'team', description: 'a team' });
    assert.deepEqual([group.domain_id, group.description], ['default', 'a team']);
    const member = `/groups/${group.id}/users/${ann.id}`;
    const grant = `/projects/${project.id}/groups/${group.id}/roles/${await act.roleId('member')}`;
    await done('PUT', grant);
    assert.equal(await ann.rolesOn(on(project)), 401);
    assert.equal((await admin('GET', member)).status, 404);
    await done('PUT', member);
    await done('PUT', member);
    await done('GET', member);
    assert.deepEqual(await ann.rolesOn(on(project)), ['member', 'reader']);
    const mine = (path: string) => admin('GET', path).then(({ body }) => body);
    assert.deepEqual((await mine(`/groups/${group.id}/users`)).users.length, 1);
    assert.deepEqual((await mine(`/users/${ann.id}/groups`)).groups[0].name, 'team');
    assert.deepEqual((await mine(`/users/${ann.id}/projects`)).projects[0].name, 'shared');
    const assigned = (await mine(`/role_assignments?group.id=${group.id}&include_names`)).role_assignments;
    assert.deepEqual([assigned.length, assigned[0].group.name, assigned[0].user], [1, 'team', undefined]);
    const effective = (await mine(`/role_assignments?user.id=${ann.id}&effective&include_names`)).role_assignments;
    assert.deepEqual(
      effective.map((one: { role: { name: string }; user: { name: string } }) => [one.role.name, one.user.name]).sort(),
      [
        ['member', 'ann'],
        ['reader', 'ann'],
      ],
    );
    const token = await ann.tokenOn(on(project));
    assert.equal(await act.isValid(token), true);
    await done('DELETE', member);
    assert.equal(await act.isValid(token), false);
    to.pass(1);
    assert.equal(await ann.rolesOn(on(project)), 401);
    await done('PUT', member);
    const again = await ann.tokenOn(on(project));
    await done('DELETE', grant);
    assert.equal(await act.isValid(again), false);
    await done('DELETE', `/groups/${group.id}`);
    assert.equal((await admin('GET', `/groups/${group.id}`)).status, 404);
  });

  it('is renamed, and has a name of its own in its domain', async () => {
    const one = await make('group', { name: 'one' });
    await make('group', { name: 'two' });
    const rename = (name: string) => admin('PATCH', `/groups/${one.id}`, { group: { name } });
    assert.equal((await rename('two')).status, 409);
    assert.equal((await rename('three')).body.group.name, 'three');
    assert.equal((await admin('GET', '/groups?name=three')).body.groups.length, 1);
  });

  it('is for admins', async () => {
    const { token, user } = await act.persona('plain', 'member');
    const as = act.as(token);
    assert.equal((await as('GET', '/groups')).status, 403);
    assert.equal((await as('POST', '/groups', { group: { name: 'mine' } })).status, 403);
    assert.equal((await as('GET', `/users/${user.id}/groups`)).status, 200);
  });
});

describe('an inherited role', () => {
  it('on a domain is for every project of the domain, and not for the domain', async () => {
    const ben = await someone('ben');
    const domain = await make('domain', { name: 'inherits' });
    const inside = await make('project', { name: 'inside', domain_id: domain.id });
    const outside = await make('project', { name: 'outside' });
    const role = await act.roleId('reader');
    const grant = `/OS-INHERIT/domains/${domain.id}/users/${ben.id}/roles/${role}/inherited_to_projects`;
    assert.equal((await admin('GET', grant)).status, 404);
    await done('PUT', grant);
    await done('GET', grant);
    assert.deepEqual(await ben.rolesOn(on(inside)), ['reader']);
    assert.equal(await ben.rolesOn(on(outside)), 401);
    assert.equal(await ben.rolesOn({ domain: { id: domain.id } }), 401);
    const mine = await admin('GET', `/users/${ben.id}/projects`);
    assert.deepEqual(
      mine.body.projects.map((one: { name: string }) => one.name),
      ['inside'],
    );
    const [assigned] = (await admin('GET', `/role_assignments?user.id=${ben.id}`)).body.role_assignments;
    assert.equal(assigned.scope['OS-INHERIT:inherited_to'], 'projects');
    assert.match(
      assigned.links.assignment,
      /\/OS-INHERIT\/domains\/\w+\/users\/\w+\/roles\/\w+\/inherited_to_projects$/,
    );
    const effective = await admin('GET', `/role_assignments?user.id=${ben.id}&effective`);
    assert.deepEqual(
      effective.body.role_assignments.map((one: { scope: object }) => one.scope),
      [{ project: { id: inside.id } }],
    );
    const listed = `/OS-INHERIT/domains/${domain.id}/users/${ben.id}/roles/inherited_to_projects`;
    assert.deepEqual((await admin('GET', listed)).body.roles.length, 1);
    const token = await ben.tokenOn(on(inside));
    await done('DELETE', grant);
    assert.equal(await act.isValid(token), false);
    assert.equal((await admin('DELETE', grant)).status, 404);
  });

  it('on a project is for the projects below it, however deep, and not for itself', async () => {
    const cat = await someone('cat');
    const top = await make('project', { name: 'top' });
    const middle = await make('project', { name: 'middle', parent_id: top.id });
    const low = await make('project', { name: 'low', parent_id: middle.id });
    assert.deepEqual([top.parent_id, middle.parent_id], ['default', top.id]);
    const role = await act.roleId('member');
    await done('PUT', `/OS-INHERIT/projects/${top.id}/users/${cat.id}/roles/${role}/inherited_to_projects`);
    assert.equal(await cat.rolesOn(on(top)), 401);
    assert.deepEqual(await cat.rolesOn(on(middle)), ['member', 'reader']);
    assert.deepEqual(await cat.rolesOn(on(low)), ['member', 'reader']);
    const mine = await admin('GET', `/users/${cat.id}/projects`);
    assert.deepEqual(mine.body.projects.map((one: { name: string }) => one.name).sort(), ['low', 'middle']);
    const below = await admin('GET', `/projects?parent_id=${top.id}`);
    assert.deepEqual(
      below.body.projects.map((one: { name: string }) => one.name),
      ['middle'],
    );
    assert.equal((await admin('DELETE', `/projects/${middle.id}`)).status, 403);
    await done('DELETE', `/projects/${low.id}`);
    await done('DELETE', `/projects/${middle.id}`);
    const nowhere = await admin('POST', '/projects', { project: { name: 'x', parent_id: 'none' } });
    assert.equal(nowhere.status, 400);
  });
});

describe('a role that implies another', () => {
  it('gives it from then on, and takes it with the tokens when it no longer does', async () => {
    const dan = await someone('dan');
    const project = await make('project', { name: 'implying' });
    const operator = await make('role', { name: 'operator' });
    const reader = await act.roleId('reader');
    await done('PUT', `/projects/${project.id}/users/${dan.id}/roles/${operator.id}`);
    assert.deepEqual(await dan.rolesOn(on(project)), ['operator']);
    const implies = `/roles/${operator.id}/implies/${reader}`;
    assert.equal((await admin('GET', implies)).status, 404);
    const made = await admin('PUT', implies);
    assert.equal(made.status, 201);
    assert.equal(made.body.role_inference.implies.name, 'reader');
    assert.equal((await admin('PUT', implies)).status, 201);
    assert.equal((await admin('GET', implies)).status, 200);
    assert.deepEqual(await dan.rolesOn(on(project)), ['operator', 'reader']);
    const token = await dan.tokenOn(on(project));
    await done('DELETE', implies);
    assert.equal(await act.isValid(token), false);
    to.pass(1);
    assert.deepEqual(await dan.rolesOn(on(project)), ['operator']);
  });

  it('never gives admin, and the built-in ones stay', async () => {
    const [admins, member, reader] = [
      await act.roleId('admin'),
      await act.roleId('member'),
      await act.roleId('reader'),
    ];
    assert.equal((await admin('PUT', `/roles/${reader}/implies/${admins}`)).status, 403);
    assert.equal((await admin('GET', `/roles/${reader}/implies/${admins}`)).status, 404);
    assert.equal((await admin('DELETE', `/roles/${member}/implies/${reader}`)).status, 403);
    assert.equal((await admin('GET', `/roles/${member}/implies/${reader}`)).status, 200);
    assert.equal((await admin('PUT', `/roles/none/implies/${reader}`)).status, 404);
  });
});
