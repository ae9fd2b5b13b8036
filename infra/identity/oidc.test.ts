import assert from 'node:assert/strict';
import { before, beforeEach, describe, it } from 'node:test';
import {
  CompactSign,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWK,
  type JWTPayload,
  SignJWT,
  UnsecuredJWT,
} from 'jose';
import type { Http } from '../http/port.ts';
import { silentLog } from '../log/lines.ts';
import { type OidcOptions, oidcIdentity } from './oidc.ts';
import { readMapping } from './oidc-mapping.ts';
import { type Identity, IdentityUnavailable } from './port.ts';

const issuer = 'https://issuer.test/realms/one';
const audience = 'scoria';
type Pair = Awaited<ReturnType<typeof generateKeyPair>>;

let ours: Pair;
let theirs: Pair;
before(async () => {
  ours = await generateKeyPair('RS256', { extractable: true });
  theirs = await generateKeyPair('RS256', { extractable: true });
});

const time = { now: 0 };
const asked: string[] = [];
let published: JWK[];
let isAway: boolean;
let identity: Identity;

const http: Http = async (url) => {
  asked.push(url);
  if (isAway) throw new TypeError('fetch failed');
  if (url.endsWith('/.well-known/openid-configuration')) return Response.json({ issuer, jwks_uri: `${issuer}/certs` });
  return Response.json({ keys: published });
};

const open = (over: Partial<OidcOptions> = {}) =>
  oidcIdentity({ issuer, audience, jwksUrl: null, http, clock: { now: () => time.now }, log: silentLog, ...over });

beforeEach(async () => {
  time.now = Date.parse('2026-11-23T10:00:00Z');
  asked.length = 0;
  published = [{ ...(await exportJWK(ours.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }];
  isAway = false;
  identity = open();
});

const seconds = () => time.now / 1000;
const claims = (over: JWTPayload = {}): JWTPayload => ({
  iss: issuer,
  aud: audience,
  sub: 'f0-1',
  iat: seconds(),
  exp: seconds() + 600,
  preferred_username: 'one',
  project_id: 'a1',
  roles: ['Member'],
  ...over,
});

const sign = (payload: JWTPayload, header: object = {}, key = ours.privateKey) =>
  new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid: 'one', ...header }).sign(key);

describe('a token of the issuer', () => {
  it('stands for the user, project and roles of its claims, and costs one look at the keys', async () => {
    for (let n = 0; n < 3; n += 1) {
      const actor = await identity.authenticate(await sign(claims({ jti: String(n) })));
      assert.equal(actor?.userId, 'f0-1');
      assert.equal(actor?.userName, 'one');
      assert.equal(actor?.projectId, 'a1');
      assert.deepEqual([...(actor?.roles ?? [])].sort(), ['member', 'reader']);
    }
    assert.deepEqual(asked, [`${issuer}/.well-known/openid-configuration`, `${issuer}/certs`]);
  });

  it('has the domains of its claims, those of its project only with a project, and none that can be no id', async () => {
    const domains = async (over: JWTPayload) => {
      const actor = await identity.authenticate(await sign(claims(over)));
      return [actor?.userDomainId, actor?.projectDomainId, actor?.domainId];
    };
    const all = { user_domain_id: 'd1', project_domain_id: 'd2', domain_id: 'd3' };
    assert.deepEqual(await domains(all), ['d1', 'd2', null]);
    assert.deepEqual(await domains({ ...all, project_id: undefined }), ['d1', null, 'd3']);
    assert.deepEqual(await domains({ user_domain_id: '../x', project_domain_id: ['d'] }), [null, null, null]);
  });

  it('is read by the mapping of the operator', async () => {
    const mapping = readMapping(
      JSON.stringify({
        user_id: 'https://x.test/id',
        user_name: ['names', 'a.b'],
        user_domain_id: 'org',
        project_id: 'tenant.project',
        project_domain_id: 'tenant.domain',
        roles: 'realm_access.groups',
        role_map: { storage: ['admin'], viewers: ['reader'] },
      }),
    );
    const actor = await open({ mapping }).authenticate(
      await sign(
        claims({
          'https://x.test/id': 'mapped',
          names: { 'a.b': 'Name' },
          tenant: { project: 'b2', domain: 'd2' },
          org: 'd1',
          realm_access: { groups: ['viewers', 'admin', 'constructor', '__proto__', 7] },
        }),
      ),
    );
    assert.deepEqual(
      { ...actor, roles: [...(actor?.roles ?? [])] },
      {
        userId: 'mapped',
        userName: 'Name',
        userDomainId: 'd1',
        projectId: 'b2',
        projectDomainId: 'd2',
        domainId: null,
        isSystem: false,
        roles: ['reader'],
        expiresAt: time.now + 600_000,
      },
    );
  });

  it('is good for its time and the 60 s that clocks may differ, and no longer', async () => {
    const token = await sign(claims({ nbf: seconds() + 59 }));
    assert.notEqual(await identity.authenticate(token), null);
    time.now += 659_000;
    assert.notEqual(await identity.authenticate(token), null);
    time.now += 1000;
    assert.equal(await identity.authenticate(token), null);
  });
});

