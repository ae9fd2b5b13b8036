import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, it } from 'node:test';
import { canary } from '../../../test/harness/canaries.ts';
import { passwordAuth, projectScope, signIn, type TestIdentity, testIdentity } from '../../../test/harness/identity.ts';
import { type IdentityActions, identityActions } from '../../../test/harness/identity-actions.ts';

let to: TestIdentity;
let act: IdentityActions;
before(async () => {
  to = await testIdentity();
  act = await identityActions(to);
});
after(() => to.close());

const admin = (method: string, path: string, body?: unknown) => act.asAdmin(method, path, body);
const make = async (kind: string, fields: object) => {
  const told = await admin('POST', `/${kind}s`, { [kind]: fields });
  assert.equal(told.status, 201, JSON.stringify(told.body));
  return told.body[kind];
};
const refusals = async (status: number, requests: readonly (readonly [string, string, unknown?])[]) => {
  for (const [method, path, body] of requests) {
    const told = await admin(method, path, body);
    assert.equal(told.status, status, `${method} ${path}: ${JSON.stringify(told.body)}`);
  }
};

interface Listed {
  readonly id: string;
  readonly type: string;
  readonly endpoints: readonly { readonly url: string; readonly region: string; readonly interface: string }[];
}

/** The catalog of a new token of demo, its services of that type. */
async function inTokens(type: string, scope: unknown = projectScope('demo'), name = 'demo'): Promise<Listed[]> {
  const told = await to.send('POST', '/auth/tokens', { body: passwordAuth(name, canary(`${name}-secret`), scope) });
  return told.body.token.catalog.filter((one: Listed) => one.type === type);
}

describe("Scoria's own services, endpoints and region", () => {
  it('are listed and shown beside those that are added', async () => {
    await make('service', { type: 'volumev3', name: 'another' });
    const { services } = (await admin('GET', '/services?type=volumev3&name=cinderv3')).body;
    assert.equal(services.length, 1);
    assert.equal((await admin('GET', '/services?type=volumev3')).body.services.length, 2);
    assert.equal((await admin('GET', `/services/${services[0].id}`)).body.service.type, 'volumev3');
    const { endpoints } = (await admin('GET', `/endpoints?service_id=${services[0].id}&interface=public`)).body;
    assert.equal(endpoints[0].url, 'http://keystone.test/v3/$(project_id)s');
    assert.equal((await admin('GET', `/endpoints/${endpoints[0].id}`)).body.endpoint.region, 'RegionOne');
    assert.equal((await admin('GET', '/regions')).body.regions[0].id, 'RegionOne');
    assert.equal((await admin('GET', '/regions/RegionOne')).status, 200);
  });

  it('cannot be changed, removed or added to, and the refusal says why', async () => {
    const [service] = (await admin('GET', '/services')).body.services;
    const [endpoint] = (await admin('GET', '/endpoints')).body.endpoints;
    const added = { interface: 'public', url: 'http://elsewhere.test', service_id: service.id };
    await refusals(403, [
      ['DELETE', `/services/${service.id}`],
      ['PATCH', `/services/${service.id}`, { service: { enabled: false } }],
      ['DELETE', `/endpoints/${endpoint.id}`],
      ['PATCH', `/endpoints/${endpoint.id}`, { endpoint: { url: 'http://elsewhere.test' } }],
      ['POST', '/endpoints', { endpoint: added }],
      ['DELETE', '/regions/RegionOne'],
      ['PATCH', '/regions/RegionOne', { region: { description: 'x' } }],
    ]);
    const told = await admin('DELETE', `/services/${service.id}`);
    assert.match(told.body.error.message, /follows from the settings/);
    assert.equal((await inTokens(service.type)).length, 1);
  });
});

