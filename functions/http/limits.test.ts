import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { memoryCounters } from '../../infra/counters/memory.ts';
import type { Identity } from '../../infra/identity/port.ts';
import { people } from '../../test/harness/people.ts';
import { type HarnessOptions, type Scoria, startScoria, type Told } from '../../test/harness/scoria.ts';
import { defaultSettings } from '../settings.ts';
import { Fault } from './faults.ts';
import { defaultLimits, type LimitSettings, Limits } from './limits.ts';

let base: Scoria;
before(async () => {
  base = await startScoria({ workers: false });
});
after(() => base.close());

const time = { now: 1_000_000 };

/** A service with these limits; requests come from the address in X-Forwarded-For. */
const limited = (limits: Partial<LimitSettings>, over: Partial<HarnessOptions> = {}) =>
  startScoria({
    workers: false,
    shares: base,
    counters: memoryCounters({ clock: { now: () => time.now } }),
    ...over,
    settings: { limits: { ...defaultLimits, ...limits }, proxies: 1, ...over.settings },
  });

const from = (address: string) => ({ headers: { 'X-Forwarded-For': address } });
const statuses = (told: readonly Told[]) => told.map((one) => one.status);

async function times(count: number, ask: () => Promise<Told>): Promise<Told[]> {
  const told: Told[] = [];
  for (let n = 0; n < count; n += 1) told.push(await ask());
  return told;
}

test('a project that asks too often is told so and when to come again, in words that clients know from quotas', async () => {
  const scoria = await limited({ ratePerProject: { perSecond: 0.5, burst: 2 } });
  const told = await times(3, () => scoria.ask('GET', '/v3/volumes'));
  assert.deepEqual(statuses(told), [200, 200, 413]);
  assert.equal(told[2]?.headers.get('retry-after'), '2');
  assert.deepEqual(told[2]?.body, {
    overLimit: { code: 413, message: 'This request was rate-limited.', retryAfter: '2' },
  });
  assert.equal((await scoria.ask('GET', '/v3/volumes', { as: 'otherMember' })).status, 200);
  assert.equal((await scoria.ask('GET', '/v3/volumes', { as: 'reader' })).status, 413);
  time.now += 2000;
  assert.equal((await scoria.ask('GET', '/v3/volumes')).status, 200);
  await scoria.close();
});

test('an address that asks too often is told before its token is looked at, by 429 where that is wanted', async () => {
  const scoria = await limited({ ratePerAddress: { perSecond: 1, burst: 2 }, rateStatus: 429 });
  const told = await times(3, () => scoria.ask('GET', '/v3/volumes', { as: 'forged', ...from('192.0.2.1') }));
  assert.deepEqual(statuses(told), [401, 401, 429]);
  assert.equal(told[2]?.body.overLimit.code, 429);
  assert.equal((await scoria.ask('GET', '/v3/volumes', from('192.0.2.2'))).status, 200);
  // What the client itself wrote into the header is to the left of what the proxy wrote.
  assert.equal((await scoria.ask('GET', '/v3/volumes', from('203.0.113.9, 192.0.2.1'))).status, 429);
  assert.equal((await scoria.ask('GET', '/healthcheck', { as: null, ...from('192.0.2.1') })).status, 200);
  await scoria.close();
});

test('an address is one client, however it is written; of IPv6 a client has the first 64 bits', async () => {
  const scoria = await limited({ ratePerAddress: { perSecond: 0.001, burst: 1 } });
  const clients = [
    ['192.0.2.7', '192.0.2.7:5678', '192.0.2.7:5679', '::ffff:192.0.2.7', '[::ffff:192.0.2.7]:5'],
    ['2001:db8::1', '2001:db8::2', '2001:db8:0:0:ffff:ffff:ffff:ffff', '[2001:db8::3]:5', '[2001:db8::3]:6'],
    ['2001:db8:0:1::1', '2001:db8:0:1::2'],
  ];
  for (const [first, ...others] of clients) {
    assert.equal((await scoria.ask('GET', '/v3/volumes', from(first ?? ''))).status, 200, first);
    for (const one of others) assert.equal((await scoria.ask('GET', '/v3/volumes', from(one))).status, 413, one);
  }
  await scoria.close();
});

