// Glance or Scoria is killed while the bytes of an image are on their way into a volume.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ask, type Client, openstack, signIn } from '../../acceptance/clients.ts';
import { temporaryFolder, until } from '../../acceptance/service.ts';
import { fileOf, isDisk, makeRaw, messagesOf, mib, upload } from '../disks.ts';
import { type Cloud, startCloud } from '../server.ts';

const raw = join(temporaryFolder(), 'large.raw');
let cloud: Cloud;
let demo: Client;
let image: string;
before(async () => {
  cloud = await startCloud();
  demo = openstack(cloud.service(), 'scoria');
  // Large enough to be caught on its way: about a second and a half on a quiet machine.
  makeRaw(raw, 700 * mib);
  image = await upload(demo, 'large', raw, 'raw');
});
after(() => cloud.stop());

/**
 * A volume of the image, at a moment when its bytes are on their way: Glance is stopped in the middle of sending
 * them.
 */
async function caughtDownloading(): Promise<string> {
  const token = await signIn(cloud.service(), 'demo');
  const body = { volume: { size: 1, imageRef: image } };
  const made = await ask(cloud.service(), token, 'POST', '/v3/volumes', body);
  assert.equal(made.status, 202, JSON.stringify(made.body));
  const { id } = made.body.volume;
  const status = async () => (await ask(cloud.service(), token, 'GET', `/v3/volumes/${id}`)).body.volume.status;
  await until(status, (now) => now !== 'creating');
  cloud.glance.process().kill('SIGSTOP');
  assert.equal(await status(), 'downloading');
  return id;
}

/** Five tries, 3, 6, 12 and 24 s apart: for so long a Glance may be away. */
const patienceMilliseconds = 45_000;

/** What became of a volume that waited for Glance. */
const settled = (id: string) =>
  until(
    () => demo.json('volume show', id),
    ({ status }) => status !== 'downloading',
    180_000,
  );

async function assertSaysWhy(id: string): Promise<void> {
  assert.match((await messagesOf(demo, id)).join('\n'), /image service could not be reached/);
}

test('Glance is killed in the middle of a download: the volume waits, and is made once Glance is back', async () => {
  const id = await caughtDownloading();
  const since = performance.now();
  await cloud.glance.kill();
  await cloud.glance.start();
  const awayMilliseconds = performance.now() - since;
  const { status } = await settled(id);
  if (status === 'error' && awayMilliseconds > patienceMilliseconds) return assertSaysWhy(id);
  assert.equal(status, 'available');
  assert.ok(isDisk(fileOf(cloud.service(), id), raw, 1));
});

test('Glance is killed and stays away: the volume ends in error, and a message says why', async () => {
  const id = await caughtDownloading();
  await cloud.glance.kill();
  assert.equal((await settled(id)).status, 'error');
  await assertSaysWhy(id);
  await demo.run('volume delete', id);
  await demo.vanishes('volume show', id);
  await cloud.glance.start();
});

test('Scoria is killed in the middle of a download: the volume is made after the next start', async () => {
  const id = await caughtDownloading();
  const restarted = cloud.restart();
  cloud.glance.process().kill('SIGCONT');
  await restarted;
  await settled(id);
  const made = await demo.becomes('available', 'volume show', id);
  assert.equal(made.volume_image_metadata.image_id, image);
  assert.ok(isDisk(fileOf(cloud.service(), id), raw, 1));
});
