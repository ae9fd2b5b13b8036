import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { SettingsError } from '../infra/settings/environment.ts';
import { CommandError } from './command.ts';
import { readExternalIdentity, readPolicy } from './operator-files.ts';
import { readSettings } from './settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'scoria-settings-'));
after(() => rmSync(folder, { recursive: true }));
const read = (env: Readonly<Record<string, string>>) => readSettings({ env, folder });

const keystone = {
  SCORIA_IDENTITY: 'keystone',
  SCORIA_KEYSTONE_URL: 'https://keystone.test:5000/v3/',
  SCORIA_KEYSTONE_PASSWORD: 'x',
};
const oidc = { SCORIA_IDENTITY: 'oidc', SCORIA_OIDC_ISSUER: 'https://issuer.test/', SCORIA_OIDC_AUDIENCE: 'scoria' };

test('without settings the identity is ours and nothing but concurrency is limited', () => {
  const { identity, policy, gateway } = read({});
  assert.deepEqual([identity, policy, gateway.proxies, gateway.corsOrigins], [null, null, 0, []]);
  assert.deepEqual([gateway.limits.ratePerProject, gateway.limits.concurrent], [null, 1024]);
});

test('a Keystone and an issuer are read with their defaults', () => {
  const domains = { userDomain: 'Default', projectDomain: 'Default' };
  assert.deepEqual(read(keystone).identity, {
    kind: 'keystone',
    url: 'https://keystone.test:5000',
    user: { name: 'cinder', password: 'x', project: 'service', ...domains },
    jwsKeys: null,
  });
  const two = read({ ...keystone, SCORIA_KEYSTONE_DOMAINS: 'One, Two' }).identity;
  assert.equal(two?.kind === 'keystone' && `${two.user.userDomain}-${two.user.projectDomain}`, 'One-Two');
  assert.deepEqual(read(oidc).identity, {
    kind: 'oidc',
    issuer: 'https://issuer.test/',
    audience: 'scoria',
    jwksUrl: null,
    mapping: null,
  });
  assert.deepEqual(read({ SCORIA_RATE_PER_PROJECT: '2.5' }).gateway.limits.ratePerProject, {
    perSecond: 2.5,
    burst: 3,
  });
});

test('what is wrong is refused with the name of the variable', () => {
  const table: readonly (readonly [Readonly<Record<string, string>>, RegExp])[] = [
    [{ SCORIA_IDENTITY: 'ldap' }, /SCORIA_IDENTITY must be/],
    [{ SCORIA_IDENTITY: 'keystone' }, /SCORIA_KEYSTONE_URL must be set/],
    [{ ...keystone, SCORIA_KEYSTONE_PASSWORD: '' }, /SCORIA_KEYSTONE_PASSWORD must be set/],
    [{ ...keystone, SCORIA_KEYSTONE_URL: 'keystone:5000' }, /SCORIA_KEYSTONE_URL must be a URL/],
    [{ ...keystone, SCORIA_KEYSTONE_URL: 'https://u:p@keystone.test' }, /SCORIA_KEYSTONE_URL must be a URL without/],
    [{ ...keystone, SCORIA_KEYSTONE_DOMAINS: 'a,b,c' }, /SCORIA_KEYSTONE_DOMAINS/],
    [{ ...oidc, SCORIA_OIDC_ISSUER: 'http://issuer.test' }, /SCORIA_OIDC_ISSUER must begin with https/],
    [{ ...oidc, SCORIA_OIDC_JWKS: 'http://issuer.test/keys' }, /SCORIA_OIDC_JWKS must begin with https/],
    [{ ...oidc, SCORIA_OIDC_AUDIENCE: '' }, /SCORIA_OIDC_AUDIENCE must be set/],
    [{ SCORIA_RATE_PER_PROJECT: '0:5' }, /SCORIA_RATE_PER_PROJECT/],
    [{ SCORIA_RATE_PER_ADDRESS: '5:' }, /SCORIA_RATE_PER_ADDRESS/],
    [{ SCORIA_RATE_STATUS: '418' }, /SCORIA_RATE_STATUS/],
    [{ SCORIA_CONCURRENT: '-1' }, /SCORIA_CONCURRENT must/],
    [{ SCORIA_CORS_ORIGINS: 'console.test' }, /SCORIA_CORS_ORIGINS/],
    [{ SCORIA_CORS_ORIGINS: 'https://console.test/' }, /SCORIA_CORS_ORIGINS/],
  ];
  for (const [env, reason] of table) {
    assert.throws(
      () => read(env),
      (error) => error instanceof SettingsError && reason.test(error.message),
      String(reason),
    );
  }
});

test('a file that cannot be read or used is refused with its path', async () => {
  const write = (text: string) => {
    writeFileSync(join(folder, 'file'), text);
    return 'file';
  };
  const all: readonly (readonly [() => unknown, RegExp])[] = [
    [() => readPolicy({ policy: join(folder, 'none') }), /SCORIA_POLICY: .*none cannot be read/],
    [() => readPolicy(read({ SCORIA_POLICY: write('a: role:b or') })), /file: line 1: rule "a":/],
    [() => readPolicy(read({ SCORIA_POLICY: write('"volume:get": rule:none') })), /line 1: rule "volume:get": names/],
    [() => readExternalIdentity(read({ ...oidc, SCORIA_OIDC_MAPPING: write('{') })), /SCORIA_OIDC_MAPPING: .*file/],
    [() => readExternalIdentity(read({ ...keystone, SCORIA_KEYSTONE_JWS_KEYS: write('x') })), /BEGIN PUBLIC KEY/],
  ];
  for (const [act, reason] of all) {
    const isSaid = (error: unknown) => error instanceof CommandError && reason.test(error.message);
    await assert.rejects(async () => act(), isSaid, String(reason));
  }
  const { policy, warnings } = readPolicy(read({ SCORIA_POLICY: write('"volume:get": "!"\n"none:such": "!"') }));
  assert.equal(policy.rules.get('volume:get')?.line, 1);
  assert.equal(warnings.length, 1);
});
