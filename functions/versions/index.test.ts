import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { IdentityUnavailable } from '../../infra/identity/port.ts';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria({ workers: false });
});
after(() => scoria.close());

const document = (root: string) => ({
  versions: [
    {
      id: 'v3.0',
      status: 'CURRENT',
      version: '3.71',
      min_version: '3.0',
      updated: '2023-08-31T00:00:00Z',
      links: [
        { rel: 'describedby', type: 'text/html', href: 'https://docs.openstack.org/' },
        { rel: 'self', href: `${root}/v3/` },
      ],
      'media-types': [{ base: 'application/json', type: 'application/vnd.openstack.volume+json;version=3' }],
    },
  ],
});

test('the discovery document needs no token, no database and no microversion, and is the same at both places', async () => {
  scoria.database.take();
  const root = await scoria.ask('GET', '/', { as: null, version: '9.99' });
  assert.equal(root.status, 300);
  assert.equal(root.headers.get('location'), null);
  assert.deepEqual(root.body, document('http://127.0.0.1:8776'));
  const v3 = await scoria.ask('GET', '/v3/', { as: null });
  assert.equal(v3.status, 200);
  assert.deepEqual(v3.body, root.body);
  assert.equal((await scoria.ask('GET', '/v3/', { as: 'member' })).status, 200);
  assert.deepEqual(scoria.database.take(), []);
});

test('the self link has the host and prefix that the client used, in the redirect too', async () => {
  const headers = {
    'X-Forwarded-Host': 'cloud.example',
    'X-Forwarded-Proto': 'https',
    'X-Forwarded-Prefix': '/volume',
  };
  const v3 = await scoria.ask('GET', '/v3/', { as: null, headers });
  assert.deepEqual(v3.body, document('https://cloud.example/volume'));
  const moved = await scoria.ask('GET', '/v3', { as: null, headers });
  assert.deepEqual([moved.status, moved.headers.get('location')], [302, 'https://cloud.example/volume/v3/']);
});

test('the health probe answers OK in plain text without a token', async () => {
  const told = await scoria.ask('GET', '/healthcheck', { as: null });
  assert.deepEqual([told.status, told.text], [200, 'OK']);
  assert.match(told.headers.get('content-type') ?? '', /^text\/plain/);
  assert.match(told.headers.get('x-openstack-request-id') ?? '', /^req-/);
});

test('readiness says which of database and identity is away, and never why', async () => {
  const told = await scoria.ask('GET', '/readyz', { as: null });
  assert.deepEqual([told.status, told.body], [200, { database: 'ready', identity: 'ready' }]);
  const away = async () => {
    throw new IdentityUnavailable('https://user:secret@keystone.test');
  };
  const identity = { authenticate: away, ready: away };
  const other = await startScoria({ workers: false, shares: scoria, identity });
  const unready = await other.ask('GET', '/readyz', { as: null });
  assert.deepEqual([unready.status, unready.body], [503, { database: 'ready', identity: 'unavailable' }]);
  assert.equal((await other.ask('GET', '/healthcheck', { as: null })).status, 200);
  const refused = await other.ask('GET', '/v3/volumes');
  assert.equal(refused.status, 503);
  assert.doesNotMatch(refused.text, /secret/);
  await other.close();
});
