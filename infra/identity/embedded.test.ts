import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { exportJWK, exportSPKI, generateKeyPair, importJWK, SignJWT, UnsecuredJWT } from 'jose';
import type { Clock } from '../clock/port.ts';
import type { Database, Statement } from '../database/port.ts';
import { DatabaseError } from '../database/port.ts';
import { systemIds } from '../ids/system.ts';
import { silentLog } from '../log/lines.ts';
import { embeddedIdentity } from './embedded.ts';
import { memoryKeyStore } from './key-store.ts';
import { scryptPasswords } from './passwords.ts';
import { type Grant, IdentityUnavailable, subject } from './port.ts';
import { signingKeys } from './signing-keys.ts';

const ids = systemIds();
const life = 3600;

function opened(options: { lifeSeconds?: number; issuer?: string; audience?: string } = {}) {
  const time = { now: Date.parse('2026-11-23T10:00:00Z') };
  const clock: Pick<Clock, 'now'> = { now: () => time.now };
  const asked: string[] = [];
  const failing = { yes: false };
  const database: Database = {
    async all<Row>(statement: Statement): Promise<Row[]> {
      asked.push(statement.name);
      if (failing.yes) throw new DatabaseError('unavailable', 'gone', '08006', statement.name);
      return [];
    },
    close: async () => {},
  };
  const store = memoryKeyStore();
  const keys = signingKeys({ store, clock, ids, keepSeconds: life });
  const common = { database, clock, ids, log: silentLog, keys, passwords: scryptPasswords({ cost: 1024 }) };
  const embedded = embeddedIdentity({ ...common, ...options });
  const grant = (): Grant => ({
    user: { id: 'u1', name: 'one', domain: { id: 'default', name: 'Default' } },
    project: { id: 'p1', name: 'first', domain: { id: 'default', name: 'Default' } },
    domain: null,
    isSystem: false,
    roles: [{ id: 'r1', name: 'Member' }],
    methods: ['password'],
    parentAuditId: null,
    credential: null,
    issuedAt: time.now,
    notAfter: null,
  });
  return { ...embedded, time, store, keys, clock, asked, failing, grant, common };
}

const payloadOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());

describe('a token', () => {
  it('stands for its actor until it is over, and not a millisecond longer', async () => {
    const it = opened();
    const { token } = await it.keystone.issue(it.grant());
    const elsewhere = { ...it.grant().user, domain: { id: 'd2', name: 'Two' } };
    const other = await it.keystone.issue({ ...it.grant(), user: elsewhere });
    const two = await it.identity.authenticate(other.token);
    assert.deepEqual([two?.userDomainId, two?.projectDomainId, two?.domainId], ['d2', 'default', null]);
    const actor = await it.identity.authenticate(token);
    assert.equal(actor?.userId, 'u1');
    assert.equal(actor?.projectId, 'p1');
    assert.deepEqual([...(actor?.roles ?? [])], ['member']);
    it.time.now += life * 1000 - 1;
    assert.notEqual(await it.identity.authenticate(token), null);
    it.time.now += 1;
    assert.equal(await it.identity.authenticate(token), null);
  });

  it('never outlives what it was made from', async () => {
    const it = opened();
    const { claims } = await it.keystone.issue({ ...it.grant(), notAfter: it.time.now + 5000 });
    assert.equal(claims.expiresAt, it.time.now + 5000);
  });

  it('is over when the life of tokens is set shorter than it was', async () => {
    const it = opened();
    const { token } = await it.keystone.issue(it.grant());
    const { identity } = embeddedIdentity({ ...it.common, lifeSeconds: 60 });
    assert.notEqual(await identity.authenticate(token), null);
    it.time.now += 60_000;
    assert.equal(await identity.authenticate(token), null);
  });

  it('costs no statement once the revocations are known', async () => {
    const it = opened();
    const { token } = await it.keystone.issue(it.grant());
    await it.load();
    it.asked.length = 0;
    for (let i = 0; i < 100; i += 1) await it.identity.authenticate(token);
    assert.deepEqual(it.asked, []);
  });
});

