import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { virtualClock } from '../../infra/clock/virtual.ts';
import { memoryNova } from '../../infra/compute/memory.ts';
import { novaCompute } from '../../infra/compute/nova.ts';
import { DatabaseError } from '../../infra/database/port.ts';
import { IdentityUnavailable, SignInRefused } from '../../infra/identity/port.ts';
import { barbican } from '../../infra/keys/barbican.ts';
import { embeddedKeys } from '../../infra/keys/embedded.ts';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';
import type { ApiSettings } from '../http/settings.ts';

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

const forwarded = {
  'X-Forwarded-Host': 'cloud.example',
  'X-Forwarded-Proto': 'https',
  'X-Forwarded-Prefix': '/volume',
};

/** The self link behind so many proxies of ours, and the redirect's. */
async function rootsWith(settings: Partial<ApiSettings>, headers: Readonly<Record<string, string>>) {
  const other = await startScoria({ workers: false, shares: scoria, settings });
  const v3 = await other.ask('GET', '/v3/', { as: null, headers });
  const moved = await other.ask('GET', '/v3', { as: null, headers });
  await other.close();
  assert.equal(moved.status, 302);
  return [v3.body.versions[0].links[1].href, moved.headers.get('location')];
}
const both = (root: string) => [`${root}/v3/`, `${root}/v3/`];

test('behind a proxy of ours the self link has the host and prefix that the client used, in the redirect too', async () => {
  assert.deepEqual(await rootsWith({ proxies: 1 }, forwarded), both('https://cloud.example/volume'));
});

test('without a proxy of ours a forwarded host, scheme or prefix is not believed', async () => {
  assert.deepEqual(await rootsWith({ proxies: 0 }, forwarded), both('http://127.0.0.1:8776'));
  const listed = await scoria.ask('GET', '/v3/volumes?limit=1', { headers: forwarded });
  assert.doesNotMatch(listed.text, /cloud\.example/);
});

test('a public URL that is configured comes before every header', async () => {
  const publicUrl = 'https://public.example/block/';
  for (const proxies of [0, 1]) {
    assert.deepEqual(await rootsWith({ publicUrl, proxies }, forwarded), both('https://public.example/block'));
  }
});

test('of a list of forwarded values those count that proxies of ours wrote', async () => {
  const headers = { 'X-Forwarded-Host': 'evil.example, outer.example, inner.example', 'X-Forwarded-Proto': 'https' };
  assert.deepEqual(await rootsWith({ proxies: 1 }, headers), both('https://inner.example'));
  assert.deepEqual(await rootsWith({ proxies: 2 }, headers), both('https://outer.example'));
  const forged = {
    'X-Forwarded-Host': 'evil.example/x, a b',
    'X-Forwarded-Proto': 'javascript',
    'X-Forwarded-Prefix': '//',
  };
  assert.deepEqual(await rootsWith({ proxies: 1 }, forged), both('http://127.0.0.1:8776'));
});

test('a forwarded prefix or host that leads elsewhere is not believed', async () => {
  const prefixes = [
    '/../a',
    '/..',
    '/.',
    '/./a',
    '/a/..',
    '/a/../b',
    '/a//b',
    '/a/',
    '/a?b',
    '/a#b',
    '/%2e%2e/a',
    '\\a',
  ];
  for (const prefix of prefixes) {
    const told = await rootsWith({ proxies: 1 }, { 'X-Forwarded-Prefix': prefix });
    assert.deepEqual(told, both('http://127.0.0.1:8776'), prefix);
  }
  for (const host of ['..', 'a..b', '.a', 'a:b', 'a:1:2', '[::1', '::1', 'a@b', 'a/b', '[x]', ':80']) {
    const told = await rootsWith({ proxies: 1 }, { 'X-Forwarded-Host': host });
    assert.deepEqual(told, both('http://127.0.0.1:8776'), host);
  }
  for (const host of ['a', 'a.example:8776', '192.0.2.1:80', '[2001:db8::1]', '[::ffff:192.0.2.1]:443', 'a_b.c']) {
    assert.deepEqual(await rootsWith({ proxies: 1 }, { 'X-Forwarded-Host': host }), both(`http://${host}`), host);
  }
  const dotted = { 'X-Forwarded-Prefix': '/..a/b.c/...' };
  assert.deepEqual(await rootsWith({ proxies: 1 }, dotted), both('http://127.0.0.1:8776/..a/b.c/...'));
});

test('the health probe answers OK in plain text without a token', async () => {
  const told = await scoria.ask('GET', '/healthcheck', { as: null });
  assert.deepEqual([told.status, told.text], [200, 'OK']);
  assert.match(told.headers.get('content-type') ?? '', /^text\/plain/);
  assert.match(told.headers.get('x-openstack-request-id') ?? '', /^req-/);
});

