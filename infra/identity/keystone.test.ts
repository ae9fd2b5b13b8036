import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { SignJWT, UnsecuredJWT } from 'jose';
import { createApp } from '../../functions/app.ts';
import { everyService } from '../../functions/every-service.ts';
import { defaultSettings } from '../../functions/settings.ts';
import { canary } from '../../test/harness/canaries.ts';
import { projectScope, signIn, type TestIdentity, testIdentity } from '../../test/harness/identity.ts';
import type { Http } from '../http/port.ts';
import { type KeystoneOptions, keystoneIdentity } from './keystone.ts';
import { readJwsKeys } from './keystone-jws.ts';
import { actorOfAnswer } from './keystone-token.ts';
import { IdentityUnavailable, SignInRefused } from './port.ts';

const user = {
  name: 'admin',
  password: canary('admin-secret'),
  project: 'admin',
  userDomain: 'Default',
  projectDomain: 'Default',
};

/** Our own embedded Keystone, asked over an HTTP that counts, and that can be made to fail. */
async function opened(over: Partial<KeystoneOptions> = {}) {
  const to = await testIdentity();
  const app = createApp(everyService, to.ports, defaultSettings);
  const asked: string[] = [];
  const wire: { broken: null | (() => Promise<Response>) } = { broken: null };
  const http: Http = async (url, init) => {
    const { pathname, search } = new URL(url);
    asked.push(`${init.method} ${pathname}${search}`);
    if (wire.broken !== null) return wire.broken();
    return app.request(url, { ...init, body: init.body ?? null });
  };
  const options = { url: 'http://keystone.test/identity', user, http, clock: to.ports.clock, log: to.ports.log };
  const identity = keystoneIdentity({ ...options, timeoutMilliseconds: 50, ...over });
  /** How often tokens were asked about. */
  const validations = () => asked.filter((one) => one.startsWith('GET')).length;
  return { to, identity, asked, wire, validations, options };
}

let it2: Awaited<ReturnType<typeof opened>>;
let to: TestIdentity;
beforeEach(async () => {
  it2 = await opened();
  to = it2.to;
});
afterEach(() => to.close());

const demo = () => signIn(to, 'demo', projectScope('demo'));

