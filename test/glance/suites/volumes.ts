// Volumes made from images of the real Glance, uploaded to it, and written over with an image.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Client, openstack, python, signIn } from '../../acceptance/clients.ts';
import { temporaryFolder, until } from '../../acceptance/service.ts';
import { fileOf, isDisk, makeRaw, messagesOf, mib, qemuImg, upload } from '../disks.ts';
import { type Cloud, startCloud } from '../server.ts';

const folder = temporaryFolder();
const raw = join(folder, 'disk.raw');
let cloud: Cloud;
let demo: Client;
before(async () => {
  cloud = await startCloud();
  demo = openstack(cloud.service(), 'scoria');
  makeRaw(raw, 24 * mib);
});
after(() => cloud.stop());

const bytesOf = (volume: string) => fileOf(cloud.service(), volume);

/** The volume ends in error, and a message about it says why. */
async function failsBecause(reason: RegExp, volume: string): Promise<void> {
  await until(
    () => demo.json('volume show', volume),
    ({ status }) => status === 'error',
  );
  const messages = await messagesOf(demo, volume);
  assert.ok(
    messages.some((words) => reason.test(words)),
    messages.join('\n'),
  );
}

test('a volume is made from a raw image: the same bytes, bootable, with what the image says of itself', async () => {
  const image = await upload(demo, 'disk', raw, 'raw', '--property', 'os_distro=debian', '--min-ram', '64');
  const { id } = await demo.json('volume create --size 1 --image disk from-raw');
  const made = await demo.becomes('available', 'volume show', id);
  assert.equal(made.bootable, 'true');
  const said = made.volume_image_metadata;
  assert.deepEqual(
    [said.image_id, said.image_name, said.disk_format, said.container_format, said.size, said.min_ram, said.os_distro],
    [image, 'disk', 'raw', 'bare', String(24 * mib), '64', 'debian'],
  );
  assert.ok(isDisk(bytesOf(id), raw, 1));
});

test('a volume is made from a compressed qcow2 image: the bytes of the disk in it', async () => {
  const path = join(folder, 'disk.qcow2');
  qemuImg('convert', '-f', 'raw', '-O', 'qcow2', '-c', raw, path);
  await upload(demo, 'compressed', path, 'qcow2');
  const { id } = await demo.json('volume create --size 1 --image compressed from-qcow2');
  assert.equal((await demo.becomes('available', 'volume show', id)).volume_image_metadata.disk_format, 'qcow2');
  assert.ok(isDisk(bytesOf(id), raw, 1));
});

test('a volume is uploaded to an image, raw and qcow2, and what is downloaded is the volume', async () => {
  const { id } = await demo.json('volume create --size 1 --image disk to-upload');
  await demo.becomes('available', 'volume show', id);
  for (const format of ['raw', 'qcow2']) {
    const begun = await demo.at('3.1').json(`image create --volume ${id} --disk-format ${format} up-${format}`);
    const image = await demo.becomes('active', 'image show', begun.image_id);
    assert.deepEqual(
      [image.disk_format, image.container_format, image.properties.os_distro],
      [format, 'bare', 'debian'],
    );
    await demo.becomes('available', 'volume show', id);
    const path = join(folder, `down.${format}`);
    await demo.run(`image save --file ${path}`, image.id);
    if (format === 'raw') assert.ok(isDisk(path, raw, 1));
    else qemuImg('compare', '-f', 'qcow2', '-F', 'raw', path, bytesOf(id));
  }
});

test('a volume is written over with another image', async () => {
  const other = join(folder, 'other.raw');
  makeRaw(other, 5 * mib);
  const image = await upload(demo, 'other', other, 'raw');
  const { id } = await demo.json('volume create --size 1 --image disk to-reimage');
  await demo.becomes('available', 'volume show', id);
  assert.equal(await python('reimage.py', cloud.service(), [id, image]), 'ok\n');
  assert.equal((await demo.json('volume show', id)).volume_image_metadata.image_name, 'other');
  assert.ok(isDisk(bytesOf(id), other, 1));
});