describe('a service that an operator adds', () => {
  let service: Listed;
  let of: object;
  beforeEach(async () => {
    service = await make('service', { type: 'compute', name: 'nova', description: 'Compute' });
    of = { service_id: service.id, interface: 'public', region_id: 'RegionOne' };
  });

  it('is in every new token, when a token is validated, and in the catalog, with the project in its URL', async () => {
    const url = 'http://nova.test/v2.1/%(tenant_id)s/$(user_id)s';
    const made = await make('endpoint', { ...of, url, name: 'a name' });
    assert.deepEqual([made.url, made.region, made.enabled, made.name], [url, 'RegionOne', true, 'a name']);
    to.database.take();
    const [found] = (await inTokens('compute')).filter((one) => one.id === service.id);
    assert.deepEqual(to.database.take(), ['identity.sign_in']);
    const project = to.users.find((one) => one.name === 'demo')?.projectId;
    assert.equal(found?.endpoints[0]?.url, `http://nova.test/v2.1/${project}/${act.userId('demo')}`);
    const token = await signIn(to, 'demo', projectScope('demo'));
    to.database.take();
    const catalog = (await act.as(token)('GET', '/auth/catalog')).body.catalog;
    assert.deepEqual(to.database.take(), ['identity.catalog.show']);
    assert.deepEqual(
      catalog.find((one: Listed) => one.id === service.id),
      found,
    );
    const shown = await to.send('GET', '/auth/tokens', { token, headers: { 'X-Subject-Token': token } });
    assert.deepEqual(shown.body.token.catalog, catalog);
  });

  it('has no endpoint in a token without a project where its URL needs one', async () => {
    await admin('PUT', `/system/users/${act.userId('admin')}/roles/${await act.roleId('admin')}`);
    await make('endpoint', { ...of, url: 'http://nova.test/$(project_id)s' });
    await make('endpoint', { ...of, url: 'http://nova.test/', interface: 'internal' });
    const [found] = (await inTokens('compute', { system: { all: true } }, 'admin')).filter(
      (one) => one.id === service.id,
    );
    assert.deepEqual(
      found?.endpoints.map((one) => one.url),
      ['http://nova.test/'],
    );
  });

  it('leaves the catalog while it, or its endpoint, is disabled, and when it is deleted, with its endpoints', async () => {
    const { id } = await make('endpoint', { ...of, url: 'http://nova.test' });
    const urls = async () =>
      (await inTokens('compute')).filter((one) => one.id === service.id).flatMap((one) => one.endpoints.length);
    assert.deepEqual(await urls(), [1]);
    const set = async (path: string, body: object) => assert.equal((await admin('PATCH', path, body)).status, 200);
    await set(`/endpoints/${id}`, { endpoint: { enabled: false } });
    assert.deepEqual(await urls(), [0]);
    await set(`/endpoints/${id}`, { endpoint: { enabled: true } });
    await set(`/services/${service.id}`, { service: { enabled: false } });
    assert.deepEqual(await urls(), []);
    assert.equal((await admin('DELETE', `/services/${service.id}`)).status, 204);
    await refusals(404, [
      ['GET', `/services/${service.id}`],
      ['GET', `/endpoints/${id}`],
      ['DELETE', `/endpoints/${id}`],
      ['PATCH', `/endpoints/${id}`, { endpoint: { enabled: true } }],
      ['PATCH', `/services/${service.id}`, { service: { enabled: true } }],
      ['DELETE', `/services/${service.id}`],
    ]);
  });

  it('is changed field by field', async () => {
    const { id } = await make('endpoint', { ...of, url: 'http://nova.test' });
    const patch = { type: 'compute-too', name: 'n', description: 'd' };
    const changed = (await admin('PATCH', `/services/${service.id}`, { service: patch })).body.service;
    assert.deepEqual(
      [changed.type, changed.name, changed.description, changed.enabled],
      ['compute-too', 'n', 'd', true],
    );
    const moved = { interface: 'internal', url: 'http://other.test', region: 'made-by-name' };
    const { endpoint } = (await admin('PATCH', `/endpoints/${id}`, { endpoint: moved })).body;
    assert.deepEqual(
      [endpoint.interface, endpoint.url, endpoint.region_id, endpoint.service_id],
      ['internal', 'http://other.test', 'made-by-name', service.id],
    );
    assert.equal((await admin('GET', '/regions/made-by-name')).status, 200);
    assert.equal((await admin('GET', '/endpoints?region_id=made-by-name&interface=internal')).body.endpoints.length, 1);
    assert.equal((await admin('DELETE', `/endpoints/${id}`)).status, 204);
  });

  it('takes no endpoint without its service, region or a URL that tokens can fill', async () => {
    const good = { ...of, url: 'http://nova.test' };
    const { endpoint } = (await admin('POST', '/endpoints', { endpoint: good })).body;
    const bad = [
      { service_id: 'absent' },
      { region_id: 'absent' },
      { url: 'no-url' },
      { url: 'http://nova.test/$(secret)s' },
      { interface: 'private' },
    ];
    for (const fields of bad) {
      await refusals(400, [
        ['POST', '/endpoints', { endpoint: { ...good, ...fields } }],
        ['PATCH', `/endpoints/${endpoint.id}`, { endpoint: fields }],
      ]);
    }
    await refusals(400, [['POST', '/services', { service: { name: 'no type' } }]]);
    assert.equal((await admin('GET', `/endpoints/${endpoint.id}`)).body.endpoint.url, good.url);
  });
});

