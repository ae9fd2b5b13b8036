// Glance with Scoria's embedded Keystone: its users, their tokens, and the catalog that names it.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Client, openstack, signIn } from '../../acceptance/clients.ts';
import { temporaryFolder } from '../../acceptance/service.ts';
import { type Cloud, startCloud } from '../server.ts';

const folder = temporaryFolder();
let cloud: Cloud;
let demo: Client;
let admin: Client;
let reader: Client;
before(async () => {
  cloud = await startCloud();
  demo = openstack(cloud.service(), 'scoria');
  admin = openstack(cloud.service(), 'scoria-admin');
  reader = openstack(cloud.service(), 'scoria-reader');
});
after(() => cloud.stop());

test('the catalog names the Glance, and no image service of ours stands in its place', async () => {
  const catalog = await demo.json('catalog show image');
  assert.ok(catalog.endpoints.length > 0);
  for (const endpoint of catalog.endpoints) assert.equal(endpoint.url, cloud.glance.url);
  assert.equal((await fetch(`${cloud.service().url}/image/v2/images`)).status, 401);
});

test('an image is made, listed, changed, read back and deleted with our tokens', async () => {
  const bytes = randomBytes(3_000_000);
  writeFileSync(join(folder, 'first.raw'), bytes);
  const made = await demo.json(
    'image create --disk-format raw --container-format bare first --file',
    `${folder}/first.raw`,
  );
  assert.equal((await demo.becomes('active', 'image show', made.id)).size, bytes.length);
  assert.deepEqual(
    (await reader.json('image list')).map((one: { ID: string }) => one.ID),
    [made.id],
  );
  assert.deepEqual(await admin.json('image list --private'), []);
  await demo.run('image set --property colour=red --min-disk 1', made.id);
  assert.equal((await demo.json('image show', made.id)).properties.colour, 'red');
  await demo.run('image save --file', `${folder}/back.raw`, made.id);
  assert.ok(readFileSync(join(folder, 'back.raw')).equals(bytes));
  await demo.run('image delete', made.id);
  assert.deepEqual(await demo.json('image list'), []);
});

test('a token that Glance does not know is refused there, and a revoked one too', async () => {
  const list = (token: string) => fetch(`${cloud.glance.url}/v2/images`, { headers: { 'X-Auth-Token': token } });
  const token = await signIn(cloud.service(), 'demo');
  assert.equal((await list('forged')).status, 401);
  const headers = { 'X-Auth-Token': token, 'X-Subject-Token': token };
  const revoked = await fetch(`${cloud.service().url}/identity/v3/auth/tokens`, { method: 'DELETE', headers });
  assert.equal(revoked.status, 204);
  assert.equal((await list(token)).status, 401);
});
