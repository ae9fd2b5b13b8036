// What a request to create a volume refers to beside its source: a type that its image names, hints, an image service.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Scoria, startScoria, type Told } from '../../../test/harness/scoria.ts';

let scoria: Scoria;
const types: Record<string, string> = {};
before(async () => {
  scoria = await startScoria();
  for (const name of ['T1', 'T2', 'TD', 'hidden']) {
    const volume_type = { name, 'os-volume-type-access:is_public': name !== 'hidden' };
    const made = await scoria.ask('POST', '/v3/types', { as: 'admin', body: { volume_type } });
    types[name] = made.body.volume_type.id;
  }
});
after(() => scoria.close());

const create = (volume: object, more: object = {}, asked: object = {}) =>
  scoria.ask('POST', '/v3/volumes', { version: '3.71', body: { volume: { size: 1, ...volume }, ...more }, ...asked });
const message = (told: Told) => (Object.values(told.body)[0] as { message: string }).message;
const imageOf = (type: string) =>
  scoria.glance.keep(new Uint8Array([1]), { cinder_img_volume_type: type, visibility: 'public' });

async function typeOf(told: Told): Promise<string> {
  assert.equal(told.status, 202, told.text);
  const { id } = told.body.volume;
  const shown = await scoria.until(`/v3/volumes/${id}`, ({ body }) => body.volume.status === 'available');
  await scoria.ask('DELETE', `/v3/volumes/${id}`);
  return shown.body.volume.volume_type;
}

test('the type is that of the request, then of the source, then of the image, then of the project, then the default', async () => {
  const imageRef = imageOf('T2');
  assert.equal(await typeOf(await create({ imageRef })), 'T2');
  assert.equal(await typeOf(await create({ imageRef: imageOf(types.T2 ?? '') })), 'T2', 'by id');
  assert.equal(await typeOf(await create({ imageRef, volume_type: 'T1' })), 'T1');
  assert.equal(await typeOf(await create({ imageRef, volume_type: '' })), 'T2');
  const project = (await scoria.makeVolume())['os-vol-tenant-attr:tenant_id'];
  const set = await scoria.ask('PUT', `/v3/default-types/${project}`, {
    as: 'admin',
    version: '3.71',
    body: { default_type: { volume_type: 'TD' } },
  });
  assert.equal(set.status, 200, set.text);
  assert.equal(await typeOf(await create({ imageRef })), 'T2');
  assert.equal(await typeOf(await create({ imageRef: imageOf('') })), 'TD');
  assert.equal(await typeOf(await create({})), 'TD');
  const source = await scoria.makeVolume({ volume_type: 'T1' });
  assert.equal(await typeOf(await create({ source_volid: source.id })), 'T1');
});

test('a type that an image names and that is unknown, or private to others, is refused and named with the image', async () => {
  for (const name of ['unknown', 'hidden', types.hidden ?? '']) {
    const imageRef = imageOf(name);
    const told = await create({ imageRef });
    assert.equal(told.status, 404, told.text);
    assert.match(
      message(told),
      new RegExp(`^Volume type ${name} could not be found\\..*cinder_img_volume_type.*${imageRef}`),
    );
  }
  const access = { addProjectAccess: { project: (await scoria.makeVolume())['os-vol-tenant-attr:tenant_id'] } };
  await scoria.ask('POST', `/v3/types/${types.hidden}/action`, { as: 'admin', body: access });
  assert.equal(await typeOf(await create({ imageRef: imageOf('hidden') })), 'hidden');
});

test('hints that are no hints are refused under either name, and free ones are taken', async () => {
  const one = '11111111-1111-4111-8111-111111111111';
  const two = '22222222222242228222222222222222';
  for (const key of ['OS-SCH-HNT:scheduler_hints', 'os:scheduler_hints']) {
    for (const [hints, says] of [
      [{ same_host: ['nope'] }, /same_host: 'nope' is not a 'uuid'/],
      [{ same_host: 'nope' }, /same_host/],
      [{ same_host: '' }, /same_host/],
      [{ same_host: [one, one] }, /non-unique/],
      [{ same_host: null }, /same_host/],
      [{ same_host: { id: one } }, /same_host/],
      [{ different_host: [one, 1] }, /different_host/],
      [{ different_host: 7 }, /different_host/],
      [{ local_to_instance: 'vm' }, /local_to_instance/],
      [{ local_to_instance: [one] }, /local_to_instance/],
      [{ query: 1 }, /query/],
      [{ query: ['=', '$free', 1] }, /query/],
      [{ free: '\u0000' }, /null character/],
      ['same_host', /not of type 'object'/],
      [[], /not of type 'object'/],
      [true, /not of type 'object'/],
    ] as const) {
      const told = await create({}, { [key]: hints });
      assert.equal(told.status, 400, JSON.stringify(hints));
      assert.match(message(told), says);
    }
    for (const [hints, becomes] of [
      [null, 'available'],
      [{}, 'available'],
      [{ different_host: [two, one], local_to_instance: null, query: '[">=", "$free", 1]' }, 'available'],
      [{ query: { '=': 1 }, group: 'any', deep: { er: [1] } }, 'available'],
      // Beside a volume or a server that is nowhere, there is no place.
      [{ same_host: one }, 'error'],
      [{ local_to_instance: two }, 'error'],
    ] as const) {
      const told = await create({}, { [key]: hints });
      assert.equal(told.status, 202, `${JSON.stringify(hints)}: ${told.text}`);
      const path = `/v3/volumes/${told.body.volume.id}`;
      await scoria.until(path, ({ body }) => body.volume.status === becomes);
      await scoria.ask('DELETE', path);
      await scoria.until(path, ({ status }) => status === 404);
    }
  }
});

test('where no image service is configured, uploads, reimages and volumes from images say so', async () => {
  const alone = await startScoria({ images: 'none' });
  try {
    const { id } = await alone.makeVolume();
    const act = (action: object) => alone.ask('POST', `/v3/volumes/${id}/action`, { version: '3.71', body: action });
    const image = '11111111-1111-4111-8111-111111111111';
    for (const told of [
      await act({ 'os-volume_upload_image': { image_name: 'i' } }),
      await act({ 'os-reimage': { image_id: image } }),
      await alone.ask('POST', '/v3/volumes', { body: { volume: { size: 1, imageRef: image } } }),
      await alone.ask('POST', '/v3/volumes', { body: { volume: { size: 1, image_id: 'debian' } } }),
    ]) {
      assert.equal(told.status, 400, told.text);
      assert.equal(message(told), 'Invalid input received: No image service is configured here.');
    }
    assert.equal((await alone.ask('GET', `/v3/volumes/${id}`)).body.volume.status, 'available');
  } finally {
    await alone.close();
  }
});