test('an image that refers to a file of the host is refused, whatever it claims to be, and a message says so', async () => {
  const evil = join(folder, 'evil.qcow2');
  qemuImg('create', '-f', 'qcow2', '-b', '/etc/hostname', '-F', 'raw', evil, '1M');
  for (const format of ['qcow2', 'raw']) {
    const image = await upload(demo, `evil-${format}`, evil, format);
    const { id } = await demo.json(`volume create --size 1 --image ${image} evil-${format}`);
    await failsBecause(/format/, id);
  }
});

test('an encrypted volume is uploaded with a key of its own, which Glance deletes with the image', async () => {
  const admin = openstack(cloud.service(), 'scoria-admin');
  const encryption = '--encryption-provider luks --encryption-cipher aes-xts-plain64 --encryption-key-size 256';
  await admin.run(`volume type create ${encryption} --encryption-control-location front-end luks`);
  const { id } = await demo.json('volume create --size 1 --type luks --image disk secret');
  await demo.becomes('available', 'volume show', id);
  const begun = await demo.at('3.1').json(`image create --volume ${id} --disk-format raw sealed`);
  const image = await demo.becomes('active', 'image show', begun.image_id);
  const path = join(folder, 'sealed.raw');
  await demo.run(`image save --file ${path}`, image.id);
  qemuImg('compare', '-f', 'raw', '-F', 'raw', path, bytesOf(id));
  assert.equal(JSON.parse(qemuImg('info', '--output', 'json', path)).format, 'luks');
  const { id: again } = await demo.json('volume create --size 1 --type luks --image sealed again');
  await demo.becomes('available', 'volume show', again);
  qemuImg('compare', '-f', 'raw', '-F', 'raw', path, bytesOf(again));
  assert.match(await demo.refused('volume create --size 1 --image sealed clear'), /does not encrypt as the image/);
  const headers = { 'X-Auth-Token': await signIn(cloud.service(), 'demo') };
  const keys = `${cloud.service().url}/key-manager/v1/secrets/${image.properties.cinder_encryption_key_id}`;
  assert.equal((await fetch(keys, { headers })).status, 200);
  await demo.run('image delete sealed');
  assert.equal((await fetch(keys, { headers })).status, 404);
});

test('an image is refused that needs a larger volume', async () => {
  const large = join(folder, 'large.qcow2');
  qemuImg('create', '-f', 'qcow2', large, '2G');
  await upload(demo, 'large', large, 'qcow2');
  assert.match(await demo.refused('volume create --size 1 --image large too-small'), /virtual size is 2GB/);
  await upload(demo, 'wants-room', raw, 'raw', '--min-disk', '3');
  assert.match(await demo.refused('volume create --size 2 --image wants-room too-small'), /minDisk size 3GB/);
});

test('an image is refused that is not there, not active, or of somebody else', async () => {
  assert.match(await demo.refused('volume create --size 1 --image nothing x'), /nothing/);
  const admin = openstack(cloud.service(), 'scoria-admin');
  const foreign = await upload(admin, 'foreign', raw, 'raw', '--private');
  assert.match(await demo.refused('volume create --size 1 --image', foreign, 'x'), /image/i);
  // Not by the client: it would wait for the bytes of the image at its standard input.
  const token = (await demo.json('token issue')).id;
  const queued = await fetch(`${cloud.glance.url}/v2/images`, {
    method: 'POST',
    headers: { 'X-Auth-Token': token, 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: 'empty', container_format: 'bare', disk_format: 'raw' }),
  });
  assert.equal(queued.status, 201);
  const { id } = (await queued.json()) as { id: string };
  assert.match(await demo.refused('volume create --size 1 --image', id, 'x'), /not active/);
});
