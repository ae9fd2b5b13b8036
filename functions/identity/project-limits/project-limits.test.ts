import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type TestIdentity, testIdentity } from '../../../test/harness/identity.ts';
import { type IdentityActions, identityActions } from '../../../test/harness/identity-actions.ts';

let to: TestIdentity;
let act: IdentityActions;
let compute: string;
before(async () => {
  to = await testIdentity();
  act = await identityActions(to);
  compute = (await act.asAdmin('POST', '/services', { service: { type: 'compute', name: 'nova' } })).body.service.id;
});
after(() => to.close());

const register = (...limits: object[]) =>
  act.asAdmin('POST', '/registered_limits', {
    registered_limits: limits.map((one) => ({ service_id: compute, default_limit: 10, ...one })),
  });
const limit = (...limits: object[]) =>
  act.asAdmin('POST', '/limits', {
    limits: limits.map((one) => ({ service_id: compute, resource_limit: 5, ...one })),
  });

describe('registered limits', () => {
  it('are made together, each once, and listed by service, region and resource', async () => {
    const made = await register({ resource_name: 'cores' }, { resource_name: 'cores', region_id: 'RegionOne' });
    assert.equal(made.status, 201);
    assert.deepEqual(
      made.body.registered_limits.map((one: { region_id: string | null }) => one.region_id),
      [null, 'RegionOne'],
    );
    const again = await register({ resource_name: 'other' }, { resource_name: 'cores' });
    assert.equal(again.status, 409);
    const found = async (query: string) =>
      (await act.asAdmin('GET', `/registered_limits?${query}`)).body.registered_limits;
    assert.equal((await found(`service_id=${compute}`)).length, 2);
    assert.deepEqual(await found('region_id=RegionOne&resource_name=cores'), [made.body.registered_limits[1]]);
    assert.deepEqual(await found('resource_name=other'), []);
  });

  it('are of services and regions that there are, those of Scoria among them', async () => {
    assert.equal((await register({ resource_name: 'a', service_id: 'absent' })).status, 400);
    assert.equal((await register({ resource_name: 'a' }, { resource_name: 'b', region_id: 'absent' })).status, 400);
    const { services } = (await act.asAdmin('GET', '/services?type=block-storage')).body;
    assert.equal((await register({ resource_name: 'volumes', service_id: services[0].id })).status, 201);
  });

  it('change, but not what they are for while a project follows them, nor go', async () => {
    const { id } = (await register({ resource_name: 'ram' })).body.registered_limits[0];
    const path = `/registered_limits/${id}`;
    const change = (registered_limit: object) => act.asAdmin('PATCH', path, { registered_limit });
    assert.equal(
      (await change({ resource_name: 'memory', description: 'd' })).body.registered_limit.resource_name,
      'memory',
    );
    assert.equal((await change({ region_id: 'absent' })).status, 400);
    assert.equal((await change({ resource_name: 'cores' })).status, 409);
    const made = await act.persona('follower', 'member');
    const own = (await limit({ resource_name: 'memory', project_id: made.project.id })).body.limits[0];
    assert.equal((await change({ resource_name: 'ram' })).status, 403);
    assert.equal((await act.asAdmin('DELETE', path)).status, 403);
    assert.equal(
      (await change({ default_limit: -1, resource_name: 'memory' })).body.registered_limit.default_limit,
      -1,
    );
    assert.equal((await act.asAdmin('DELETE', `/limits/${own.id}`)).status, 204);
    assert.equal((await act.asAdmin('DELETE', path)).status, 204);
    assert.equal((await act.asAdmin('GET', path)).status, 404);
    assert.equal((await change({ default_limit: 1 })).status, 404);
  });
});

describe('limits', () => {
  it('are of a project or a domain, and follow a registered limit', async () => {
    await register({ resource_name: 'keys' });
    const made = await act.persona('limited', 'member');
    const project_id = made.project.id;
    assert.equal((await limit({ resource_name: 'keys' })).status, 400);
    assert.equal((await limit({ resource_name: 'keys', project_id, domain_id: 'default' })).status, 400);
    assert.equal((await limit({ resource_name: 'keys', project_id: 'absent' })).status, 400);
    assert.equal((await limit({ resource_name: 'unknown', project_id })).status, 403);
    assert.equal((await limit({ resource_name: 'keys', project_id, region_id: 'RegionOne' })).status, 403);
    const answer = await limit({ resource_name: 'keys', project_id }, { resource_name: 'keys', domain_id: 'default' });
    assert.equal(answer.status, 201);
    const [ofProject, ofDomain] = answer.body.limits;
    assert.deepEqual([ofProject.project_id, ofProject.domain_id, ofProject.resource_limit], [project_id, null, 5]);
    assert.equal(ofDomain.domain_id, 'default');
    assert.equal((await limit({ resource_name: 'keys', project_id })).status, 409);
    const changed = await act.asAdmin('PATCH', `/limits/${ofProject.id}`, { limit: { resource_limit: -1 } });
    assert.equal(changed.body.limit.resource_limit, -1);
    const list = (query: string) => act.asAdmin('GET', `/limits?resource_name=keys&${query}`);
    assert.deepEqual((await list(`project_id=${project_id}`)).body.limits, [changed.body.limit]);
    assert.deepEqual((await list('domain_id=default')).body.limits, [ofDomain]);
    assert.equal((await act.asAdmin('GET', '/limits/model')).body.model.name, 'flat');
  });

  it('are seen by their project, and changed by admins', async () => {
    await register({ resource_name: 'seen' });
    const [one, two] = [await act.persona('one', 'reader'), await act.persona('two', 'member')];
    const made = await limit({ resource_name: 'seen', project_id: one.project.id });
    const { id } = made.body.limits[0];
    const seen = async (token: string) => (await act.as(token)('GET', '/limits')).body.limits.length;
    assert.deepEqual([await seen(one.token), await seen(two.token)], [1, 0]);
    assert.equal((await act.as(one.token)('GET', `/limits/${id}`)).status, 200);
    assert.equal((await act.as(two.token)('GET', `/limits/${id}`)).status, 404);
    assert.equal((await act.as(one.token)('PATCH', `/limits/${id}`, { limit: { resource_limit: 9 } })).status, 403);
    assert.equal((await act.asAdmin('DELETE', `/projects/${one.project.id}`)).status, 204);
    assert.equal((await act.asAdmin('GET', `/limits/${id}`)).status, 404);
  });
});
