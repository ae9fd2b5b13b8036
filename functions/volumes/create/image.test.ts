// Volumes made from images, raw ones, with a Glance in memory.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { sql } from '../../../infra/database/port.ts';
import { projects } from '../../../test/harness/people.ts';
import { type Scoria, startScoria, tokenOfPerson } from '../../../test/harness/scoria.ts';

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

/** Bytes of a disk with a hole in the middle. */
function disk(length = 9 * mib): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 1) if (at < mib || at > 8 * mib) bytes[at] = 1 + (at % 250);
  return bytes;
}

const create = (fields: object, more: object = {}) =>
  scoria.ask('POST', '/v3/volumes', { body: { volume: { size: 1, ...fields } }, ...more });

async function ended(id: string) {
  const told = await scoria.until(
    `/v3/volumes/${id}`,
    ({ body }) => !['creating', 'downloading'].includes(body.volume.status),
    { version: '3.71' },
  );
  return told.body.volume;
}

async function made(fields: object, more: object = {}) {
  const told = await create(fields, more);
  assert.equal(told.status, 202, told.text);
  assert.equal(told.body.volume.status, 'creating');
  return ended(told.body.volume.id);
}

const storeOf = (id: string) => scoria.backends.find(({ store }) => store.objects.has(`volume-${id}`))?.store;

const messageOf = async (id: string) => {
  const told = await scoria.ask('GET', `/v3/messages?resource_uuid=${id}`, { version: '3.5' });
  return told.body.messages[0];
};

test('a raw image becomes a bootable volume with the same bytes, zeros behind them, and what the image says of itself', async () => {
  const bytes = disk();
  const image = scoria.glance.keep(bytes, {
    name: 'cirros',
    min_ram: 64,
    hw_disk_bus: 'scsi',
    img_signature: 'c2lnbmF0dXJl',
    os_glance_failed_import: '',
  });
  const volume = await made({ imageRef: image });
  assert.equal(volume.status, 'available');
  assert.equal(volume.bootable, 'true');
  const { record } = scoria.glance.images.get(image) ?? assert.fail();
  assert.deepEqual(volume.volume_image_metadata, {
    image_id: image,
    image_name: 'cirros',
    checksum: record.checksum,
    container_format: 'bare',
    disk_format: 'raw',
    min_disk: '0',
    min_ram: '64',
    size: String(bytes.length),
    hw_disk_bus: 'scsi',
    img_signature: 'c2lnbmF0dXJl',
    signature_verified: 'False',
  });
  const store = storeOf(volume.id) ?? assert.fail();
  assert.deepEqual(store.read(volume.id, 0, bytes.length), bytes);
  assert.deepEqual(store.read(volume.id, bytes.length, mib), new Uint8Array(mib));
});

test('an image is found by either name of the field, by a URL that ends in its id, and by its own name', async () => {
  const image = scoria.glance.keep(disk(10), { name: 'only-one' });
  for (const fields of [
    { image_id: image },
    { imageRef: `http://glance/v2/images/${image}` },
    { imageRef: 'only-one' },
  ]) {
    const volume = await made(fields);
    assert.equal(volume.volume_image_metadata.image_id, image);
  }
  scoria.glance.keep(disk(10), { name: 'two' });
  scoria.glance.keep(disk(10), { name: 'two' });
  const told = await create({ imageRef: 'two' });
  assert.equal(told.status, 409);
  assert.match(told.body.conflictingRequest.message, /Multiple matches found for 'two'/);
});

test('the image service is asked with the token of the request, and with nothing else', async () => {
  const image = scoria.glance.keep(disk(10));
  scoria.glance.tokens.clear();
  await made({ imageRef: image });
  assert.deepEqual([...scoria.glance.tokens], [tokenOfPerson('member')]);
});

const refusals: readonly (readonly [string, Readonly<Record<string, unknown>>, RegExp])[] = [
  ['is not active', { status: 'queued' }, /^Invalid input received: Image .* is not active\.$/],
  [
    'is larger',
    { size: 1.5 * gib },
    /^Invalid input received: Size of specified image 2GB is larger than volume size 1GB\.$/,
  ],
  ['wants a larger disk', { min_disk: 2 }, /Volume size 1GB cannot be smaller than the image minDisk size 2GB\.$/],
  [
    'is larger as a disk',
    { virtual_size: gib + 1 },
    /Image virtual size is 2GB and doesn't fit in a volume of size 1GB\.$/,
  ],
];
for (const [what, record, says] of refusals) {
  test(`an image that ${what} is refused before anything is written`, async () => {
    const image = scoria.glance.keep(disk(10), record);
    scoria.database.take();
    const told = await create({ imageRef: image });
    assert.equal(told.status, 400);
    assert.match(told.body.badRequest.message, says);
    assert.ok(!scoria.database.take().includes('volumes.create'));
  });
}

test('an image that is not there is a 400, and an image service that is away a 503', async () => {
  const unknown = await create({ imageRef: '11111111-2222-4333-8444-555555555555' });
  assert.equal(unknown.status, 400);
  assert.equal(unknown.body.badRequest.message, 'Invalid image identifier or unable to access requested image.');
  scoria.glance.knobs.isAway = true;
  const away = await create({ imageRef: '11111111-2222-4333-8444-555555555555' });
  assert.equal(away.status, 503);
});