describe('a token of Keystone', () => {
  it('stands for its user, project and roles, and is asked about once', async () => {
    const token = await demo();
    const wanted = await to.ports.identity.authenticate(token);
    for (let n = 0; n < 5; n += 1) assert.deepEqual(await it2.identity.authenticate(token), wanted);
    assert.deepEqual(it2.asked, ['POST /identity/v3/auth/tokens?nocatalog', 'GET /identity/v3/auth/tokens?nocatalog']);
    const system = await it2.identity.authenticate(await signIn(to, 'admin', { system: { all: true } }));
    assert.deepEqual([wanted?.userDomainId, wanted?.projectDomainId, wanted?.domainId], ['default', 'default', null]);
    assert.deepEqual([system?.userDomainId, system?.projectDomainId], ['default', null]);
    assert.equal(system?.isSystem, true);
    assert.equal(system?.projectId, null);
  });

  it('of an application credential is held to its access rules', async () => {
    const rules = [{ service: 'volumev3', method: 'GET', path: '/v3/**' }];
    const path = `/users/${to.users.find((one) => one.name === 'demo')?.userId}/application_credentials`;
    const body = { application_credential: { name: 'ruled', access_rules: rules } };
    const { id, secret } = (await to.send('POST', path, { token: await demo(), body })).body.application_credential;
    const auth = { identity: { methods: ['application_credential'], application_credential: { id, secret } } };
    const token = (await to.send('POST', '/auth/tokens', { body: { auth } })).headers.get('x-subject-token') ?? '';
    assert.deepEqual((await it2.identity.authenticate(token))?.accessRules, rules);
    assert.equal((await it2.identity.authenticate(await demo()))?.accessRules, undefined);
  });

  it('with access rules that cannot be read may be used for nothing', async () => {
    const told = { user: { id: 'u', name: 'u' }, expires_at: '2026-11-23T12:00:00.000000Z', roles: [] };
    const reply = (access_rules: unknown) => ({ token: { ...told, application_credential: { access_rules } } });
    assert.deepEqual(actorOfAnswer(reply('all'))?.accessRules, []);
    assert.deepEqual(actorOfAnswer(reply([{ path: 1 }]))?.accessRules, [{ service: '', method: '', path: '' }]);
    assert.equal(actorOfAnswer(reply(null))?.accessRules, undefined);
  });

  it('is asked about once, however many requests bear it at the same time', async () => {
    const token = await demo();
    const actors = await Promise.all(Array.from({ length: 50 }, () => it2.identity.authenticate(token)));
    assert.equal(new Set(actors).size, 1);
    assert.equal(it2.validations(), 1);
  });

  it('that is revoked is refused after 300 s at the latest', async () => {
    const token = await demo();
    assert.notEqual(await it2.identity.authenticate(token), null);
    await to.send('DELETE', '/auth/tokens', { token, headers: { 'X-Subject-Token': token } });
    to.pass(299);
    assert.notEqual(await it2.identity.authenticate(token), null);
    to.pass(1);
    assert.equal(await it2.identity.authenticate(token), null);
  });

  it('is over at its end, whatever is remembered', async () => {
    const token = await demo();
    to.pass(3500);
    assert.notEqual(await it2.identity.authenticate(token), null);
    to.pass(101);
    assert.equal(await it2.identity.authenticate(token), null);
  });

  it('that is none is asked about again only after a few seconds, and never when no header could carry it', async () => {
    for (let n = 0; n < 5; n += 1) assert.equal(await it2.identity.authenticate('forged'), null);
    assert.equal(it2.validations(), 1);
    to.pass(5);
    assert.equal(await it2.identity.authenticate('forged'), null);
    assert.equal(it2.validations(), 2);
    const before = it2.asked.length;
    for (const text of ['', 'a b', 'x\r\nX-Auth-Token: y', 'ä', '\u0000', 'x'.repeat(16_385)]) {
      assert.equal(await it2.identity.authenticate(text), null);
    }
    assert.equal(it2.asked.length, before);
  });

  it('that is good stays known through a flood of bad ones', async () => {
    const { identity, to: other, validations } = await opened({ most: 10 });
    const token = await signIn(other, 'demo', projectScope('demo'));
    await identity.authenticate(token);
    for (let n = 0; n < 100; n += 1) await identity.authenticate(`forged-${n}`);
    const before = validations();
    assert.notEqual(await identity.authenticate(token), null);
    assert.equal(validations(), before);
    await other.close();
  });
});

it('Keystone is asked as ourselves whether a project exists, and the embedded one reads its tables', async () => {
  const project = (await to.ports.identity.authenticate(await demo()))?.projectId ?? '';
  for (const identity of [it2.identity, to.ports.identity]) {
    assert.equal(await identity.projectExists?.(project), true);
    assert.equal(await identity.projectExists?.('default'), true, 'a domain acts as a project');
    for (const none of [canary('none'), `${project}/../${project}`, `${project}?a=b`]) {
      assert.equal(await identity.projectExists?.(none), false, none);
    }
  }
  assert.equal(it2.asked.filter((one) => one.startsWith('POST')).length, 1, 'with one sign-in');
});

