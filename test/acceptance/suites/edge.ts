// The identity adapters at the edge: in workerd, against an issuer and against a Keystone (our embedded one) over HTTP.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { signIn } from '../clients.ts';
import {
  type Command,
  freePort,
  root,
  type Service,
  spawned,
  startService,
  temporaryFolder,
  until,
  within,
} from '../service.ts';

const signer = await generateKeyPair('ES256', { extractable: true });
const later = await generateKeyPair('RS256', { extractable: true });
const stranger = await generateKeyPair('ES256', { extractable: true });
const minute = 60;

let service: Service;
let issuer: Server;
let issuerUrl: string;
let edge: string;
let wrangler: Command;
let reads = 0;
const keys: Record<string, unknown>[] = [];

before(async () => {
  keys.push({ ...(await exportJWK(signer.publicKey)), kid: 'first', alg: 'ES256' });
  const port = await freePort();
  issuerUrl = `http://127.0.0.1:${port}`;
  issuer = createServer((request, response) => {
    reads += 1;
    const isKeys = request.url === '/keys';
    response.end(JSON.stringify(isKeys ? { keys } : { issuer: issuerUrl, jwks_uri: `${issuerUrl}/keys` }));
  });
  await new Promise<void>((resolve) => issuer.listen(port, '127.0.0.1', resolve));
  service = await startService();
  const at = await freePort();
  edge = `http://127.0.0.1:${at}`;
  const variables = {
    ISSUER: issuerUrl,
    KEYSTONE: `${service.url}/identity`,
    PASSWORD: service.password('admin'),
  };
  const folder = temporaryFolder();
  // Its own, as wrangler would take that of the API. Without nodejs_compat: nothing of Node is there.
  const config = join(folder, 'wrangler.json');
  const worker = { name: 'edge', main: join(root, 'test/edge/worker.ts'), compatibility_date: '2026-10-01' };
  writeFileSync(config, JSON.stringify(worker));
  wrangler = spawned(
    process.execPath,
    [
      ...[join(root, 'node_modules/wrangler/bin/wrangler.js'), 'dev', '--config', config],
      ...['--local', '--ip', '127.0.0.1', '--port', String(at)],
      ...Object.entries(variables).flatMap(([name, value]) => ['--var', `${name}:${value}`]),
    ],
    folder,
    { CI: 'true', HOME: folder, WRANGLER_SEND_METRICS: 'false', NO_COLOR: '1' },
  );
  await until(
    () => asked('/oidc', 'none').catch(() => null),
    (told) => told?.status === 401,
  );
});
after(async () => {
  wrangler.child.kill('SIGINT'); // it ends its workerd
  await within(wrangler.ended, 'the end of wrangler');
  issuer.close();
  issuer.closeAllConnections();
  await service.stop();
});

async function asked(path: string, token: string) {
  const response = await fetch(`${edge}${path}`, {
    headers: { 'X-Auth-Token': token },
    signal: AbortSignal.timeout(30_000),
  });
  return { status: response.status, body: await response.json() };
}

interface Made {
  readonly by?: { readonly privateKey: CryptoKey };
  readonly kid?: string;
  readonly alg?: string;
  readonly audience?: string;
  readonly seconds?: number;
}

const token = ({ by = signer, kid = 'first', alg = 'ES256', audience = 'scoria', seconds = minute }: Made = {}) =>
  new SignJWT({ project_id: 'p1', roles: ['member'] })
    .setProtectedHeader({ alg, kid })
    .setIssuer(issuerUrl)
    .setAudience(audience)
    .setSubject('u1')
    .setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
    .sign(by.privateKey);

test('in workerd a token of the issuer stands for its user, and no forged, expired or misdirected one does', async () => {
  const good = await asked('/oidc', await token());
  assert.equal(good.status, 200, JSON.stringify(good.body));
  assert.deepEqual([good.body.userId, good.body.projectId, good.body.roles], ['u1', 'p1', ['member', 'reader']]);
  const before = reads;
  const bad = { forged: { by: stranger }, over: { seconds: -2 * minute }, elsewhere: { audience: 'others' } };
  for (const [name, made] of Object.entries(bad)) {
    assert.equal((await asked('/oidc', await token(made))).status, 401, name);
  }
  assert.equal((await asked('/oidc', await token())).status, 200);
  assert.equal(reads, before, 'no request asks the issuer');
});

test('in workerd a token of our Keystone is taken, and one that it does not know is not', async () => {
  const good = await asked('/keystone', await signIn(service, 'demo'));
  assert.equal(good.status, 200, JSON.stringify(good.body));
  assert.equal(good.body.userName, 'demo');
  assert.ok(good.body.roles.includes('member'));
  assert.equal((await asked('/keystone', 'made-up')).status, 401);
});

test('in workerd a Keystone that is away lets nobody in who is not known', async () => {
  const known = await signIn(service, 'demo');
  const fresh = await signIn(service, 'reader');
  assert.equal((await asked('/keystone', known)).status, 200);
  await service.stop();
  assert.equal((await asked('/keystone', known)).status, 200, 'what is known is answered');
  assert.equal((await asked('/keystone', fresh)).status, 503);
});

test('in workerd the key that an issuer has changed to is read when a token names it', async () => {
  keys.splice(0, 1, { ...(await exportJWK(later.publicKey)), kid: 'second', alg: 'RS256' });
  const rotated = await token({ by: later, kid: 'second', alg: 'RS256' });
  // At most every 30 seconds a token makes us read them.
  await until(
    () => asked('/oidc', rotated),
    (told) => told.status === 200,
  );
});
