// An issuer whose keys change, age, are away or are broken.
import assert from 'node:assert/strict';
import { before, beforeEach, describe, it } from 'node:test';
import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import type { Http } from '../http/port.ts';
import { silentLog } from '../log/lines.ts';
import { oidcIdentity } from './oidc.ts';
import { type Identity, IdentityUnavailable } from './port.ts';

const issuer = 'https://issuer.test';
type Pair = Awaited<ReturnType<typeof generateKeyPair>>;

let rsa: Pair;
let ec: Pair;
let otherEc: Pair;
before(async () => {
  const extractable = { extractable: true };
  rsa = await generateKeyPair('RS256', extractable);
  ec = await generateKeyPair('ES256', extractable);
  otherEc = await generateKeyPair('ES256', extractable);
});

const time = { now: 0 };
let published: unknown[];
let isAway: boolean;
let reads: number;
let skipped: object[];
let identity: Identity;

const http: Http = async () => {
  reads += 1;
  if (isAway) throw new TypeError('fetch failed');
  return Response.json({ keys: published });
};

const jwk = async ({ publicKey }: Pair, over: JWK | object = {}) => ({ ...(await exportJWK(publicKey)), ...over });

beforeEach(async () => {
  time.now = Date.parse('2026-11-23T10:00:00Z');
  published = [await jwk(rsa, { kid: 'one', alg: 'RS256' })];
  isAway = false;
  reads = 0;
  skipped = [];
  const log = { ...silentLog, warn: (event: string, more = {}) => void skipped.push({ event, ...more }) };
  const clock = { now: () => time.now };
  identity = oidcIdentity({ issuer, audience: 'scoria', jwksUrl: `${issuer}/keys`, http, clock, log });
});

let made = 0;
/** A token that nobody has seen yet. */
const token = (header: { alg: string; kid?: string; typ?: string }, key: Pair, seconds = 7200) => {
  const now = Math.floor(time.now / 1000);
  made += 1;
  return new SignJWT({ iss: issuer, aud: 'scoria', sub: 'u', jti: String(made), exp: now + seconds })
    .setProtectedHeader(header)
    .sign(key.privateKey);
};
const ofOne = { alg: 'RS256', kid: 'one' };
const isGood = async (text: string) => (await identity.authenticate(text)) !== null;
/** What is read behind a request has been read. */
const settled = async () => {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

describe('the age of the keys', () => {
  it('after idle hours they are read before anybody is let in, so that a key that was taken back opens nothing', async () => {
    const soon = await token(ofOne, rsa, 6 * 3600);
    assert.equal(await isGood(await token(ofOne, rsa)), true);
    time.now += 3601_000;
    published = [await jwk(ec, { kid: 'two', alg: 'ES256' })];
    assert.equal(await isGood(soon), false);
    assert.equal(await isGood(await token({ alg: 'ES256', kid: 'two' }, ec)), true);
  });

  it('while the issuer is away they are believed for an hour, read behind the requests, and then nobody is let in', async () => {
    const remembered = await token(ofOne, rsa, 7200);
    await identity.ready?.();
    isAway = true;
    for (let minute = 0; minute < 60; minute += 5) {
      assert.equal(await isGood(await token(ofOne, rsa)), true, `minute ${minute}`);
      await settled();
      time.now += 300_000 - (minute === 55 ? 1000 : 0);
    }
    assert.equal(await isGood(remembered), true);
    time.now += 2000;
    await assert.rejects(token(ofOne, rsa).then(isGood), IdentityUnavailable);
    await assert.rejects(
      isGood(remembered),
      IdentityUnavailable,
      'nor is what was checked with them remembered longer',
    );
    await assert.rejects(async () => identity.ready?.(), IdentityUnavailable);
    isAway = false;
    time.now += 5000;
    assert.equal(await isGood(await token(ofOne, rsa)), true);
  });

  it('an issuer that is away at the start is asked once every five seconds, however many ask us', async () => {
    isAway = true;
    const ask = async (count: number) => {
      for (let n = 0; n < count; n += 1) await assert.rejects(token(ofOne, rsa).then(isGood), IdentityUnavailable);
    };
    await ask(20);
    assert.equal(reads, 2, 'one reading, tried twice');
    isAway = false;
    time.now += 4999;
    await ask(1);
    assert.equal(reads, 2);
    time.now += 1;
    assert.equal(await isGood(await token(ofOne, rsa)), true);
    assert.equal(reads, 3);
  });
});

describe('keys that cannot be used', () => {
  const broken: Readonly<Record<string, unknown>> = {
    'a point that is none': { kty: 'EC', crv: 'P-256', x: 'AAAA', y: 'AAAA', kid: 'broken', alg: 'ES256' },
    'a curve that is none': { kty: 'EC', crv: 'P-257', x: 'AAAA', y: 'AAAA', kid: 'broken', alg: 'ES256' },
    'half an Ed25519 key': { kty: 'OKP', crv: 'Ed25519', x: 'AAAA', kid: 'broken' },
    'no modulus': { kty: 'RSA', e: 'AQAB', kid: 'broken', alg: 'RS256' },
    'numbers for texts': { kty: 'RSA', n: 1, e: 2, kid: 'broken', alg: 'RS256' },
    'for encryption': { kty: 'RSA', n: 'AQAB', e: 'AQAB', kid: 'broken', use: 'enc' },
    'a name of every object': { kty: '__proto__', crv: 'constructor' },
    null: null,
    'a text': 'RSA',
  };
  for (const [how, key] of Object.entries(broken)) {
    it(`are passed over, and the others work: ${how}`, async () => {
      published = [key, ...published];
      assert.equal(await isGood(await token(ofOne, rsa)), true);
      // Nobody is told of a defect of ours, whatever such a key is named with.
      for (const alg of ['ES256', 'RS256', 'EdDSA']) {
        const pair = alg === 'EdDSA' ? await generateKeyPair(alg) : alg === 'ES256' ? ec : rsa;
        assert.equal(await isGood(await token({ alg, kid: 'broken' }, pair)), false, alg);
      }
      assert.deepEqual(skipped, [{ event: 'issuer-keys-not-used', of: 2, used: 1 }]);
    });
  }

  it('replace no good ones: not when all are broken, and not when there are none', async () => {
    await identity.ready?.();
    for (const keys of [[broken['a point that is none']], [broken['for encryption']], []]) {
      published = keys;
      time.now += 601_000;
      assert.equal(await isGood(await token(ofOne, rsa)), true);
      await settled();
      assert.equal(await isGood(await token(ofOne, rsa)), true);
    }
    assert.ok(reads >= 4);
  });

  it('let nobody in when they are all that there is', async () => {
    published = [broken['a point that is none']];
    await assert.rejects(token(ofOne, rsa).then(isGood), IdentityUnavailable);
  });

  it('an RSA key of less than 2048 bits', async () => {
    const short = await crypto.subtle.generateKey(
      { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1]) },
      true,
      ['sign', 'verify'],
    );
    published = [...published, { ...(await crypto.subtle.exportKey('jwk', short.publicKey)), kid: 'short' }];
    assert.equal(await isGood(await token(ofOne, rsa)), true);
    assert.equal(skipped.length, 1);
  });
});

