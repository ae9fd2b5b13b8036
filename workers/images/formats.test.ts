// Images of other formats than raw from the request to the bytes, with the real qemu-img.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { qemuImgConverter } from '../../infra/converter/qemu-img.ts';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';

const isThere = (() => {
  try {
    execFileSync('prlimit', ['--', 'qemu-img', '--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();
const options = { skip: isThere ? false : 'qemu-img or prlimit is not installed' };

let folder: string;
let scoria: Scoria;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'formats-'));
  scoria = await startScoria({ converter: qemuImgConverter(folder) });
});
after(async () => {
  await scoria.close();
  rmSync(folder, { recursive: true, force: true });
});

const mib = 1024 * 1024;
const some = (length: number) => new Uint8Array(length).map((_, at) => 1 + (at % 250));

async function create(image: string) {
  const made = await scoria.ask('POST', '/v3/volumes', { body: { volume: { size: 1, imageRef: image } } });
  assert.equal(made.status, 202, made.text);
  const told = await scoria.until(
    `/v3/volumes/${made.body.volume.id}`,
    ({ body }) => !['creating', 'downloading'].includes(body.volume.status),
    { version: '3.71' },
  );
  return told.body.volume;
}

const storeOf = (id: string) =>
  scoria.backends.find(({ store }) => store.objects.has(`volume-${id}`))?.store ?? assert.fail();

for (const format of ['qcow2', 'vmdk', 'vdi', 'vhd', 'vhdx']) {
  test(`a volume goes into an image of the format ${format} and out of it again`, options, async () => {
    const { id } = await scoria.makeVolume();
    const bytes = some(2 * mib);
    storeOf(id).write(id, 700 * mib, bytes);
    const told = await scoria.ask('POST', `/v3/volumes/${id}/action`, {
      body: { 'os-volume_upload_image': { image_name: format, disk_format: format } },
    });
    assert.equal(told.status, 202, told.text);
    await scoria.until(`/v3/volumes/${id}`, ({ body }) => body.volume.status === 'available');
    const volume = await create(told.body['os-volume_upload_image'].image_id);
    assert.equal(volume.status, 'available');
    assert.equal(volume.volume_image_metadata.disk_format, format);
    assert.deepEqual(storeOf(volume.id).read(volume.id, 700 * mib, 2 * mib), bytes);
    assert.ok(
      storeOf(volume.id)
        .read(volume.id, 0, 4 * mib)
        .every((byte) => byte === 0),
    );
    assert.deepEqual(readdirSync(folder), []);
    for (const one of [id, volume.id]) await scoria.ask('DELETE', `/v3/volumes/${one}`);
  });
}

test('an image with a backing file leaves the volume in error, and the reason in a message', options, async () => {
  const path = join(folder, 'backed.qcow2');
  execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'raw', '-u', '-b', '/etc/passwd', path, '16M']);
  const image = readFileSync(path);
  rmSync(path);
  const volume = await create(scoria.glance.keep(image, { disk_format: 'qcow2' }));
  assert.equal(volume.status, 'error');
  const told = await scoria.ask('GET', `/v3/messages?resource_uuid=${volume.id}`, { version: '3.5' });
  assert.equal(told.body.messages[0].event_id, 'VOLUME_VOLUME_005_029');
});