test('readiness says that the database is away while it is, and the health probe goes on', async () => {
  let isAway = true;
  const all: typeof scoria.database.all = async (...asked) => {
    if (isAway)
      throw new DatabaseError('unavailable', 'connect ECONNREFUSED postgres://user:secret@10.0.0.1', '08001', 'x');
    return scoria.database.all(...asked);
  };
  const other = await startScoria({ workers: false, shares: { database: { ...scoria.database, all } } });
  const unready = await other.ask('GET', '/readyz', { as: null });
  assert.deepEqual(
    [unready.status, unready.body],
    [503, { database: 'unavailable', identity: 'ready', images: 'ready' }],
  );
  assert.deepEqual((await other.ask('GET', '/healthcheck', { as: null })).status, 200);
  const refused = await other.ask('GET', '/v3/volumes');
  assert.equal(refused.status, 503);
  assert.doesNotMatch(refused.text + unready.text, /secret|10\.0\.0\.1/);
  isAway = false;
  assert.equal((await other.ask('GET', '/readyz', { as: null })).status, 200);
  await other.close();
});

test('readiness says which of database and identity is away, and never why', async () => {
  const told = await scoria.ask('GET', '/readyz', { as: null });
  assert.deepEqual([told.status, told.body], [200, { database: 'ready', identity: 'ready', images: 'ready' }]);
  const away = async () => {
    throw new IdentityUnavailable('https://user:secret@keystone.test');
  };
  const identity = { authenticate: away, ready: away };
  const other = await startScoria({ workers: false, shares: scoria, identity });
  const unready = await other.ask('GET', '/readyz', { as: null });
  assert.deepEqual(
    [unready.status, unready.body],
    [503, { database: 'ready', identity: 'unavailable', images: 'ready' }],
  );
  assert.equal((await other.ask('GET', '/healthcheck', { as: null })).status, 200);
  const refused = await other.ask('GET', '/v3/volumes');
  assert.equal(refused.status, 503);
  assert.doesNotMatch(refused.text, /secret/);
  await other.close();
});

test('readiness names a Nova, Glance or Barbican that is away, asks each every 5 s at most, and turns nobody away', async () => {
  const nova = memoryNova();
  const clock = virtualClock();
  let isAway = false;
  let asked = 0;
  const http = async () => {
    asked += 1;
    if (isAway) throw new TypeError('connect ECONNREFUSED 10.0.0.1');
    return Response.json({}, { status: 300 });
  };
  const keys = { ...embeddedKeys(scoria.secrets), manager: barbican({ url: 'http://barbican.test/v1', http }) };
  const other = await startScoria({ workers: false, shares: { database: scoria.database }, nova, keys, clock });
  const readyz = () => other.ask('GET', '/readyz', { as: null });
  const all = (state: string) => ({ ...rest, compute: state, images: state, keys: state });
  const rest = { database: 'ready', identity: 'ready' };
  const told = await readyz();
  assert.deepEqual([told.status, told.body], [200, all('ready')]);
  isAway = nova.knobs.isAway = other.glance.knobs.isAway = true;
  assert.deepEqual((await readyz()).body, all('ready'));
  assert.equal(asked, 1);
  await clock.advance(5_000);
  const unready = await readyz();
  assert.deepEqual([unready.status, unready.body], [200, all('unavailable')]);
  assert.doesNotMatch(unready.text, /10\.0\.0\.1/);
  isAway = nova.knobs.isAway = other.glance.knobs.isAway = false;
  await clock.advance(5_000);
  assert.deepEqual((await readyz()).body, all('ready'));
  await other.close();
});

test('readiness says that Nova lets us in no more, once our password is refused', async () => {
  const session = {
    token: async () => {
      throw new SignInRefused('Keystone does not let the service user secret in');
    },
    drop: () => {},
  };
  const nova = memoryNova();
  const compute = novaCompute({ url: nova.url, http: nova.http, session });
  const other = await startScoria({ workers: false, shares: scoria, nova: { ...nova, compute } });
  const told = await other.ask('GET', '/readyz', { as: null });
  assert.equal(told.status, 200);
  assert.deepEqual(told.body, { database: 'ready', identity: 'ready', compute: 'refused', images: 'ready' });
  await other.close();
});

test('readiness waits a second at most for a service that does not answer', async () => {
  const keys = {
    ...embeddedKeys(scoria.secrets),
    manager: barbican({ url: 'http://x.test', http: () => new Promise(() => {}) }),
  };
  const other = await startScoria({ workers: false, shares: scoria, keys });
  const asked = other.ask('GET', '/readyz', { as: null });
  const told = await asked;
  assert.deepEqual([told.status, told.body.keys], [200, 'unavailable']);
  await other.close();
});