it('an image service that is added takes the place of the one without images', async () => {
  assert.equal((await inTokens('image'))[0]?.endpoints[0]?.url, 'http://keystone.test/image');
  const { id } = await make('service', { type: 'image', name: 'glance' });
  assert.equal((await inTokens('image')).length, 2);
  await make('endpoint', { service_id: id, interface: 'public', url: 'http://glance.test' });
  assert.deepEqual(
    (await inTokens('image')).map((one) => one.endpoints.map(({ url }) => url)),
    [['http://glance.test']],
  );
});

describe('regions', () => {
  it('are made with a name, without one, or by PUT, once', async () => {
    const named = await make('region', { id: 'north', description: 'up' });
    assert.deepEqual([named.id, named.parent_region_id, named.description], ['north', null, 'up']);
    assert.match((await make('region', {})).id, /^[0-9a-f]{32}$/);
    const put = await admin('PUT', '/regions/south', { region: { parent_region_id: 'RegionOne' } });
    assert.deepEqual([put.status, put.body.region.parent_region_id], [201, 'RegionOne']);
    assert.equal((await admin('GET', '/regions?parent_region_id=RegionOne')).body.regions[0].id, 'south');
    await refusals(409, [
      ['POST', '/regions', { region: { id: 'north' } }],
      ['POST', '/regions', { region: { id: 'RegionOne' } }],
    ]);
    await refusals(400, [['PUT', '/regions/x', { region: { id: 'y' } }]]);
    await refusals(404, [
      ['POST', '/regions', { region: { id: 'z', parent_region_id: 'absent' } }],
      ['PATCH', '/regions/absent', { region: { description: 'x' } }],
      ['PATCH', '/regions/north', { region: { parent_region_id: 'absent' } }],
      ['DELETE', '/regions/absent'],
      ['GET', '/regions/absent'],
    ]);
  });

  it('stand below one another, never in a circle, and go together unless an endpoint is in one of them', async () => {
    await make('region', { id: 'top' });
    await make('region', { id: 'middle', parent_region_id: 'top' });
    await make('region', { id: 'low', parent_region_id: 'middle' });
    await refusals(400, [['PATCH', '/regions/top', { region: { parent_region_id: 'low' } }]]);
    const patched = await admin('PATCH', '/regions/low', { region: { description: 'deep' } });
    assert.deepEqual([patched.body.region.description, patched.body.region.parent_region_id], ['deep', 'middle']);
    const { id } = await make('service', { type: 'dns' });
    const fields = { service_id: id, interface: 'public', url: 'http://dns.test', region_id: 'low' };
    const endpoint = await make('endpoint', fields);
    await refusals(403, [['DELETE', '/regions/top']]);
    assert.equal((await admin('DELETE', `/endpoints/${endpoint.id}`)).status, 204);
    assert.equal((await admin('DELETE', '/regions/top')).status, 204);
    await refusals(404, [['GET', '/regions/low']]);
  });
});

it('who is no admin changes nothing of the catalog and lists only regions', async () => {
  const demo = act.as(await signIn(to, 'demo', projectScope('demo')));
  assert.equal((await demo('GET', '/regions')).status, 200);
  const requests = [
    ['GET', '/services', undefined],
    ['GET', '/endpoints', undefined],
    ['POST', '/services', { service: { type: 'x' } }],
    ['POST', '/endpoints', { endpoint: { service_id: 'x', interface: 'public', url: 'http://x' } }],
    ['POST', '/regions', { region: {} }],
    ['DELETE', '/regions/RegionOne', undefined],
  ] as const;
  for (const [method, path, body] of requests) assert.equal((await demo(method, path, body)).status, 403, path);
});

it('a catalog has an end: so many services and endpoints that every token can carry them', async () => {
  const statuses = async (path: string, body: object, times: number) => {
    const seen: number[] = [];
    for (let i = 0; i < times; i += 1) seen.push((await admin('POST', path, body)).status);
    return seen;
  };
  const services = await statuses('/services', { service: { type: 'many' } }, 41);
  assert.equal(services.at(-1), 403);
  const [{ id }] = (await admin('GET', '/services?type=many')).body.services;
  const endpoint = { service_id: id, interface: 'public', url: 'http://many.test' };
  assert.equal((await statuses('/endpoints', { endpoint }, 121)).at(-1), 403);
});
