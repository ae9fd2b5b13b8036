import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type TestIdentity, testIdentity } from '../../../test/harness/identity.ts';
import { type IdentityActions, identityActions } from '../../../test/harness/identity-actions.ts';

let to: TestIdentity;
let act: IdentityActions;
before(async () => {
  to = await testIdentity();
  act = await identityActions(to);
});
after(() => to.close());

const make = async (name: string, more: object = {}) => {
  const answer = await act.asAdmin('POST', '/projects', { project: { name, ...more } });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return answer.body.project;
};
const names = async (path: string) =>
  (await act.asAdmin('GET', path)).body.projects.map((one: { name: string }) => one.name).sort();

describe('lists of projects', () => {
  it('are narrowed by tags: all, any, not all, not any', async () => {
    const { id: domain_id } = (await act.asAdmin('POST', '/domains', { domain: { name: 'tagging' } })).body.domain;
    await make('both', { domain_id, tags: ['a', 'b'] });
    await make('one', { domain_id, tags: ['a', 'ü x'] });
    await make('none', { domain_id });
    const found = (query: string) => names(`/projects?domain_id=${domain_id}&${query}`);
    assert.deepEqual(await found('tags=a,b'), ['both']);
    assert.deepEqual(await found('tags-any=b,%C3%BC%20x'), ['both', 'one']);
    assert.deepEqual(await found('not-tags=a,b'), ['none', 'one']);
    assert.deepEqual(await found('not-tags-any=a,b'), ['none']);
    assert.deepEqual(await found('tags=a&not-tags-any=b'), ['one']);
    assert.deepEqual(await found('tags='), ['both', 'none', 'one']);
  });
});

describe('the tags of a project', () => {
  it('are added, checked, replaced and taken one by one', async () => {
    const { id } = await make('words', { tags: ['x'] });
    const path = `/projects/${id}/tags`;
    assert.equal((await act.asAdmin('PUT', `${path}/a%20b`)).status, 201);
    assert.equal((await act.asAdmin('PUT', `${path}/x`)).status, 201);
    assert.deepEqual((await act.asAdmin('GET', path)).body.tags, ['x', 'a b']);
    assert.equal((await act.asAdmin('HEAD', `${path}/a%20b`)).status, 204);
    assert.equal((await act.asAdmin('GET', `${path}/no`)).status, 404);
    assert.equal((await act.asAdmin('DELETE', `${path}/no`)).status, 404);
    assert.equal((await act.asAdmin('DELETE', `${path}/x`)).status, 204);
    assert.deepEqual((await act.asAdmin('PUT', path, { tags: ['p', 'q', 'p'] })).body.tags, ['p', 'q']);
    assert.equal((await act.asAdmin('PUT', path, { tags: ['a,b'] })).status, 400);
    assert.equal((await act.asAdmin('PUT', `${path}/a,b`)).status, 400);
    assert.equal((await act.asAdmin('DELETE', path)).status, 204);
    assert.deepEqual((await act.asAdmin('GET', `/projects/${id}`)).body.project.tags, []);
    const many = Array.from({ length: 80 }, (_, n) => `t${n}`);
    assert.equal((await act.asAdmin('PUT', path, { tags: many })).status, 200);
    assert.equal((await act.asAdmin('PUT', `${path}/more`)).status, 400);
    assert.equal((await act.asAdmin('GET', '/projects/absent/tags')).status, 404);
    assert.equal((await act.asAdmin('PUT', '/projects/absent/tags/a')).status, 404);
    await act.asAdmin('PATCH', `/projects/${id}`, { project: { options: { immutable: true } } });
    assert.equal((await act.asAdmin('DELETE', path)).status, 403);
  });

  it('are changed by admins, and read by who is in the project', async () => {
    const made = await act.persona('tag-reader', 'reader');
    const path = `/projects/${made.project.id}/tags`;
    assert.equal((await act.as(made.token)('GET', path)).status, 200);
    assert.equal((await act.as(made.token)('PUT', `${path}/a`)).status, 403);
    assert.equal((await act.as(made.token)('DELETE', path)).status, 403);
    const other = await make('untouched');
    assert.equal((await act.as(made.token)('GET', `/projects/${other.id}/tags`)).status, 403);
  });
});