test('an image of a server that boots from a volume is made from its snapshot from 3.46 on', async () => {
  const source = await made({ imageRef: scoria.glance.keep(disk(), { name: 'base' }) });
  storeOf(source.id)?.write(source.id, 0, new Uint8Array([9, 9, 9]));
  const taken = await scoria.ask('POST', '/v3/snapshots', { body: { snapshot: { volume_id: source.id } } });
  const snapshot = taken.body.snapshot.id;
  await scoria.until(`/v3/snapshots/${snapshot}`, ({ body }) => body.snapshot.status === 'available');
  const devices = [{ boot_index: 0, source_type: 'snapshot', snapshot_id: snapshot, destination_type: 'volume' }];
  const image = scoria.glance.keep(new Uint8Array(), { block_device_mapping: JSON.stringify(devices) });
  const volume = await made({ imageRef: image }, { version: '3.46' });
  assert.equal(volume.snapshot_id, snapshot);
  assert.deepEqual([...(storeOf(volume.id)?.read(volume.id, 0, 3) ?? [])], [9, 9, 9]);
  assert.equal(volume.bootable, 'true');
  assert.equal(volume.volume_image_metadata.image_name, 'base', 'the snapshot has carried it on');
  const old = await made({ imageRef: image }, { version: '3.45' });
  assert.equal(old.snapshot_id, null);
});

test('clones and backups carry the metadata of the image on', async () => {
  const source = await made({ imageRef: scoria.glance.keep(disk(), { name: 'carried' }) });
  const clone = await made({ source_volid: source.id });
  assert.equal(clone.bootable, 'true');
  assert.equal(clone.volume_image_metadata.image_name, 'carried');
  const backedUp = await scoria.ask('POST', '/v3/backups', { body: { backup: { volume_id: source.id } } });
  const backup = backedUp.body.backup.id;
  await scoria.until(`/v3/backups/${backup}`, ({ body }) => body.backup.status === 'available');
  const restored = await made({ backup_id: backup }, { version: '3.47' });
  assert.equal(restored.volume_image_metadata.image_name, 'carried');
});

const failures: readonly (readonly [string, (image: string) => void, string, string])[] = [
  [
    'has other bytes than the service said',
    (image) => void scoria.glance.images.get(image)?.bytes?.fill(7),
    '141',
    'damaged',
  ],
  ['is refused to the user', () => Object.assign(scoria.glance.knobs, { fileStatus: 403 }), '143', 'refused'],
  ['is deleted meanwhile', () => Object.assign(scoria.glance.knobs, { fileStatus: 404 }), '140', 'gone'],
  ['comes when the token has expired', () => Object.assign(scoria.glance.knobs, { fileStatus: 401 }), '144', 'expired'],
];
for (const [what, goWrong, detail] of failures) {
  test(`an image that ${what} leaves a volume in error, at once, with the reason in a message`, async () => {
    const image = scoria.glance.keep(disk());
    goWrong(image);
    const volume = await made({ imageRef: image });
    assert.equal(volume.status, 'error');
    assert.equal(volume.bootable, 'false');
    assert.equal(volume.volume_image_metadata, undefined);
    assert.equal((await messageOf(volume.id)).event_id, `VOLUME_VOLUME_005_${detail}`);
  });
}

test('an image that claims to be raw and begins as a container of another format is refused', async () => {
  for (const magic of ['QFI\xfb', 'KDMV', '# Disk DescriptorFile\n', 'conectix', 'vhdxfile']) {
    const bytes = disk();
    bytes.set([...magic].map((letter) => letter.charCodeAt(0)));
    const volume = await made({ imageRef: scoria.glance.keep(bytes) });
    assert.equal(volume.status, 'error', magic);
    assert.equal((await messageOf(volume.id)).event_id, 'VOLUME_VOLUME_005_029');
  }
});

test('without a converter an image of another format is refused with a reason', async () => {
  const volume = await made({ imageRef: scoria.glance.keep(disk(), { disk_format: 'qcow2' }) });
  assert.equal(volume.status, 'error');
  assert.equal((await messageOf(volume.id)).event_id, 'VOLUME_VOLUME_005_029');
});

test('the token is on no row when the work has ended, and never in arguments or events', async () => {
  const as = 'otherMember';
  const token = tokenOfPerson(as);
  const image = scoria.glance.keep(disk());
  const told = await create({ imageRef: image }, { as });
  await scoria.until(`/v3/volumes/${told.body.volume.id}`, ({ body }) => body.volume.status === 'available', {
    as,
  });
  const rows = await scoria.database.all<{ text: string; secret: string | null }>(
    sql(
      'test.rows',
      `SELECT o::text AS text, o.secret FROM operations o UNION ALL SELECT e::text, NULL FROM events e
      UNION ALL SELECT m::text, NULL FROM messages m`,
    ),
  );
  assert.deepEqual(
    // The user's id ends in the same word.
    rows.filter((row) => row.secret !== null || row.text.includes(token)),
    [],
  );
});

test('whoever the rule refuses gets no volume from an image', async () => {
  const strict = await startScoria({
    shares: scoria,
    workers: false,
    overrides: [{ name: 'volume:create_from_image', written: '!', check: { kind: 'never' }, line: 1 }],
  });
  const told = await strict.ask('POST', '/v3/volumes', {
    body: { volume: { size: 1, imageRef: scoria.glance.keep(disk(10)) } },
  });
  await strict.close();
  assert.equal(told.status, 403);
});