describe('a forged token', () => {
  it('is refused, whatever was done to it', async () => {
    const it = opened();
    const { token } = await it.keystone.issue(it.grant());
    const [header = '', payload = '', signature = ''] = token.split('.');
    const claims = payloadOf(token);
    const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString());
    const publicKey = await it.keys.find(kid);
    assert.ok(publicKey);
    const other = await generateKeyPair('ES256');
    const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const hmac = (key: string) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid }).sign(new TextEncoder().encode(key));
    const forged = {
      'no algorithm': new UnsecuredJWT(claims).encode(),
      'no algorithm, our key': `${encode({ alg: 'none', kid })}.${payload}.`,
      'HS256 with the public key as PEM': await hmac(await exportSPKI(publicKey)),
      'HS256 with the public key as JWK': await hmac(JSON.stringify(await exportJWK(publicKey))),
      'another key': await new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid }).sign(other.privateKey),
      'another key with its own name': await new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256', kid: 'other' })
        .sign(other.privateKey),
      'another key in its own header': await new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256', jwk: await exportJWK(other.publicKey) })
        .sign(other.privateKey),
      'an admin': `${header}.${encode({ ...claims, roles: [{ id: 'a', name: 'admin' }] })}.${signature}`,
      'no signature': `${header}.${payload}.`,
      'half a signature': `${header}.${payload}.${signature.slice(0, 40)}`,
      'another header': `${encode({ alg: 'ES256', kid, x: 1 })}.${payload}.${signature}`,
      nothing: '',
      words: 'not a token',
      points: '..',
      length: 'x'.repeat(100_000),
    };
    for (const [how, text] of Object.entries(forged)) assert.equal(await it.identity.authenticate(text), null, how);
    assert.notEqual(await it.identity.authenticate(token), null);
  });

  it('of another installation with the same keys is refused', async () => {
    const it = opened();
    for (const marks of [{ issuer: 'other' }, { audience: 'other' }]) {
      const { keystone } = embeddedIdentity({ ...it.common, ...marks });
      const { token } = await keystone.issue(it.grant());
      assert.equal(await it.identity.authenticate(token), null);
    }
  });

  it('signed by us for something else is refused', async () => {
    const it = opened();
    const { kid, privateKey } = await it.keys.newest();
    const exp = it.time.now / 1000 + 60;
    const alien = new SignJWT({ iss: 'scoria', aud: 'scoria', sub: 'u1', iat: exp - 60, exp });
    assert.equal(
      await it.identity.authenticate(await alien.setProtectedHeader({ alg: 'ES256', kid }).sign(privateKey)),
      null,
    );
  });
});

describe('a revocation', () => {
  it('ends what was issued until then, at once and from the cache, and nothing that was issued after', async () => {
    const subjects = [
      subject.user('u1'),
      subject.project('p1'),
      subject.domain('default'),
      subject.role('r1'),
      subject.grant('u1', 'project:p1'),
    ];
    for (const one of subjects) {
      const it = opened();
      const { token } = await it.keystone.issue(it.grant());
      assert.notEqual(await it.identity.authenticate(token), null);
      it.time.now += 5;
      await it.keystone.revoke([one]);
      assert.equal(await it.identity.authenticate(token), null, one);
      assert.equal(await it.keystone.read(token), null, one);
      it.time.now += 1;
      const later = await it.keystone.issue(it.grant());
      assert.notEqual(await it.identity.authenticate(later.token), null, one);
    }
  });

  it('of one token leaves the others', async () => {
    const it = opened();
    const [one, two] = [await it.keystone.issue(it.grant()), await it.keystone.issue(it.grant())];
    await it.keystone.revoke(one.claims.auditIds.map(subject.token));
    assert.equal(await it.identity.authenticate(one.token), null);
    assert.notEqual(await it.identity.authenticate(two.token), null);
  });
});

describe('reading the revocations of others', () => {
  it('happens behind the requests every five seconds', async () => {
    const it = opened();
    const { token } = await it.keystone.issue(it.grant());
    await it.load();
    for (const [seconds, statements] of [
      [4, 1],
      [2, 2],
      [1, 2],
      [5, 3],
    ] as const) {
      it.time.now += seconds * 1000;
      await it.identity.authenticate(token);
      assert.equal(it.asked.length, statements);
    }
  });

  it('is waited for after a long sleep, and nobody is let in when it fails', async () => {
    const it = opened();
    const { token } = await it.keystone.issue(it.grant());
    await it.load();
    it.failing.yes = true;
    it.time.now += 10_000;
    assert.notEqual(await it.identity.authenticate(token), null);
    it.time.now += 60_000;
    await assert.rejects(it.identity.authenticate(token), IdentityUnavailable);
    it.failing.yes = false;
    assert.notEqual(await it.identity.authenticate(token), null);
  });
});

describe('rotation', () => {
  it('signs with the new key, verifies with the old one, and drops it when its last token is over', async () => {
    const it = opened();
    const before = await it.keystone.issue(it.grant());
    const first = (await it.keys.newest()).kid;
    await it.keys.rotate();
    assert.notEqual((await it.keys.newest()).kid, first);
    it.time.now += 40_000;
    assert.notEqual(await it.identity.authenticate(before.token), null);
    it.time.now += life * 1000;
    await it.keys.rotate();
    assert.equal(await it.keys.find(first), null);
  });

  it('by another process is noticed when its first token comes', async () => {
    const it = opened();
    await it.keys.newest();
    const theirs = signingKeys({ store: it.store, clock: it.clock, ids });
    await theirs.rotate();
    const { keystone } = embeddedIdentity({ ...it.common, keys: theirs });
    it.time.now += 1500;
    const { token } = await keystone.issue(it.grant());
    assert.notEqual(await it.identity.authenticate(token), null);
  });

  it('keeps private keys out of what verifies', async () => {
    const it = opened();
    const { kid } = await it.keys.newest();
    assert.equal((await it.keys.find(kid))?.type, 'public');
    const { keys } = JSON.parse((await it.store.load()) ?? '{}');
    assert.equal(((await importJWK(keys[0], 'ES256')) as { type?: string }).type, 'private');
  });
});
