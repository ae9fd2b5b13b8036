// Encrypted volumes as images and images as encrypted volumes: the bytes as they lie there, with a key of the image's
// own.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { keyBytes, keyOf, keysOf, makeEncryptedType } from '../../test/harness/encryption.ts';
import { drift } from '../../test/harness/invariants.ts';
import { projects } from '../../test/harness/people.ts';
import { type Asked, type Scoria, startScoria, type Told } from '../../test/harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria();
  const quota_set = { volumes: 100, gigabytes: 1000 };
  await ask('PUT', `/os-quota-sets/${projects.own}`, { quota_set }, { as: 'admin' });
  await makeEncryptedType(scoria, 'luks');
});
after(() => scoria.close());
afterEach(async () => {
  scoria.glance.knobs.fileStatus = null;
  assert.deepEqual(await drift(scoria.database), []);
});

const mib = 2 ** 20;
const ask = (method: string, path: string, body?: object, asked: Asked = {}) =>
  scoria.ask(method, `/v3${path}`, { version: '3.71', ...(body === undefined ? {} : { body }), ...asked });
const message = (told: Told) => (Object.values(told.body)[0] as { message: string }).message;
const upload = (id: string, fields: object = {}) =>
  ask('POST', `/volumes/${id}/action`, { 'os-volume_upload_image': { image_name: 'of a volume', ...fields } });
const becomes = async (id: string, ...statuses: string[]) =>
  (await scoria.until(`/v3/volumes/${id}`, ({ body }) => statuses.includes(body.volume.status), { version: '3.71' }))
    .body.volume;
const secret = (method: string, id: string, more = '', as = 'member') =>
  scoria.ask(method, `/key-manager/v1/secrets/${id}${more}`, { as });

const count = async () => (await keysOf(scoria)).length;
const bytesOf = (owner: string) => keyBytes(scoria, owner);
const storeOf = (id: string) =>
  (scoria.backends.find((one) => one.store.objects.has(`volume-${id}`)) ?? assert.fail()).store;

/** An encrypted volume with something in it, as a compute host leaves it. */
async function written() {
  const volume = await scoria.makeVolume({ volume_type: 'luks' });
  const bytes = Buffer.concat([Buffer.from('LUKS\xba\xbe\0\x01', 'latin1'), Buffer.alloc(mib, 7)]);
  storeOf(volume.id).write(volume.id, 0, bytes);
  return { ...volume, bytes };
}

/** What an image of it says, once its bytes are there. */
async function uploaded(id: string) {
  const told = await upload(id);
  assert.equal(told.status, 202, told.text);
  await becomes(id, 'available');
  const { image_id } = told.body['os-volume_upload_image'];
  return scoria.glance.images.get(image_id) ?? assert.fail();
}

test('the image has the bytes as they lie there and names a key of its own, of the same bytes, that ends when it is deleted', async () => {
  const volume = await written();
  const before = await count();
  const { record, received } = await uploaded(volume.id);
  assert.deepEqual(
    Buffer.concat(received?.parts.map((one) => one.bytes) ?? []).subarray(0, 64),
    volume.bytes.subarray(0, 64),
  );
  assert.equal(record.cinder_encryption_key_deletion_policy, 'on_image_deletion');
  const key = String(record.cinder_encryption_key_id);
  assert.notEqual(key, volume.encryption_key_id);
  assert.equal(await bytesOf(String(record.id)), await bytesOf(volume.id));
  assert.equal(await count(), before + 1);
  // It outlives the volume.
  await ask('DELETE', `/volumes/${volume.id}`);
  await scoria.until(`/v3/volumes/${volume.id}`, ({ status }) => status === 404);
  assert.equal((await secret('GET', key)).body.name, `image ${record.id}`);
  assert.equal((await secret('GET', key, '/payload')).status, 200);
  assert.equal((await secret('DELETE', key, '', 'otherMember')).status, 404);
  assert.equal((await secret('DELETE', key, '', 'reader')).status, 403);
  assert.equal((await secret('DELETE', key)).status, 204);
  assert.equal((await secret('DELETE', key)).status, 404);
  assert.equal(await count(), before - 1);
});