describe('keys that change', () => {
  it('an issuer that goes from RSA to EC is followed at the first token of the new key', async () => {
    await identity.ready?.();
    time.now += 31_000;
    published = [await jwk(ec, { kid: 'two', alg: 'ES256' }), ...published];
    assert.equal(await isGood(await token({ alg: 'ES256', kid: 'two' }, ec)), true);
    assert.equal(await isGood(await token(ofOne, rsa)), true);
    assert.equal(reads, 2);
  });

  it('a storm of tokens that name a known key and another algorithm makes one reading in 30 s', async () => {
    await identity.ready?.();
    time.now += 31_000;
    const storm = async () => {
      for (let n = 0; n < 50; n += 1) assert.equal(await isGood(await token({ alg: 'ES256', kid: 'one' }, ec)), false);
    };
    await storm();
    assert.equal(reads, 2);
    time.now += 29_000;
    await storm();
    assert.equal(reads, 2);
    time.now += 2000;
    await storm();
    assert.equal(reads, 3);
  });

  it('a key that names no algorithm checks each that its kind can, and no other', async () => {
    published = [await jwk(rsa, { kid: 'one' })];
    for (const alg of ['RS256', 'RS512', 'PS384']) {
      const privateKey = await importJWK(await exportJWK(rsa.privateKey), alg);
      assert.ok(!(privateKey instanceof Uint8Array));
      assert.equal(await isGood(await token({ alg, kid: 'one' }, { ...rsa, privateKey })), true, alg);
    }
    assert.equal(await isGood(await token({ alg: 'ES256', kid: 'one' }, ec)), false);
  });

  it('of two keys without a name each checks its own tokens, and a third one’s are refused', async () => {
    published = [await jwk(ec), await jwk(otherEc)];
    for (let round = 0; round < 2; round += 1) {
      assert.equal(await isGood(await token({ alg: 'ES256' }, ec)), true);
      assert.equal(await isGood(await token({ alg: 'ES256' }, otherEc)), true);
      assert.equal(await isGood(await token({ alg: 'ES256' }, await generateKeyPair('ES256'))), false);
    }
    // A name that no key has is no name for those that have none.
    assert.equal(await isGood(await token({ alg: 'ES256', kid: 'two' }, ec)), false);
  });
});