describe('what the issuer signs beside access tokens', () => {
  const typed = async (header: object, over: JWTPayload = {}) =>
    (await identity.authenticate(await sign(claims(over), header))) !== null;

  it('is told by the type in its header: a JWT, an access token by RFC 9068, or nothing may pass', async () => {
    for (const typ of ['JWT', 'jwt', 'at+jwt', 'AT+JWT', 'application/at+jwt', undefined]) {
      for (let n = 0; n < 2; n += 1) assert.equal(await typed({ typ }, { jti: `${typ}${n}` }), true, String(typ));
    }
    const others = [
      'logout+jwt',
      'dpop+jwt',
      'secevent+jwt',
      'id+jwt',
      'JWE',
      'text/at+jwt',
      'at+jwt+x',
      '',
      ['JWT'],
      1,
    ];
    for (const typ of others) {
      // The first one is looked at, and what is remembered of its header must not let the second one in.
      for (let n = 0; n < 2; n += 1) assert.equal(await typed({ typ }, { jti: `${typ}${n}` }), false, String(typ));
    }
  });

  it('is told by its claims where the header does not say', async () => {
    const foreign: Readonly<Record<string, JWTPayload>> = {
      'an ID token with the hash of its access token': { at_hash: 'x' },
      'an ID token with the hash of its code': { c_hash: 'x' },
      'an ID token with a nonce': { nonce: 'n' },
      'an ID token of Keycloak': { typ: 'ID' },
      'a refresh token of Keycloak': { typ: 'Refresh' },
      'a type that is no text': { typ: ['Bearer'] },
      'a logout token': { events: { 'http://schemas.openid.net/event/backchannel-logout': {} } },
      'a token that is bound to a key': { cnf: { jkt: 'x' } },
    };
    for (const [what, over] of Object.entries(foreign)) {
      for (const typ of ['JWT', 'at+jwt', undefined]) assert.equal(await typed({ typ }, over), false, what);
    }
    assert.equal(await typed({ typ: 'JWT' }, { typ: 'Bearer' }), true);
    assert.equal(await typed({ typ: 'JWT' }, { typ: 'Bearer', nonce: 'of a Keycloak before 24' }), true);
  });
});

