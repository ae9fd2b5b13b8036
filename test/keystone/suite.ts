// Scoria with a real Keystone: its users, its tokens, what it revokes, and what happens when it is away.
import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { decodeJwt, importPKCS8, SignJWT } from 'jose';
import { keystoneIdentity } from '../../infra/identity/keystone.ts';
import { readJwsKeys } from '../../infra/identity/keystone-jws.ts';
import { IdentityUnavailable } from '../../infra/identity/port.ts';
import { silentLog } from '../../infra/log/lines.ts';
import { openstack } from '../acceptance/clients.ts';
import { type Service, startService } from '../acceptance/service.ts';
import { type Provider, type RealKeystone, realKeystone } from './server.ts';

export function keystoneSuite(provider: Provider): void {
  let keystone: RealKeystone;
  let service: Service;
  const publicKeys = () => join(keystone.folder, 'public/public.pem');

  before(async () => {
    keystone = await realKeystone(provider);
    await keystone.makeUser('cinder', 'service', 'service');
    await keystone.makeUser('alice', 'demo', 'member');
    await keystone.makeUser('rita', 'demo', 'reader');
    await keystone.makeUser('bob', 'other', 'member');
    service = await startService({
      env: {
        SCORIA_IDENTITY: 'keystone',
        SCORIA_KEYSTONE_URL: `${keystone.url}/v3/`,
        SCORIA_KEYSTONE_PASSWORD: 'cinder-secret',
        ...(provider === 'jws' ? { SCORIA_KEYSTONE_JWS_KEYS: publicKeys() } : {}),
      },
    });
    await register(keystone, 'volumev3', 'cinderv3', `${service.url}/v3`);
    await register(keystone, 'image', 'glance', `${service.url}/image`);
  });
  after(async () => {
    await service?.stop();
    await keystone?.stop();
  });

  const cloud = (name: string, project: string) =>
    openstack(service, {
      OS_AUTH_URL: `${keystone.url}/v3`,
      OS_USERNAME: name,
      OS_PASSWORD: `${name}-secret`,
      OS_PROJECT_NAME: project,
      OS_USER_DOMAIN_NAME: 'Default',
      OS_PROJECT_DOMAIN_NAME: 'Default',
      OS_IDENTITY_API_VERSION: '3',
      OS_VOLUME_API_VERSION: '3',
    });
  const list = (token: string, more: Readonly<Record<string, string>> = {}) =>
    fetch(`${service.url}/v3/volumes`, { headers: { 'X-Auth-Token': token, ...more } });
  /** Our adapter against this Keystone, its clock in the test's hands. */
  const adapter = async () => {
    const time = { ahead: 0 };
    const identity = keystoneIdentity({
      url: keystone.url,
      user: {
        ...{ name: 'cinder', password: 'cinder-secret', project: 'service' },
        ...{ userDomain: 'Default', projectDomain: 'Default' },
      },
      http: fetch,
      clock: { now: () => Date.now() + time.ahead },
      log: silentLog,
      ...(provider === 'jws' ? { jwsKeys: await readJwsKeys(readFileSync(publicKeys(), 'utf8')) } : {}),
    });
    return { time, identity };
  };

  test('its users use the openstack client as with any Cinder, each what their role and project allow', async () => {
    const alice = cloud('alice', 'demo');
    const made = await alice.json('volume create --size 1 first');
    await alice.becomes('available', 'volume show', made.id);
    const seen = await cloud('rita', 'demo').json('volume list');
    assert.deepEqual(
      seen.map((one: { ID: string }) => one.ID),
      [made.id],
    );
    assert.match(await cloud('rita', 'demo').refused('volume create --size 1 second'), /403/);
    assert.deepEqual(await cloud('bob', 'other').json('volume list'), []);
    const all = await cloud('admin', 'admin').json('volume list --all-projects');
    assert.equal(all.length, 1);
    await alice.run('volume delete', made.id);
  });

  test('a token of an application credential is held to the access rules that Keystone has for it', async () => {
    const rules = '[{"service": "volumev3", "method": "GET", "path": "/v3/volumes/**"}]';
    const made = await cloud('alice', 'demo').json('application credential create --access-rules', rules, 'watcher');
    const watcher = openstack(service, {
      OS_AUTH_TYPE: 'v3applicationcredential',
      OS_AUTH_URL: `${keystone.url}/v3`,
      OS_APPLICATION_CREDENTIAL_ID: made.id,
      OS_APPLICATION_CREDENTIAL_SECRET: made.secret,
    });
    assert.deepEqual(await watcher.json('volume list'), []);
    assert.match(await watcher.refused('volume snapshot list'), /access rules/);
    assert.match(await watcher.refused('volume create --size 1 no'), /access rules/);
  });

  test('Scoria serves no identity, writes no clouds.yaml and sends who has no token to that Keystone', async () => {
    assert.equal((await fetch(`${service.url}/identity/v3`)).status, 401);
    assert.equal((await list('forged')).status, 401);
    const challenge = (await list('')).headers.get('www-authenticate');
    assert.equal(challenge, `Keystone uri="${keystone.url}"`);
    assert.equal(existsSync(join(service.folder, 'clouds.yaml')), false);
    assert.equal(existsSync(join(service.data, 'passwords.json')), false);
    const ready = await fetch(`${service.url}/readyz`);
    assert.deepEqual([ready.status, await ready.json()], [200, { database: 'ready', identity: 'ready' }]);
  });

  test('a revoked token and a token of a disabled user are refused once the answer is no longer remembered', async () => {
    const { time, identity } = await adapter();
    const dora = await keystone.makeUser('dora', 'demo', 'member');
    const [revoked, disabled] = [await keystone.signIn('alice', 'demo'), await keystone.signIn('dora', 'demo')];
    assert.equal((await identity.authenticate(revoked))?.roles.has('reader'), true);
    assert.equal((await identity.authenticate(disabled))?.userId, dora);
    await keystone.ask('DELETE', '/auth/tokens', undefined, { 'X-Subject-Token': revoked });
    await keystone.ask('PATCH', `/users/${dora}`, { user: { enabled: false } });
    assert.notEqual(await identity.authenticate(revoked), null);
    assert.equal(await (await adapter()).identity.authenticate(revoked), null);
    assert.equal((await list(revoked)).status, 401);
    time.ahead = 301_000;
    assert.equal(await identity.authenticate(revoked), null);
    assert.equal(await identity.authenticate(disabled), null);
  });

  test('a token that was revoked while Scoria had never seen it costs its project nothing', async () => {
    const token = await keystone.signIn('bob', 'other');
    await keystone.ask('DELETE', '/auth/tokens', undefined, { 'X-Subject-Token': token });
    assert.equal((await list(token)).status, 401);
  });

  if (provider === 'jws') {
    test('a token that is over is taken with a service token only, and a forged one with none', async () => {
      const good = await keystone.signIn('alice', 'demo');
      const serviceToken = await keystone.signIn('cinder', 'service');
      const pem = createPrivateKey(readFileSync(join(keystone.folder, 'private/private.pem')));
      const key = await importPKCS8(pem.export({ type: 'pkcs8', format: 'pem' }).toString(), 'ES256');
      const claims = decodeJwt(good);
      const now = Math.floor(Date.now() / 1000);
      const over = await new SignJWT({ ...claims, iat: now - 7200, exp: now - 3600 })
        .setProtectedHeader({ alg: 'ES256', typ: 'JWT' })
        .sign(key);
      assert.equal((await list(over)).status, 401);
      assert.equal((await list(over, { 'X-Service-Token': good })).status, 401);
      assert.equal((await list(over, { 'X-Service-Token': serviceToken })).status, 200);
      const forged = `${over.slice(0, -8)}AAAAAAAA`;
      assert.equal((await list(forged, { 'X-Service-Token': serviceToken })).status, 401);
    });
  }

  test('while it is away who is known goes on and nobody else comes in, and then everything goes on', async () => {
    const [known, other] = [await keystone.signIn('alice', 'demo'), await keystone.signIn('bob', 'other')];
    const { time, identity } = await adapter();
    await identity.authenticate(known);
    assert.equal((await list(known)).status, 200);
    await keystone.stop();
    assert.equal((await list(known)).status, 200);
    const refused = await list(other);
    assert.equal(refused.status, 503);
    assert.equal(Object.keys(JSON.parse(await refused.text()))[0], 'serviceUnavailable');
    if (provider === 'jws') assert.equal((await list('forged')).status, 401);
    time.ahead = 301_000;
    await assert.rejects(identity.authenticate(known), IdentityUnavailable);
    await keystone.start();
    assert.equal((await list(other)).status, 200);
  });
}

async function register(keystone: RealKeystone, type: string, name: string, url: string): Promise<void> {
  const { service } = await keystone.ask('POST', '/services', { service: { type, name } });
  for (const face of ['public', 'internal', 'admin']) {
    const endpoint = { service_id: service.id, interface: face, region_id: 'RegionOne', url };
    await keystone.ask('POST', '/endpoints', { endpoint });
  }
}