test('what is under way at once is limited for a project, an address and in all, and given back by every ending', async () => {
  const held: (() => void)[] = [];
  const identity: Identity = {
    authenticate: async (token) => {
      if (token === 'broken') throw new Error('a defect');
      return people[token] ?? null;
    },
  };
  const waiting: Identity = {
    authenticate: (token) => new Promise((resolve) => held.push(() => resolve(people[token] ?? null))),
  };
  const cases: readonly (readonly [Partial<LimitSettings>, number])[] = [
    [{ concurrent: 2 }, 503],
    [{ concurrentPerAddress: 2 }, 413],
  ];
  for (const [limits, status] of cases) {
    const scoria = await limited(limits, { identity: waiting });
    const ask = () => scoria.ask('GET', '/v3/volumes', from('192.0.2.1'));
    const asked = [ask(), ask()];
    const refused = await ask();
    assert.equal(refused.status, status);
    assert.equal(refused.headers.get('retry-after'), '1');
    for (const go of held.splice(0)) go();
    assert.deepEqual(statuses(await Promise.all(asked)), [200, 200]);
    await scoria.close();
  }
  const scoria = await limited({ concurrent: 1, concurrentPerProject: 1 }, { identity });
  for (const [method, path, as] of [
    ['GET', '/v3/volumes', 'member'],
    ['GET', '/v3/volumes', 'nobody'],
    ['GET', '/v3/volumes', 'broken'],
    ['GET', '/v3/nothing', 'member'],
    ['POST', '/v3/volumes', 'member'],
    ['DELETE', '/v3/volumes/x', 'reader'],
    ['GET', '/v3/volumes', 'member'],
  ] as const) {
    assert.notEqual((await scoria.ask(method, path, { as })).status, 413, `${method} ${path} ${as}`);
    assert.notEqual((await scoria.ask(method, path, { as })).status, 503, `${method} ${path} ${as}`);
  }
  await scoria.close();
});

test('what has no project has a share of its own, by address, and projects have theirs whatever it does', async () => {
  const held: (() => void)[] = [];
  const identity: Identity = {
    authenticate: async (token) => {
      if (token === 'forged') await new Promise<void>((resolve) => held.push(resolve));
      return people[token] ?? null;
    },
  };
  const scoria = await limited({ concurrentWithoutProject: 2 }, { identity });
  const ask = (as: string, address: string) => scoria.ask('GET', '/v3/volumes', { as, ...from(address) });
  const strangers = [ask('forged', '192.0.2.1'), ask('forged', '192.0.2.1')];
  while (held.length < 2) await new Promise((resolve) => setImmediate(resolve));
  assert.equal((await ask('member', '192.0.2.1')).status, 413);
  assert.equal((await ask('member', '192.0.2.2')).status, 200);
  assert.equal((await ask('forged', '::ffff:192.0.2.1')).status, 413);
  for (const go of held.splice(0)) go();
  assert.deepEqual(statuses(await Promise.all(strangers)), [401, 401]);
  // Once its project is known, a request no longer uses that share, however long it takes.
  for (let n = 0; n < 5; n += 1) assert.equal((await ask('member', '192.0.2.1')).status, 200);
  await scoria.close();
});

test('what needs no token has half of the service at most', () => {
  const counters = memoryCounters({ clock: { now: () => 0 } });
  const limits = new Limits(counters, { ...defaultLimits, concurrent: 4 });
  const isTooBusy = (error: unknown) => error instanceof Fault && error.status === 503;
  const open = [limits.enter('192.0.2.1', true), limits.enter('192.0.2.2', true)];
  assert.throws(() => limits.enter('192.0.2.3', true), isTooBusy);
  const pass = limits.enter('192.0.2.3');
  pass.project('p');
  open[0]?.leave();
  limits.enter('192.0.2.3', true);
});

test('a token longer than any is refused unread', async () => {
  let asked = 0;
  const identity: Identity = {
    authenticate: async () => {
      asked += 1;
      return null;
    },
  };
  const scoria = await limited({}, { identity });
  assert.equal((await scoria.ask('GET', '/v3/volumes', { as: 'x'.repeat(16_385) })).status, 401);
  assert.equal(asked, 0);
  assert.equal((await scoria.ask('GET', '/v3/volumes', { as: 'x'.repeat(16_384) })).status, 401);
  assert.equal(asked, 1);
  await scoria.close();
});

test('a user token that is over is taken together with a good service token of the role service, and only then', async () => {
  const identity: Identity = {
    authenticate: async (token, { allowExpired = false } = {}) =>
      token === 'over' ? ((allowExpired ? people.member : null) ?? null) : (people[token] ?? null),
  };
  const scoria = await limited({}, { identity });
  const ask = (service?: string) =>
    scoria.ask('GET', '/v3/volumes', {
      as: 'over',
      headers: service === undefined ? {} : { 'X-Service-Token': service },
    });
  assert.deepEqual(
    statuses([await ask(), await ask('forged'), await ask('admin'), await ask('service')]),
    [401, 401, 401, 200],
  );
  await scoria.close();
});