describe('a Keystone that cannot be asked', () => {
  const failures: Readonly<Record<string, () => Promise<Response>>> = {
    'is away': () => Promise.reject(new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') })),
    fails: async () => new Response('oops', { status: 500 }),
    'speaks of something else': async () => new Response('<html>', { status: 200 }),
    'says too much': async () => new Response('x'.repeat(2 ** 21), { status: 200 }),
    'forbids it': async () => new Response('{}', { status: 403 }),
    'is overloaded': async () => new Response('{}', { status: 429 }),
  };
  for (const [how, answer] of Object.entries(failures)) {
    it(`refuses what is not remembered, and nothing else (it ${how})`, async () => {
      const [known, other] = [await demo(), await demo()];
      await it2.identity.authenticate(known);
      it2.wire.broken = answer;
      assert.notEqual(await it2.identity.authenticate(known), null);
      await assert.rejects(it2.identity.authenticate(other), IdentityUnavailable);
      to.pass(300);
      await assert.rejects(it2.identity.authenticate(known), IdentityUnavailable);
      it2.wire.broken = null;
      to.pass(10);
      assert.notEqual(await it2.identity.authenticate(other), null);
    });
  }

  for (const [how, answer] of Object.entries(failures)) {
    it(`does not know whether a project exists (it ${how})`, async () => {
      await it2.identity.authenticate(await demo());
      it2.wire.broken = how === 'speaks of something else' ? async () => new Response('', { status: 401 }) : answer;
      assert.equal(await it2.identity.projectExists?.('p1'), null);
    });
  }

  it('is tried twice, each try for its time only', async () => {
    const token = await demo();
    let tries = 0;
    const http: Http = (_url, { signal }) => {
      tries += 1;
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    };
    const identity = keystoneIdentity({ ...it2.options, http, timeoutMilliseconds: 20 });
    await assert.rejects(identity.authenticate(token), IdentityUnavailable);
    assert.equal(tries, 2);
    if (identity.ready) await assert.rejects(identity.ready(), IdentityUnavailable);
  });

  it('is not ready, which is asked every 5 s at the most', async () => {
    const ready = () => it2.identity.ready?.();
    await ready();
    await ready();
    assert.equal(it2.asked.length, 2);
    it2.wire.broken = failures['is away'] ?? null;
    to.pass(4);
    await ready();
    to.pass(1);
    await assert.rejects(async () => ready(), IdentityUnavailable);
    it2.wire.broken = null;
    to.pass(5);
    await ready();
  });

  it('of which one try in two fails is not noticed', async () => {
    const token = await demo();
    let tries = 0;
    const http: Http = (url, init) => {
      tries += 1;
      return tries % 2 === 1 ? Promise.reject(new TypeError('fetch failed')) : it2.options.http(url, init);
    };
    assert.notEqual(await keystoneIdentity({ ...it2.options, http }).authenticate(token), null);
  });

  it('is asked about so many tokens at once and no more', async () => {
    const http: Http = async (url, init) => {
      if (init.method === 'POST') return it2.options.http(url, init);
      await new Promise((resolve) => setImmediate(resolve));
      return new Response('{}', { status: 404 });
    };
    const identity = keystoneIdentity({ ...it2.options, http, mostAsked: 3 });
    const all = Array.from({ length: 10 }, (_, n) => identity.authenticate(`forged-${n}`));
    const settled = await Promise.allSettled(all);
    assert.equal(settled.filter((one) => one.status === 'fulfilled').length, 3);
  });
});

describe("the service's own token", () => {
  it('is renewed before it ends', async () => {
    await it2.identity.authenticate(await demo());
    to.pass(3600 - 60);
    await it2.identity.authenticate(await demo());
    assert.equal(it2.asked.filter((one) => one.startsWith('POST')).length, 2);
  });

  it('is renewed when Keystone refuses it', async () => {
    await it2.identity.authenticate(await demo());
    const admin = await to.ports.identity.authenticate(await signIn(to, 'admin', projectScope('admin')));
    to.pass(1);
    await to.ports.keystone.revoke([`user:${admin?.userId}`]);
    to.pass(1);
    assert.notEqual(await it2.identity.authenticate(await demo()), null);
    assert.equal(it2.asked.filter((one) => one.startsWith('POST')).length, 2);
  });

  it('is not asked for again with a wrong password for half an hour, since five or so lock its user out', async () => {
    const identity = keystoneIdentity({ ...it2.options, user: { ...user, password: canary('wrong') } });
    const token = await demo();
    for (let n = 0; n < 5; n += 1) await assert.rejects(identity.authenticate(token), IdentityUnavailable);
    assert.deepEqual(it2.asked, ['POST /identity/v3/auth/tokens?nocatalog']);
    to.pass(1799);
    const later = await demo();
    await assert.rejects(identity.authenticate(later), SignInRefused);
    await assert.rejects(async () => identity.ready?.(), SignInRefused);
    assert.equal(it2.asked.length, 1);
    to.pass(1);
    await assert.rejects(identity.authenticate(later), SignInRefused);
    assert.equal(it2.asked.length, 2);
  });

  it('that may not validate lets nobody in', async () => {
    const identity = keystoneIdentity({
      ...it2.options,
      user: { ...user, name: 'demo', password: canary('demo-secret'), project: 'demo' },
    });
    const token = await signIn(to, 'reader', projectScope('demo'));
    await assert.rejects(identity.authenticate(token), IdentityUnavailable);
  });
});

describe('a Keystone that points elsewhere', () => {
  it('is not followed: no token is sent to where another server points', async () => {
    it2.wire.broken = async () => new Response(null, { status: 302, headers: { Location: 'http://elsewhere.test/' } });
    await assert.rejects(it2.identity.authenticate('some-token'), /points elsewhere/);
  });
});

describe('a token that is over', () => {
  const actor = { user: { id: 'u9', name: 'nine' }, project: { id: 'a1' }, roles: [{ name: 'Member' }] };
  const ended = (at: string) => ({ token: { ...actor, expires_at: at } });

  it('is taken when that is allowed, and only then', async () => {
    const http: Http = async (url, init) => {
      if (init.method === 'POST') return it2.options.http(url, init);
      const isAllowed = new URL(url).searchParams.get('allow_expired') === '1';
      return isAllowed ? Response.json(ended('2026-11-23T09:00:00Z')) : new Response('{}', { status: 404 });
    };
    const identity = keystoneIdentity({ ...it2.options, http });
    assert.equal(await identity.authenticate('old'), null);
    assert.equal((await identity.authenticate('old', { allowExpired: true }))?.userId, 'u9');
    assert.equal(await identity.authenticate('old'), null);
  });
});

describe("a token of Keystone's jws provider", () => {
  const pair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = (one: ReturnType<typeof pair>) => one.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const answer = { token: { user: { id: 'u1', name: 'one' }, expires_at: '2026-11-23T11:00:00Z', roles: [] } };

  it('costs no call when it is forged or over', async () => {
    const [ours, older, theirs] = [pair(), pair(), pair()];
    let validations = 0;
    const http: Http = async (url, init) => {
      if (init.method === 'POST') return it2.options.http(url, init);
      validations += 1;
      return Response.json(answer);
    };
    const jwsKeys = await readJwsKeys(pem(ours) + pem(older));
    const identity = keystoneIdentity({ ...it2.options, http, jwsKeys });
    const claims = { sub: 'u1', iat: 1_795_000_000, exp: Math.floor(to.ports.clock.now() / 1000) + 600 };
    const sign = (key: typeof ours.privateKey, over = {}) =>
      new SignJWT({ ...claims, ...over }).setProtectedHeader({ alg: 'ES256', typ: 'JWT' }).sign(key);
    const good = await sign(ours.privateKey);
    const [header, payload, signature = ''] = good.split('.');
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const forged = [
      await sign(theirs.privateKey),
      await sign(ours.privateKey, { exp: claims.exp - 3600 }),
      await sign(ours.privateKey, { exp: 'never' as unknown as number }).catch(() => 'x'),
      await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(pem(ours))),
      new UnsecuredJWT(claims).encode(),
      `${header}.${encode({ ...claims, sub: 'admin' })}.${signature}`,
      `${header}.${payload}.${signature.slice(4)}`,
      'gAAAAABfernet',
      '..',
    ];
    for (const token of forged) assert.equal(await identity.authenticate(token), null, token);
    assert.equal(validations, 0);
    assert.equal((await identity.authenticate(good))?.userId, 'u1');
    assert.equal((await identity.authenticate(await sign(older.privateKey)))?.userId, 'u1');
    assert.equal(validations, 2);
  });

  it('needs keys that can be read', async () => {
    await assert.rejects(readJwsKeys(''), /BEGIN PUBLIC KEY/);
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' });
    await assert.rejects(readJwsKeys(rsa.toString()), /P-256/);
  });
});