test('the key of a volume is not deleted by itself', async () => {
  const { id, encryption_key_id: key } = await written();
  const told = await secret('DELETE', key);
  assert.deepEqual([told.status, /belongs to the volume/.test(message(told))], [409, true]);
  assert.equal((await keyOf(scoria, id)).id, key);
  await ask('DELETE', `/volumes/${id}`);
});

test('a volume of such an image has its bytes and a key of the same bytes, and says nothing of the key of the image', async () => {
  const volume = await written();
  const { record } = await uploaded(volume.id);
  const { cinder_encryption_key_id, cinder_encryption_key_deletion_policy } = record;
  const image = scoria.glance.keep(volume.bytes, { cinder_encryption_key_id, cinder_encryption_key_deletion_policy });
  const told = await ask('POST', '/volumes', { volume: { size: 1, volume_type: 'luks', imageRef: image } });
  assert.equal(told.status, 202, told.text);
  const anew = await becomes(told.body.volume.id, 'available', 'error');
  assert.equal(anew.status, 'available');
  assert.equal(Buffer.compare(storeOf(anew.id).read(anew.id, 0, volume.bytes.length), volume.bytes), 0);
  assert.equal(await bytesOf(anew.id), await bytesOf(volume.id));
  const names = Object.keys(anew.volume_image_metadata);
  assert.deepEqual(
    names.filter((name) => name.startsWith('cinder_encryption_key')),
    [],
  );
  // Once more: the new image has the new key only.
  const again = await uploaded(anew.id);
  assert.notEqual(again.record.cinder_encryption_key_id, cinder_encryption_key_id);
});

test('what would be bytes without their key is refused, and nothing is made', async () => {
  const volume = await written();
  const { record } = await uploaded(volume.id);
  const key = record.cinder_encryption_key_id;
  const [before, images] = [await count(), scoria.glance.images.size];
  for (const disk_format of ['qcow2', 'vmdk', 'vhd']) {
    const told = await upload(volume.id, { disk_format });
    assert.deepEqual([told.status, /disk_format raw only/.test(message(told))], [400, true]);
  }
  assert.equal(scoria.glance.images.size, images);
  const create = (fields: object, volume_type = 'luks', asked: Asked = {}) => {
    const imageRef = scoria.glance.keep(volume.bytes, { visibility: 'public', ...fields });
    return ask('POST', '/volumes', { volume: { size: 1, volume_type, imageRef } }, asked);
  };
  for (const [told, says] of [
    [await create({ cinder_encryption_key_id: key }, '__DEFAULT__'), /does not encrypt as the image is encrypted/],
    [await create({ cinder_encryption_key_id: 'none' }), /that is no id/],
    [await create({ cinder_encryption_key_id: key, disk_format: 'qcow2' }), /it must be raw/],
    // Keys of volumes, of nothing, and of another project open nothing.
    [await create({ cinder_encryption_key_id: volume.encryption_key_id }), /Invalid key/],
    [await create({ cinder_encryption_key_id: volume.id }), /Invalid key/],
    [await create({ cinder_encryption_key_id: key }, 'luks', { as: 'otherMember' }), /Invalid key/],
  ] as const) {
    assert.equal(told.status, 400, told.text);
    assert.match(message(told), says);
  }
  const image_id = scoria.glance.keep(volume.bytes, { cinder_encryption_key_id: key });
  const over = await ask('POST', `/volumes/${volume.id}/action`, { 'os-reimage': { image_id } });
  assert.deepEqual([over.status, /not that of the volume/.test(message(over))], [400, true]);
  assert.equal(await count(), before);
});

test('an upload that fails leaves no key, and neither does one that is refused', async () => {
  const { id } = await written();
  const before = await count();
  scoria.glance.knobs.fileStatus = 403;
  assert.equal((await upload(id)).status, 202);
  await becomes(id, 'available');
  assert.equal(await count(), before);
  scoria.glance.knobs.isAway = true;
  assert.equal((await upload(id)).status, 503);
  scoria.glance.knobs.isAway = false;
  assert.equal(await count(), before);
});