test('pages of a browser may ask only when their origin is allowed', async () => {
  const preflight = { 'Access-Control-Request-Method': 'GET', Origin: 'https://console.test' };
  const asking = { as: null, headers: preflight };
  const off = await base.ask('OPTIONS', '/v3/volumes', asking);
  assert.equal(off.headers.get('access-control-allow-origin'), null);
  assert.notEqual(off.status, 204);
  const scoria = await limited({}, { settings: { corsOrigins: ['https://console.test'] } });
  const told = await scoria.ask('OPTIONS', '/v3/volumes', asking);
  assert.equal(told.status, 204);
  assert.equal(told.headers.get('access-control-allow-origin'), 'https://console.test');
  assert.equal(told.headers.get('access-control-allow-credentials'), null);
  assert.match(told.headers.get('access-control-allow-headers') ?? '', /X-Auth-Token/);
  const get = (origin: string) => scoria.ask('GET', '/v3/volumes', { headers: { Origin: origin } });
  const good = await get('https://console.test');
  assert.equal(good.headers.get('access-control-allow-origin'), 'https://console.test');
  assert.match(good.headers.get('vary') ?? '', /Origin/);
  assert.match(good.headers.get('vary') ?? '', /OpenStack-API-Version/);
  const shown = (good.headers.get('access-control-expose-headers') ?? '').toLowerCase().split(', ');
  for (const name of [
    'x-openstack-request-id',
    'x-subject-token',
    'openstack-api-version',
    'retry-after',
    'location',
  ]) {
    assert.ok(shown.includes(name), name);
  }
  // A web page must be able to read a refusal too, and a cache must know that the answer depends on the origin.
  const refused = await scoria.ask('GET', '/v3/volumes', { as: null, headers: { Origin: 'https://console.test' } });
  assert.deepEqual([refused.status, refused.headers.get('access-control-allow-origin')], [401, 'https://console.test']);
  assert.match((await scoria.ask('GET', '/v3/volumes')).headers.get('vary') ?? '', /Origin/);
  for (const origin of ['https://evil.test', 'null', 'https://console.test.evil.test', 'http://console.test']) {
    assert.equal((await get(origin)).headers.get('access-control-allow-origin'), null, origin);
  }
  await scoria.close();
});

test('pages of every origin may ask where the operator says so, and still without cookies', async () => {
  const scoria = await limited({}, { settings: { corsOrigins: ['*'] } });
  for (const origin of ['https://console.test', 'http://localhost:3000', 'null']) {
    const headers = { Origin: origin, 'Access-Control-Request-Method': 'DELETE' };
    for (const told of [
      await scoria.ask('OPTIONS', '/v3/volumes/x', { as: null, headers }),
      await scoria.ask('GET', '/v3/volumes', { headers: { Origin: origin } }),
    ]) {
      assert.ok([204, 200].includes(told.status));
      assert.equal(told.headers.get('access-control-allow-origin'), origin);
      assert.equal(told.headers.get('access-control-allow-credentials'), null);
      assert.match(told.headers.get('vary') ?? '', /Origin/);
    }
  }
  assert.equal((await scoria.ask('GET', '/v3/volumes')).headers.get('access-control-allow-origin'), null);
  await scoria.close();
});

function isSafe({ headers }: Told, what: string): void {
  assert.equal(headers.get('x-content-type-options'), 'nosniff', what);
  assert.equal(headers.get('cache-control'), 'no-store', what);
}

test('no answer is taken for anything but its content type, and no cache keeps it', async () => {
  for (const path of ['/v3/volumes', '/healthcheck', '/nothing', '/v3/volumes/x']) {
    isSafe(await base.ask('GET', path), path);
  }
  const scoria = await limited({}, { settings: { corsOrigins: ['https://console.test'] } });
  const preflight = { 'Access-Control-Request-Method': 'GET', Origin: 'https://console.test' };
  for (const path of ['/v3/volumes', '/nothing']) {
    isSafe(await scoria.ask('OPTIONS', path, { as: null, headers: preflight }), `preflight of ${path}`);
    isSafe(await scoria.ask('OPTIONS', path, { as: null, headers: { ...preflight, Origin: 'https://x.test' } }), path);
  }
  await scoria.close();
});

test('where another identity is used nothing is served under /identity, and the challenge names that one', async () => {
  const settings = { identityUrl: 'https://keystone.test:5000' };
  const scoria = await limited({}, { settings });
  for (const path of ['/identity', '/identity/v3', '/identity/v3/auth/tokens', '/identity/v3/users']) {
    assert.equal((await scoria.ask('GET', path, { as: 'admin' })).status, 404, path);
  }
  const told = await scoria.ask('GET', '/v3/volumes', { as: null });
  assert.equal(told.headers.get('www-authenticate'), 'Keystone uri="https://keystone.test:5000"');
  await scoria.close();
});

test('without a word from the operator only what one process cannot serve is refused', () => {
  const { concurrent, concurrentPerProject, ...rest } = defaultSettings.limits;
  assert.deepEqual([concurrent, concurrentPerProject], [1024, 256]);
  assert.deepEqual([rest.concurrentPerAddress, rest.ratePerAddress, rest.ratePerProject], [null, null, null]);
});
