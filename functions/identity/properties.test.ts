// What clients add to things, and what holds them: attributes of their own, and the option `immutable`.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type TestIdentity, testIdentity } from '../../test/harness/identity.ts';
import { type IdentityActions, identityActions } from '../../test/harness/identity-actions.ts';

let to: TestIdentity;
let act: IdentityActions;
before(async () => {
  to = await testIdentity();
  act = await identityActions(to);
});
after(() => to.close());

const kinds = ['user', 'project', 'group', 'domain', 'role'] as const;

for (const kind of kinds) {
  describe(`a ${kind}`, () => {
    const make = async (name: string, more: object = {}) => {
      const wanted = Object.fromEntries([['name', name], ...Object.entries(more)]);
      const answer = await act.asAdmin('POST', `/${kind}s`, { [kind]: wanted });
      assert.equal(answer.status, 201, JSON.stringify(answer.body));
      return answer.body[kind];
    };
    const change = (id: string, patch: object) => act.asAdmin('PATCH', `/${kind}s/${id}`, { [kind]: patch });
    const shown = async (id: string) => (await act.asAdmin('GET', `/${kind}s/${id}`)).body[kind];

    it('keeps attributes of any name and kind, and shows them wherever it is shown', async () => {
      const team = { lead: 'ann', size: 3, list: [null, { a: null }] };
      const made = await make('extended', { team, phone: '1', nothing: null });
      assert.deepEqual([made.team, made.phone, 'nothing' in made], [team, '1', false]);
      const changed = (await change(made.id, { phone: null, room: 'B', description: 'x' })).body[kind];
      assert.deepEqual([changed.team, 'phone' in changed, changed.room, changed.description], [team, false, 'B', 'x']);
      assert.deepEqual(await shown(made.id), changed);
      const listed = (await act.asAdmin('GET', `/${kind}s?name=extended`)).body[`${kind}s`];
      assert.deepEqual(listed, [changed]);
    });

    it('never has an attribute of its own replaced by one that a client adds', async () => {
      const sent = '{"links": {"self": "http://evil"}, "id": "chosen", "__proto__": {"enabled": 5, "description": 5}}';
      const made = await make('sober', JSON.parse(sent));
      assert.notEqual(made.id, 'chosen');
      assert.match(made.links.self, /^http:\/\/keystone\.test\//);
      assert.deepEqual(await shown(made.id), made);
      assert.equal((await change(made.id, { id: 'other' })).status, 400);
      assert.equal((await change(made.id, { id: made.id, description: 'y' })).status, 200);
    });

    it('refuses what cannot be kept, and keeps what it had', async () => {
      const made = await make('full', { a: 'b' });
      for (const bad of [{ x: '\u0000' }, { 'a\u0000': 1 }, { ['k'.repeat(256)]: 1 }, { big: 'x'.repeat(5000) }]) {
        const answer = await change(made.id, bad);
        assert.equal(answer.status, 400, JSON.stringify(bad).slice(0, 50));
        assert.ok(answer.body.error.message.length > 10);
      }
      assert.equal(
        (await act.asAdmin('POST', `/${kind}s`, { [kind]: { name: 'z', y: 'x'.repeat(5000) } })).status,
        400,
      );
      assert.deepEqual(await shown(made.id), made);
    });

    it('stays in its domain', async () => {
      const { domain } = (await act.asAdmin('POST', '/domains', { domain: { name: `other-${kind}` } })).body;
      if (kind === 'domain') return;
      const made = await make('settled');
      assert.equal((await change(made.id, { domain_id: domain.id })).status, 400);
      if (kind === 'role') return;
      assert.equal((await change(made.id, { domain_id: 'default', description: 'z' })).status, 200);
      assert.equal((await change('absent', { domain_id: 'default' })).status, 404);
    });

    if (kind === 'user' || kind === 'group') return;
    it('that is immutable is neither changed nor deleted before that is taken off', async () => {
      const made = await make('held', { options: { immutable: true } });
      assert.deepEqual(made.options, { immutable: true });
      const path = `/${kind}s/${made.id}`;
      const patches = [{ name: 'x' }, { a: 'b' }, { options: { immutable: true } }, { options: {} }];
      const off = { options: { immutable: false } };
      for (const patch of [...patches, { description: 'x', ...off }, { a: 'b', ...off }]) {
        const answer = await change(made.id, patch);
        assert.equal(answer.status, 403, JSON.stringify(patch));
        assert.match(answer.body.error.message, /immutable/);
      }
      if (kind === 'domain') assert.equal((await change(made.id, { enabled: false })).status, 403);
      assert.equal((await act.asAdmin('DELETE', path)).status, 403);
      assert.deepEqual(await shown(made.id), made);
      const freed = await change(made.id, { options: { immutable: false } });
      assert.equal(freed.status, 200);
      assert.equal((await change(made.id, { name: 'moved', enabled: false })).status, 200);
      assert.equal((await act.asAdmin('DELETE', path)).status, 204);
      assert.equal((await change(made.id, { options: { unknown: true } })).status, 400);
    });
  });
}

describe('the roles that policies name', () => {
  it('stay immutable', async () => {
    const id = await act.roleId('member');
    const answer = await act.asAdmin('PATCH', `/roles/${id}`, { role: { options: { immutable: false } } });
    assert.equal(answer.status, 403);
  });
});
