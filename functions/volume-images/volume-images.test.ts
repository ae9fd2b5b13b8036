// Volumes uploaded to images, and images written over volumes, with a Glance in memory.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { sql } from '../../infra/database/port.ts';
import { projects } from '../../test/harness/people.ts';
import { type Asked, type Scoria, startScoria } from '../../test/harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria();
  await scoria.database.all(
    sql(
      'test.quota',
      `INSERT INTO quotas (project_id, resource, hard_limit) VALUES
        ('${projects.own}', 'volumes', -1), ('${projects.own}', 'gigabytes', -1)`,
    ),
  );
});
after(() => scoria.close());
afterEach(() => {
  Object.assign(scoria.glance.knobs, { isAway: false, fileStatus: null, deadToken: null, cutAt: null, hold: null });
});

const mib = 1024 * 1024;
const gib = 1024 * mib;
const some = (length: number, seed: number) => new Uint8Array(length).map((_, at) => 1 + ((at + seed) % 250));

const storeOf = (id: string) =>
  scoria.backends.find(({ store }) => store.objects.has(`volume-${id}`))?.store ?? assert.fail('no such volume');

const act = (id: string, body: object, asked: Asked = {}) =>
  scoria.ask('POST', `/v3/volumes/${id}/action`, { version: '3.71', body, ...asked });
const upload = (id: string, fields: object = {}, asked: Asked = {}) =>
  act(id, { 'os-volume_upload_image': { image_name: 'mine', ...fields } }, asked);
const reimage = (id: string, image: string, fields: object = {}) =>
  act(id, { 'os-reimage': { image_id: image, ...fields } });

async function becomes(id: string, status: string) {
  const told = await scoria.until(`/v3/volumes/${id}`, ({ body }) => body.volume.status === status, {
    version: '3.71',
  });
  return told.body.volume;
}
const setStatus = (id: string, status: string) =>
  act(id, { 'os-reset_status': { status } }, { as: 'admin' }).then(({ status: code }) => assert.equal(code, 202));

const messageOf = async (id: string) => {
  const told = await scoria.ask('GET', `/v3/messages?resource_uuid=${id}`, { version: '3.5' });
  return told.body.messages[0]?.event_id;
};

/** Keeps what the image service would be doing until the test lets it go on. */
function holding() {
  const held = Promise.withResolvers<void>();
  scoria.glance.knobs.hold = held.promise;
  return held.resolve;
}

test('a volume is uploaded byte for byte, zeros included, and becomes what it was', async () => {
  const { id } = await scoria.makeVolume({ description: 'words' });
  const bytes = some(3 * mib, 1);
  storeOf(id).write(id, 5 * mib, bytes);
  const release = holding();
  const told = await upload(id);
  assert.equal(told.status, 202, told.text);
  const { volume_type: type, updated_at: updated, image_id: image, ...answer } = told.body['os-volume_upload_image'];
  assert.deepEqual(answer, {
    id,
    status: 'uploading',
    display_description: 'words',
    size: 1,
    container_format: 'bare',
    disk_format: 'raw',
    image_name: 'mine',
    protected: false,
    visibility: 'private',
  });
  assert.equal(type.name, '__DEFAULT__');
  assert.match(updated, /^\d{4}-/);
  await becomes(id, 'uploading');
  release();
  await becomes(id, 'available');
  const kept = scoria.glance.images.get(image) ?? assert.fail();
  assert.equal(kept.record.status, 'active');
  assert.equal(kept.received?.sizeBytes, gib);
  const whole = new Uint8Array(16 * mib);
  for (const part of kept.received.parts) whole.set(part.bytes, part.offset);
  assert.deepEqual(whole.slice(5 * mib, 8 * mib), bytes);
  assert.ok(whole.subarray(0, 5 * mib).every((byte) => byte === 0));
  assert.ok(whole.subarray(8 * mib).every((byte) => byte === 0));
});

test('below 3.1 the image gets no visibility, and public ones are for those whom the rule allows', async () => {
  const { id } = await scoria.makeVolume();
  const old = await upload(id, {}, { version: '3.0' });
  assert.deepEqual(
    Object.keys(old.body['os-volume_upload_image']).filter((key) => key === 'visibility' || key === 'protected'),
    [],
  );
  await becomes(id, 'available');
  assert.equal((await upload(id, { visibility: 'public' })).status, 403);
  const allowed = await upload(id, { visibility: 'public', protected: true }, { as: 'admin' });
  assert.equal(allowed.body['os-volume_upload_image'].visibility, 'public');
  await becomes(id, 'available');
});

