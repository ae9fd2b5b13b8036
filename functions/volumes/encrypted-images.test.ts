// Images written to encrypted volumes: behind a LUKS header that the volume's own key opens, as compute hosts open it.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { headerBytes } from '../../infra/luks/port.ts';
import { keyBytes, makeEncryptedType } from '../../test/harness/encryption.ts';
import { drift } from '../../test/harness/invariants.ts';
import { openLuks } from '../../test/harness/luks.ts';
import { projects } from '../../test/harness/people.ts';
import { type Scoria, startScoria, type Told } from '../../test/harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria();
  const quota_set = { volumes: 100, gigabytes: 1000 };
  await scoria.ask('PUT', `/v3/os-quota-sets/${projects.own}`, { as: 'admin', body: { quota_set } });
  await makeEncryptedType(scoria, 'luks', {});
  await makeEncryptedType(scoria, 'wide', { provider: 'nova.volume.encryptors.luks.Luks2Encryptor', key_size: 512 });
  await makeEncryptedType(scoria, 'silent', { cipher: null, key_size: null });
  await makeEncryptedType(scoria, 'plain', { provider: 'plain' });
  await makeEncryptedType(scoria, 'inside', { control_location: 'back-end' });
  await makeEncryptedType(scoria, 'cbc', { cipher: 'aes-cbc-essiv' });
});
after(() => scoria.close());
afterEach(async () => assert.deepEqual(await drift(scoria.database), []));

const mib = 2 ** 20;
const asked = { version: '3.71' } as const;
const message = (told: Told) => (Object.values(told.body)[0] as { message: string }).message;

/** Bytes with a hole of several blocks in them, and an end that is no whole sector. */
const some = (seed: number) =>
  new Uint8Array(13 * mib + 100).map((_, at) => (at < mib || at > 12 * mib ? 1 + ((at + seed) % 250) : 0));

const create = (volume_type: string, imageRef: string) =>
  scoria.ask('POST', '/v3/volumes', { ...asked, body: { volume: { size: 1, volume_type, imageRef } } });

async function ended(id: string) {
  const busy = ['creating', 'downloading'];
  const told = await scoria.until(`/v3/volumes/${id}`, ({ body }) => !busy.includes(body.volume.status), asked);
  return told.body.volume;
}

/** What lies in the volume, as it is read with the key of the volume. */
async function opened(id: string, length: number): Promise<{ raw: Uint8Array; plain: Buffer }> {
  const { store } = scoria.backends.find((one) => one.store.objects.has(`volume-${id}`)) ?? assert.fail();
  const raw = store.read(id, 0, headerBytes + Math.ceil(length / 512) * 512);
  const passphrase = await keyBytes(scoria, id);
  return { raw, plain: openLuks(raw, passphrase).subarray(0, length) };
}

for (const type of ['luks', 'wide', 'silent']) {
  test(`an image in a volume of the type ${type} is read with the volume's key, and nothing of it lies there in the clear`, async () => {
    const bytes = some(1);
    const told = await create(type, scoria.glance.keep(bytes));
    assert.equal(told.status, 202, told.text);
    const volume = await ended(told.body.volume.id);
    assert.deepEqual([volume.status, volume.encrypted, volume.bootable], ['available', true, 'true']);
    const { raw, plain } = await opened(volume.id, bytes.length);
    assert.equal(Buffer.compare(plain, bytes), 0);
    assert.equal(Buffer.from(raw).includes(Buffer.from(bytes.subarray(0, 64))), false);
    assert.equal(Buffer.from(raw.subarray(headerBytes)).includes(Buffer.alloc(512)), false, 'zeros are encrypted too');
  });
}

test('another image over an encrypted volume is read with the same key', async () => {
  const told = await create('luks', scoria.glance.keep(some(2)));
  const { id } = await ended(told.body.volume.id);
  const bytes = some(3).subarray(0, 5 * mib);
  const image = scoria.glance.keep(bytes);
  const body = { 'os-reimage': { image_id: image } };
  assert.equal((await scoria.ask('POST', `/v3/volumes/${id}/action`, { ...asked, body })).status, 202);
  assert.equal((await ended(id)).status, 'available');
  assert.equal(Buffer.compare((await opened(id, bytes.length)).plain, bytes), 0);
});

test('a type whose back end is to open its volumes needs one that can, and the failure says so', async () => {
  const told = await create('inside', scoria.glance.keep(some(5)));
  const { id, status } = await ended(told.body.volume.id);
  assert.equal(status, 'error');
  const { body } = await scoria.ask('GET', `/v3/messages?resource_uuid=${id}`, asked);
  assert.match(body.messages[0].user_message, /Could not find any available weighted backend/);
});

test('a type whose volumes nobody could read is refused with the reason, and nothing is made', async () => {
  const image = scoria.glance.keep(some(4));
  const count = async () => (await scoria.ask('GET', '/v3/volumes')).body.volumes.length;
  const before = await count();
  for (const [type, reason] of [
    ['plain', /provider luks .* this type has plain/],
    ['cbc', /aes-xts-plain64 .* aes-cbc-essiv/],
  ] as const) {
    const told = await create(type, image);
    assert.equal(told.status, 400);
    assert.match(message(told), reason);
  }
  const whole = await create('luks', scoria.glance.keep(some(6), { virtual_size: 2 ** 30 }));
  assert.deepEqual([whole.status, /does not fit beside the LUKS header/.test(message(whole))], [400, true]);
  assert.equal(await count(), before);
});