describe('a forged token', () => {
  it('is refused, whatever was done to it', async () => {
    const good = await sign(claims());
    const [header = '', payload = '', signature = ''] = good.split('.');
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const hmac = (key: string, alg = 'HS256') =>
      new SignJWT(claims()).setProtectedHeader({ alg, kid: 'one' }).sign(new TextEncoder().encode(key));
    const jwk = await exportJWK(theirs.publicKey);
    const forged: Readonly<Record<string, string>> = {
      none: new UnsecuredJWT(claims()).encode(),
      'none with our kid': `${encode({ alg: 'none', kid: 'one' })}.${payload}.`,
      'None, signed': `${encode({ alg: 'None', kid: 'one' })}.${payload}.${signature}`,
      'another algorithm over the same signature': `${encode({ alg: 'PS256', kid: 'one' })}.${payload}.${signature}`,
      'an algorithm of another kind of key': `${encode({ alg: 'ES256', kid: 'one' })}.${payload}.${signature}`,
      'HS256 with the public key as PEM': await hmac(await exportSPKI(ours.publicKey)),
      'HS256 with the public key as JWK': await hmac(JSON.stringify(await exportJWK(ours.publicKey))),
      'HS512 with the modulus': await hmac(String((await exportJWK(ours.publicKey)).n), 'HS512'),
      'another key': await sign(claims(), {}, theirs.privateKey),
      'another key, another name': await sign(claims(), { kid: 'two' }, theirs.privateKey),
      'another key in its header': await sign(claims(), { jwk, kid: 'two' }, theirs.privateKey),
      'another key at its address': await sign(claims(), { jku: 'https://evil.test', kid: 'two' }, theirs.privateKey),
      'a name that is a path': await sign(claims(), { kid: '../../dev/null' }, theirs.privateKey),
      'a name that is SQL': await sign(claims(), { kid: "one' OR '1'='1" }, theirs.privateKey),
      'a name that is of every object': await sign(claims(), { kid: '__proto__' }, theirs.privateKey),
      'a name that is no text': `${encode({ alg: 'RS256', kid: ['one'] })}.${payload}.${signature}`,
      'a header that must be understood': await new CompactSign(new TextEncoder().encode(JSON.stringify(claims())))
        .setProtectedHeader({ alg: 'RS256', kid: 'one', crit: ['x'], x: 1 } as never)
        .sign(ours.privateKey, { crit: { x: true } }),
      'another issuer': await sign(claims({ iss: 'https://issuer.test/realms/two' })),
      'an issuer that begins alike': await sign(claims({ iss: `${issuer}/` })),
      'no issuer': await sign(claims({ iss: undefined as never })),
      'another audience': await sign(claims({ aud: 'other' })),
      'other audiences': await sign(claims({ aud: ['other', 'scoria2'] })),
      'no audience': await sign(claims({ aud: undefined as never })),
      'not yet': await sign(claims({ nbf: seconds() + 120 })),
      over: await sign(claims({ exp: seconds() - 61 })),
      'without an end': await sign(claims({ exp: undefined as never })),
      'an end that is a text': await sign(claims({ exp: '9999999999' as never })),
      'without a subject': await sign(claims({ sub: undefined as never })),
      'a user that is no id': await sign(claims({ sub: 'x\r\nX-Evil: 1' })),
      'a user that is a list': await sign(claims({ sub: ['a'] as never })),
      'a project that is no id': await sign(claims({ project_id: '../b' })),
      'a project that is an object': await sign(claims({ project_id: { a: 1 } })),
      'other claims': `${header}.${encode(claims({ roles: ['admin'] }))}.${signature}`,
      'no signature': `${header}.${payload}.`,
      'half a signature': `${header}.${payload}.${signature.slice(0, 100)}`,
      'a header injected': `${good}\r\nX-Auth-Token: x`,
      'four parts': `${good}.x`,
      'five parts': `${good}.x.y`,
      'no JSON': `${Buffer.from('{').toString('base64url')}.${payload}.${signature}`,
      nothing: '',
      points: '..',
      'too long': `${header}.${'x'.repeat(16_384)}.${signature}`,
    };
    for (const [how, token] of Object.entries(forged)) assert.equal(await identity.authenticate(token), null, how);
    assert.notEqual(await identity.authenticate(good), null);
  });

  it('that is too long is refused before it is read', async () => {
    isAway = true; // whoever looked at the token would want the keys
    assert.equal(await identity.authenticate(`a.${'x'.repeat(16_384)}.c`), null);
    await assert.rejects(identity.authenticate(await sign(claims())), IdentityUnavailable);
  });

  it('signed with a shared secret or a private key that the issuer publishes is refused', async () => {
    const secret = Buffer.alloc(32, 1);
    published = [
      ...published,
      { kty: 'oct', kid: 'secret', k: secret.toString('base64url') },
      { ...(await exportJWK(theirs.privateKey)), kid: 'private', alg: 'RS256' },
    ];
    const token = await new SignJWT(claims()).setProtectedHeader({ alg: 'HS256', kid: 'secret' }).sign(secret);
    assert.equal(await identity.authenticate(token), null);
    assert.equal(await identity.authenticate(await sign(claims(), { kid: 'private' }, theirs.privateKey)), null);
  });
});