test("the image keeps the properties of the volume's own image, and neither its checksum nor its signature", async () => {
  const { id } = await scoria.makeVolume();
  const metadata = { hw_disk_bus: 'scsi', img_signature: 'x', checksum: 'y', owner: 'somebody', image_name: 'z' };
  await act(id, { 'os-set_image_metadata': { metadata } });
  const told = await upload(id);
  const { record } = scoria.glance.images.get(told.body['os-volume_upload_image'].image_id) ?? assert.fail();
  assert.equal(record.hw_disk_bus, 'scsi');
  assert.equal(record.name, 'mine');
  for (const key of ['img_signature', 'owner', 'image_name']) assert.equal(record[key], undefined, key);
  await becomes(id, 'available');
});

test('a volume in use is uploaded with force only, and is in use again afterwards', async () => {
  const { id } = await scoria.makeVolume();
  const attached = await scoria.ask('POST', '/v3/attachments', {
    version: '3.27',
    body: { attachment: { volume_uuid: id, instance_uuid: crypto.randomUUID(), connector: { host: 'h', ip: '1' } } },
  });
  await act(id, { 'os-attach': { instance_uuid: crypto.randomUUID(), mountpoint: '/dev/vdb' } });
  assert.equal(attached.status, 200, attached.text);
  await scoria.ask('POST', `/v3/attachments/${attached.body.attachment.id}/action`, {
    version: '3.44',
    body: { 'os-complete': null },
  });
  await becomes(id, 'in-use');
  const images = scoria.glance.images.size;
  const refused = await upload(id);
  assert.equal(refused.status, 400);
  assert.equal(refused.body.badRequest.message, `Invalid volume: Volume ${id} status must be available`);
  assert.equal(scoria.glance.images.size, images, 'no image was begun');
  assert.equal((await upload(id, { force: true })).status, 202);
  await becomes(id, 'in-use');
});

test('an upload that fails for good leaves the volume as it was, no image, and a message that says why', async () => {
  const cases: readonly (readonly [number, string])[] = [
    [401, '144'],
    [413, '143'],
    [403, '143'],
  ];
  for (const [status, detail] of cases) {
    const { id } = await scoria.makeVolume();
    scoria.glance.knobs.fileStatus = status;
    const told = await upload(id, { protected: true });
    await becomes(id, 'available');
    assert.equal(await messageOf(id), `VOLUME_VOLUME_003_${detail}`);
    assert.equal(scoria.glance.images.has(told.body['os-volume_upload_image'].image_id), false);
    scoria.glance.knobs.fileStatus = null;
  }
});

test('an upload in a format that needs a converter is taken back where there is none', async () => {
  const { id } = await scoria.makeVolume();
  const told = await upload(id, { disk_format: 'qcow2' });
  assert.equal(told.status, 202);
  await becomes(id, 'available');
  assert.equal(await messageOf(id), 'VOLUME_VOLUME_003_029');
  assert.equal(scoria.glance.images.has(told.body['os-volume_upload_image'].image_id), false);
  assert.equal((await upload(id, { disk_format: 'ploop' })).status, 400);
});

test('without an image service nothing is uploaded, and one that is away is a 503 that leaves the volume alone', async () => {
  const { id } = await scoria.makeVolume();
  scoria.glance.knobs.isAway = true;
  assert.equal((await upload(id)).status, 503);
  await becomes(id, 'available');
});

test("another project's volume is not found, whatever the image", async () => {
  const { id } = await scoria.makeVolume();
  assert.equal((await upload(id, {}, { as: 'otherMember' })).status, 404);
  const image = scoria.glance.keep(some(10, 1));
  const told = await act(id, { 'os-reimage': { image_id: image } }, { as: 'otherMember' });
  assert.equal(told.status, 404);
});

