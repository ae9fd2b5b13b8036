// A whole Scoria behind each kind of identity, with a good token and the key that signed it.
import type { Hono } from 'hono';
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { createApp } from '../../functions/app.ts';
import { everyService, storageServices } from '../../functions/every-service.ts';
import { defaultSettings } from '../../functions/settings.ts';
import type { Http } from '../../infra/http/port.ts';
import { keystoneIdentity } from '../../infra/identity/keystone.ts';
import { readJwsKeys } from '../../infra/identity/keystone-jws.ts';
import { oidcIdentity } from '../../infra/identity/oidc.ts';
import type { Identity } from '../../infra/identity/port.ts';
import { silentLog } from '../../infra/log/lines.ts';
import { canary } from '../harness/canaries.ts';
import { projectScope, signIn, type TestIdentity, testIdentity } from '../harness/identity.ts';
import { headerOf, type Known } from './forge.ts';

export interface House {
  readonly app: Hono;
  readonly to: TestIdentity;
  /** A good token, and the keys of whoever made it. */
  known(): Promise<Known>;
  /** Revokes a token; null where nobody can. */
  readonly revoke: ((token: string) => Promise<void>) | null;
  /** How often somebody else was asked. */
  calls(): number;
}

export const houseNames = ['embedded', 'keystone', 'keystone with its keys', 'oidc'] as const;

export async function openHouse(name: (typeof houseNames)[number]): Promise<House> {
  const to = await testIdentity();
  const embedded = createApp(everyService, to.ports, defaultSettings);
  const known = async (): Promise<Known> => keysOf(to, await signIn(to, 'demo', projectScope('demo')));
  const revoke = async (token: string) => {
    const headers = { 'X-Subject-Token': token };
    await to.send('DELETE', '/auth/tokens', { token, headers });
  };
  if (name === 'embedded') return { app: embedded, to, known, revoke, calls: () => 0 };
  let calls = 0;
  const { keystone: _keystone, ...ports } = to.ports;
  const appOf = (identity: Identity) => createApp(storageServices, { ...ports, identity }, defaultSettings);
  if (name === 'oidc') {
    const issuer = await openIssuer(to);
    const http: Http = async (url) => {
      calls += 1;
      return issuer.answer(url);
    };
    const options = { issuer: issuer.url, audience: 'scoria', jwksUrl: `${issuer.url}/certs`, http };
    const app = appOf(oidcIdentity({ ...options, clock: to.ports.clock, log: silentLog }));
    return { app, to, known: issuer.known, revoke: null, calls: () => calls };
  }
  const http: Http = async (url, init) => {
    calls += 1;
    return embedded.request(url, { ...init, body: init.body ?? null });
  };
  const jwsKeys = name === 'keystone' ? undefined : await publicKeysOf((await known()).publicKey);
  const user = {
    name: 'admin',
    password: canary('admin-secret'),
    project: 'admin',
    userDomain: 'Default',
    projectDomain: 'Default',
  };
  const options = { url: 'http://keystone.test/identity', user, http, clock: to.ports.clock, log: silentLog };
  const identity = keystoneIdentity({ ...options, ...(jwsKeys === undefined ? {} : { jwsKeys }) });
  return { app: appOf(identity), to, known, revoke, calls: () => calls };
}

async function keysOf(to: TestIdentity, token: string): Promise<Known> {
  const publicKey = await to.keys.find(String(headerOf(token).kid));
  if (publicKey === null) throw new Error('a token of the embedded Keystone names no key of it');
  return { token, publicKey, privateKey: (await to.keys.newest()).privateKey };
}

const publicKeysOf = async (key: CryptoKey) => readJwsKeys(await exportSPKI(key));

/** An OpenID issuer with one key. */
async function openIssuer(to: TestIdentity) {
  const url = 'https://issuer.test';
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }];
  let number = 0;
  return {
    url,
    answer: (asked: string) => (asked === `${url}/certs` ? Response.json({ keys }) : new Response('', { status: 404 })),
    async known(): Promise<Known> {
      number += 1;
      const now = Math.floor(to.ports.clock.now() / 1000);
      const claims = {
        iss: url,
        aud: 'scoria',
        sub: 'somebody',
        project_id: 'a1',
        roles: ['member'],
        jti: `${number}`,
      };
      const token = await new SignJWT({ ...claims, iat: now, exp: now + 600 })
        .setProtectedHeader({ alg: 'RS256', kid: 'one' })
        .sign(privateKey);
      return { token, publicKey, privateKey };
    },
  };
}