describe('the keys of the issuer', () => {
  it('are read again when a token names a new one, at most every 30 s', async () => {
    await identity.authenticate(await sign(claims()));
    const added = { ...(await exportJWK(theirs.publicKey)), kid: 'two', alg: 'RS256' };
    const renewed = (n: number) => sign(claims({ jti: String(n) }), { kid: 'two' }, theirs.privateKey);
    for (let n = 0; n < 20; n += 1) assert.equal(await identity.authenticate(await renewed(n)), null);
    assert.equal(asked.length, 2);
    published = [...published, added];
    time.now += 31_000;
    assert.notEqual(await identity.authenticate(await renewed(21)), null);
    assert.equal(asked.length, 4);
  });

  it('are read behind the requests every ten minutes, and one that was taken back stops working', async () => {
    await identity.authenticate(await sign(claims()));
    published = [{ ...(await exportJWK(theirs.publicKey)), kid: 'two' }];
    time.now += 601_000;
    assert.notEqual(await identity.authenticate(await sign(claims({ jti: 'a' }))), null);
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(asked.length, 4);
    assert.equal(await identity.authenticate(await sign(claims({ jti: 'b' }))), null);
  });

  it('that cannot be read let nobody in, and are not asked for at each request once they were', async () => {
    isAway = true;
    await assert.rejects(identity.authenticate(await sign(claims())), IdentityUnavailable);
    if (identity.ready) await assert.rejects(identity.ready(), IdentityUnavailable);
    isAway = false;
    time.now += 5000;
    await identity.ready?.();
    isAway = true;
    asked.length = 0;
    time.now += 601_000;
    for (let n = 0; n < 10; n += 1) {
      assert.notEqual(await identity.authenticate(await sign(claims({ jti: `x${n}` }))), null);
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal(asked.length, 2); // one read, tried twice
    await assert.rejects(identity.authenticate(await sign(claims(), { kid: 'new' })), IdentityUnavailable);
  });

  it('of another issuer, or out in the open, are not taken', async () => {
    const answers = [
      { issuer: 'https://other.test', jwks_uri: `${issuer}/certs` },
      { issuer, jwks_uri: 'http://issuer.test/certs' },
      { issuer, jwks_uri: 'https://' },
      { issuer, jwks_uri: '/certs' },
      { issuer },
    ];
    for (const answer of answers) {
      const http: Http = async (url) =>
        Response.json(new URL(url).pathname.endsWith('certs') ? { keys: published } : answer);
      const lying = open({ http });
      await assert.rejects(lying.authenticate(await sign(claims())), IdentityUnavailable);
    }
  });
});

describe('a mapping', () => {
  it('of the wrong form is refused', () => {
    for (const text of ['', '[]', '{"user": "sub"}', '{"user_id": 1}', '{"roles": []}', '{"role_map": {"a": "b"}}']) {
      assert.throws(() => readMapping(text), text);
    }
  });
});