test('a reimaged volume has the bytes of the image and zeros behind them, whatever it had before', async () => {
  const { id } = await scoria.makeVolume();
  storeOf(id).write(id, 0, some(20 * mib, 3));
  const bytes = some(6 * mib, 5);
  bytes.fill(0, mib, 5 * mib);
  const image = scoria.glance.keep(bytes, { name: 'new' });
  const release = holding();
  assert.equal((await reimage(id, image)).status, 202);
  await becomes(id, 'downloading');
  release();
  const volume = await becomes(id, 'available');
  assert.equal(volume.bootable, 'true');
  assert.equal(volume.volume_image_metadata.image_name, 'new');
  assert.deepEqual(storeOf(id).read(id, 0, bytes.length), bytes);
  assert.ok(
    storeOf(id)
      .read(id, bytes.length, 20 * mib)
      .every((byte) => byte === 0),
  );
});

test('a volume in error is mended by a reimage, also when its back end has nothing of it', async () => {
  const { id } = await scoria.makeVolume();
  const { store } = scoria.backends.find((one) => one.store.objects.has(`volume-${id}`)) ?? assert.fail();
  store.objects.delete(`volume-${id}`);
  await setStatus(id, 'error');
  const bytes = some(mib, 7);
  assert.equal((await reimage(id, scoria.glance.keep(bytes))).status, 202);
  await becomes(id, 'available');
  assert.deepEqual(store.read(id, 0, mib), bytes);
});

test('a reserved volume is reimaged when the request says so, and is reserved again', async () => {
  const { id } = await scoria.makeVolume();
  const reserved = await scoria.ask('POST', '/v3/attachments', {
    version: '3.27',
    body: { attachment: { volume_uuid: id, instance_uuid: crypto.randomUUID() } },
  });
  assert.equal(reserved.status, 200, reserved.text);
  const image = scoria.glance.keep(some(mib, 2));
  const refused = await reimage(id, image);
  assert.equal(refused.status, 400);
  assert.match(
    refused.body.badRequest.message,
    /status must be available or error, but current status is: reserved\.$/,
  );
  assert.equal((await reimage(id, image, { reimage_reserved: true })).status, 202);
  assert.equal((await becomes(id, 'reserved')).bootable, 'true');
});

test('an image that does not fit is refused, and the volume stays as it is', async () => {
  const { id } = await scoria.makeVolume();
  const told = await reimage(id, scoria.glance.keep(some(10, 1), { min_disk: 2 }));
  assert.equal(told.status, 400);
  assert.match(told.body.badRequest.message, /cannot be smaller than the image minDisk size 2GB/);
  await becomes(id, 'available');
});

test('a reimage that fails leaves the volume in error, with a message', async () => {
  const { id } = await scoria.makeVolume();
  const image = scoria.glance.keep(some(mib, 1));
  scoria.glance.images.get(image)?.bytes?.fill(9);
  await reimage(id, image);
  await becomes(id, 'error');
  assert.equal(await messageOf(id), 'VOLUME_VOLUME_016_141');
});

test('both take two statements of the request', async () => {
  const quiet = await startScoria({ workers: false, shares: scoria });
  const { id } = await scoria.makeVolume();
  const image = scoria.glance.keep(some(10, 1));
  scoria.database.take();
  const asked = { version: '3.71', body: { 'os-reimage': { image_id: image } } };
  assert.equal((await quiet.ask('POST', `/v3/volumes/${id}/action`, asked)).status, 202);
  assert.deepEqual(
    scoria.database.take().filter((name) => name.startsWith('volume')),
    ['volume-images.reimage-facts', 'volume-images.reimage'],
  );
  await quiet.close();
});

test('an encrypted volume whose key is nowhere is not uploaded, and not reimaged when its type does not say how it is encrypted', async () => {
  const { id } = await scoria.makeVolume();
  await scoria.database.all(
    sql('test.encrypt', 'UPDATE volumes SET encryption_key_id = id, previous_status = status WHERE id = :id::uuid'),
    { id },
  );
  const images = scoria.glance.images.size;
  assert.equal((await upload(id)).status, 400);
  assert.equal(scoria.glance.images.size, images);
  assert.equal((await reimage(id, scoria.glance.keep(some(10, 1)))).status, 400);
  await scoria.database.all(sql('test.clear', 'UPDATE volumes SET encryption_key_id = NULL WHERE id = :id::uuid'), {
    id,
  });
});