describe('the hierarchy of projects', () => {
  it('is shown upwards and downwards, as ids and as projects', async () => {
    const top = await make('top');
    const middle = await make('middle', { parent_id: top.id });
    const left = await make('left', { parent_id: middle.id });
    const right = await make('right', { parent_id: middle.id });
    const show = async (id: string, query: string, as = act.asAdmin) =>
      (await as('GET', `/projects/${id}?${query}`)).body.project;
    assert.deepEqual((await show(left.id, 'parents_as_ids')).parents, {
      [middle.id]: { [top.id]: { default: null } },
    });
    assert.deepEqual((await show(top.id, 'subtree_as_ids')).subtree, {
      [middle.id]: { [left.id]: null, [right.id]: null },
    });
    assert.equal((await show(left.id, 'subtree_as_ids')).subtree, null);
    const both = await show(middle.id, 'parents_as_list&subtree_as_list');
    const listed = (some: { project: { name: string } }[]) => some.map((one) => one.project.name);
    assert.deepEqual(
      [listed(both.parents), listed(both.subtree)],
      [
        ['top', 'Default'],
        ['left', 'right'],
      ],
    );
    assert.equal(both.parents[1].project.is_domain, true);
    assert.equal((await act.asAdmin('GET', `/projects/${top.id}?parents_as_ids&parents_as_list`)).status, 400);
    assert.equal((await act.asAdmin('GET', '/projects/absent?parents_as_ids')).status, 404);
    assert.ok('default' in ((await show('default', 'parents_as_ids')).parents ?? { default: 1 }));
  });

  it('shows who is no admin only the projects that it has a role on', async () => {
    const parent = await make('above');
    const made = await act.persona('viewer', 'reader');
    const child = await make('child-of-viewer', { parent_id: made.project.id });
    const see = async (query: string) =>
      (await act.as(made.token)('GET', `/projects/${made.project.id}?${query}`)).body.project;
    assert.deepEqual((await see('subtree_as_list')).subtree, []);
    assert.deepEqual((await see('parents_as_list')).parents, []);
    const reader = await act.roleId('reader');
    await act.asAdmin('PUT', `/projects/${child.id}/users/${made.user.id}/roles/${reader}`);
    assert.equal((await see('subtree_as_list')).subtree[0].project.id, child.id);
    assert.equal((await act.as(made.token)('GET', `/projects/${parent.id}?parents_as_list`)).status, 403);
  });
});

describe('a project that acts as a domain', () => {
  it('is a domain: made, listed, changed and deleted as either', async () => {
    const made = await make('both-ways', { is_domain: true, tags: ['t'], kind: 'x' });
    assert.deepEqual([made.is_domain, made.domain_id, made.parent_id, made.kind], [true, null, null, 'x']);
    const path = `/projects/${made.id}`;
    assert.equal((await act.asAdmin('GET', `/domains/${made.id}`)).body.domain.kind, 'x');
    assert.deepEqual(await names('/projects?is_domain=true&tags=t'), ['both-ways']);
    assert.equal((await names('/projects')).includes('both-ways'), false);
    assert.equal((await act.asAdmin('GET', path)).body.project.is_domain, true);
    assert.equal(
      (await act.asAdmin('POST', '/projects', { project: { name: 'both-ways', is_domain: true } })).status,
      409,
    );
    const inside = { name: 'no', is_domain: true, domain_id: 'default' };
    assert.equal((await act.asAdmin('POST', '/projects', { project: inside })).status, 400);
    assert.equal((await act.asAdmin('PATCH', path, { project: { is_domain: false } })).status, 400);
    const renamed = await act.asAdmin('PATCH', path, { project: { is_domain: true, description: 'd' } });
    assert.equal(renamed.body.project.description, 'd');
    assert.equal((await act.asAdmin('DELETE', path)).status, 403);
    assert.equal((await act.asAdmin('PATCH', path, { project: { enabled: false } })).status, 200);
    assert.equal((await act.asAdmin('DELETE', path)).status, 204);
    assert.equal((await act.asAdmin('GET', `/domains/${made.id}`)).status, 404);
    assert.equal((await act.asAdmin('PATCH', path, { project: { name: 'x' } })).status, 404);
    assert.equal((await act.asAdmin('DELETE', path)).status, 404);
  });

  it('is something that no other project becomes', async () => {
    const { id } = await make('plain');
    assert.equal((await act.asAdmin('PATCH', `/projects/${id}`, { project: { is_domain: true } })).status, 400);
    assert.equal((await act.asAdmin('PATCH', `/projects/${id}`, { project: { parent_id: 'x' } })).status, 400);
    const same = { is_domain: false, parent_id: 'default', domain_id: 'default', description: 'same' };
    assert.equal((await act.asAdmin('PATCH', `/projects/${id}`, { project: same })).status, 200);
  });
});
