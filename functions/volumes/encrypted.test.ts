// Encrypted volumes from birth to death: which key they have, who else has one of the same bytes, and that none is
// left.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { sql } from '../../infra/database/port.ts';
import { ended, makeBackupOf, makeSnapshotOf } from '../../test/harness/copies.ts';
import { keyBytes, keysOf, makeEncryptedType, keyOf as onlyKeyOf } from '../../test/harness/encryption.ts';
import { drift } from '../../test/harness/invariants.ts';
import { projects } from '../../test/harness/people.ts';
import { type Asked, type Scoria, startScoria, type Told } from '../../test/harness/scoria.ts';
import { noSpace } from '../../workers/drivers/memory/knobs.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria();
  const quota_set = { volumes: 100, backups: 100, snapshots: 100 };
  await scoria.ask('PUT', `/v3/os-quota-sets/${projects.own}`, { as: 'admin', body: { quota_set } });
  for (const name of ['luks', 'luks-too']) await makeEncryptedType(scoria, name);
  await makeEncryptedType(scoria, 'luks-other', { key_size: 512 });
  await makeEncryptedType(scoria, 'luks-many', {}, { multiattach: '<is> True' });
});
after(() => scoria.close());
beforeEach(() => {
  for (const { knobs } of scoria.backends) knobs.clear();
});
afterEach(async () => assert.deepEqual(await drift(scoria.database), []));

const version = '3.71';
const message = (told: Told) => (Object.values(told.body)[0] as { message: string }).message;
const ask = (method: string, path: string, body?: object, asked: Asked = {}) =>
  scoria.ask(method, `/v3${path}`, { version, ...(body === undefined ? {} : { body }), ...asked });

const keys = () => keysOf(scoria);
const keyOf = (owner: string) => onlyKeyOf(scoria, owner);
const bytesOf = (owner: string) => keyBytes(scoria, owner);

const encrypted = (fields: object = {}) => scoria.makeVolume({ volume_type: 'luks', ...fields }, { version });
const remove = async (id: string, query = '') => {
  const told = await ask('DELETE', `/volumes/${id}${query}`);
  assert.equal(told.status, 202, told.text);
  await scoria.until(`/v3/volumes/${id}`, ({ status }) => status === 404);
};

const done = (path: string, wanted: string, name: string) => ended(scoria, path, wanted, name);
const snapshotOf = (volume_id: string) => makeSnapshotOf(scoria, volume_id);
const backupOf = (volume_id: string, fields: object = {}) => makeBackupOf(scoria, volume_id, fields);

test('an encrypted volume has a random key of its own, which two statements make with it', async () => {
  scoria.database.take();
  const told = await ask('POST', '/volumes', { volume: { size: 1, volume_type: 'luks' } });
  assert.equal(told.status, 202, told.text);
  const sent = scoria.database.take().filter((name) => name.startsWith('volumes.create'));
  assert.deepEqual(sent, ['volumes.create-facts', 'volumes.create']);
  const { id, encrypted: isEncrypted } = told.body.volume;
  assert.equal(isEncrypted, true);
  await done(`/volumes/${id}`, 'available', 'volume');
  const key = await keyOf(id);
  assert.equal((await bytesOf(id)).length, 64);
  assert.notEqual(await bytesOf(id), await bytesOf((await encrypted()).id));
  assert.equal((await ask('GET', `/volumes/${id}`)).body.volume.encryption_key_id, key.id);
  const older = await ask('GET', `/volumes/${id}`, undefined, { version: '3.63' });
  assert.equal(Object.hasOwn(older.body.volume, 'encryption_key_id'), false);
  assert.deepEqual((await ask('GET', `/volumes/${id}/encryption`)).body, {
    encryption_key_id: key.id,
    provider: 'luks',
    control_location: 'front-end',
    cipher: 'aes-xts-plain64',
    key_size: 256,
  });
  await remove(id);
  assert.deepEqual(
    (await keys()).filter((one) => one.owner === id),
    [],
  );
});

test('a key has the size that the type asks for', async () => {
  const volume = await encrypted({ volume_type: 'luks-other' });
  assert.equal((await bytesOf(volume.id)).length, 128);
  assert.equal((await keyOf(volume.id)).bit_length, 512);
});

test('copies of a volume, of a snapshot and of a clone have keys of their own with the same bytes', async () => {
  const first = await encrypted();
  const snapshot = await snapshotOf(first.id);
  const copies = [
    await scoria.makeVolume({ source_volid: first.id }, { version }),
    await scoria.makeVolume({ snapshot_id: snapshot }, { version }),
    await encrypted({ source_volid: first.id, volume_type: 'luks-too' }),
  ];
  copies.push(await scoria.makeVolume({ source_volid: copies[0].id }, { version }));
  const bytes = await bytesOf(first.id);
  const ids = new Set([first.encryption_key_id]);
  for (const copy of copies) {
    assert.equal(copy.status, 'available');
    assert.equal(await bytesOf(copy.id), bytes);
    assert.equal((await keyOf(copy.id)).id, copy.encryption_key_id);
    ids.add(copy.encryption_key_id);
  }
  assert.equal(ids.size, 5);
  // The source and its snapshots go, and the copies still open.
  await remove(first.id, '?cascade=true');
  for (const copy of copies) assert.equal(await bytesOf(copy.id), bytes);
});

test('a copy whose type encrypts in another way than its source is refused, and nothing is left of it', async () => {
  const [luks, plain] = [await encrypted(), await scoria.makeVolume()];
  const snapshot = await snapshotOf(luks.id);
  const before = await keys();
  for (const [volume_type, source] of [
    ['__DEFAULT__', { source_volid: luks.id }],
    ['luks-other', { source_volid: luks.id }],
    ['__DEFAULT__', { snapshot_id: snapshot }],
    ['luks', { source_volid: plain.id }],
  ] as const) {
    const told = await ask('POST', '/volumes', { volume: { size: 1, volume_type, ...source } });
    assert.equal(told.status, 400, told.text);
    assert.match(message(told), /does not encrypt as the source (volume|snapshot) is encrypted/);
  }
  assert.deepEqual(await keys(), before);
});

test('many may not attach an encrypted volume', async () => {
  const told = await ask('POST', '/volumes', { volume: { size: 1, volume_type: 'luks-many' } });
  assert.deepEqual(
    [told.status, message(told)],
    [400, 'Invalid volume: Multiattach cannot be used with encrypted volumes.'],
  );
  const volume = await scoria.makeVolume();
  const retyped = await ask('POST', `/volumes/${volume.id}/action`, { 'os-retype': { new_type: 'luks-many' } });
  assert.equal(message(retyped), message(told));
});

test('a volume stays as it is encrypted: only a type that encrypts alike is taken', async () => {
  const [luks, plain] = [await encrypted(), await scoria.makeVolume()];
  for (const [id, new_type] of [
    [luks.id, '__DEFAULT__'],
    [luks.id, 'luks-other'],
    [plain.id, 'luks'],
  ]) {
    const told = await ask('POST', `/volumes/${id}/action`, {
      'os-retype': { new_type, migration_policy: 'on-demand' },
    });
    assert.equal(told.status, 400);
    assert.match(message(told), /does not encrypt as the volume is encrypted/);
  }
  const told = await ask('POST', `/volumes/${luks.id}/action`, { 'os-retype': { new_type: 'luks-too' } });
  assert.equal(told.status, 202, told.text);
  const after = await scoria.until(`/v3/volumes/${luks.id}`, ({ body }) => body.volume.status === 'available', {
    version,
  });
  assert.equal(after.body.volume.volume_type, 'luks-too');
  assert.equal(after.body.volume.encryption_key_id, luks.encryption_key_id);
});

test('a key that nobody makes is refused with a reason', async () => {
  await makeEncryptedType(scoria, 'luks-odd');
  const { body } = await ask('GET', '/types', undefined, { as: 'admin' });
  const type = body.volume_types.find((one: { name: string }) => one.name === 'luks-odd');
  await ask('PUT', `/types/${type.id}/encryption/provider`, { encryption: { key_size: 257 } }, { as: 'admin' });
  const told = await ask('POST', '/volumes', { volume: { size: 1, volume_type: 'luks-odd' } });
  assert.equal(told.status, 400);
  assert.match(message(told), /no keys of 257 bits can be made/);
});

test('a create that is refused or fails leaves no key', async () => {
  const before = (await keys()).length;
  const limit = (volumes: number) =>
    scoria.database.all(
      sql('test', `UPDATE quotas SET hard_limit = :limit::int WHERE resource = 'volumes' AND project_id = :own::text`),
      { limit: volumes, own: projects.own },
    );
  await limit(0);
  assert.equal((await ask('POST', '/volumes', { volume: { size: 1, volume_type: 'luks' } })).status, 413);
  await limit(-1);
  assert.equal((await keys()).length, before);
  for (const { knobs } of scoria.backends) knobs.set('create', '*', noSpace, 99);
  const failed = await encrypted();
  assert.equal(failed.status, 'error');
  assert.equal((await keys()).length, before + 1);
  await remove(failed.id);
  assert.equal((await keys()).length, before);
});

test('a backup has a key of its own, which outlives the volume and comes back with the data', async () => {
  const volume = await encrypted();
  const bytes = await bytesOf(volume.id);
  const full = await backupOf(volume.id);
  const more = await backupOf(volume.id, { incremental: true });
  const ofSnapshot = await backupOf(volume.id, { snapshot_id: await snapshotOf(volume.id) });
  for (const backup of [full, more, ofSnapshot]) {
    assert.equal((await keyOf(backup.id)).id, backup.encryption_key_id);
    assert.equal(await bytesOf(backup.id), bytes);
    const older = await ask('GET', `/backups/${backup.id}`, undefined, { version: '3.63' });
    assert.equal(Object.hasOwn(older.body.backup, 'encryption_key_id'), false);
  }
  const restored = await ask('POST', `/backups/${more.id}/restore`, { restore: {} });
  assert.equal(restored.status, 202, restored.text);
  const anew = await done(`/volumes/${restored.body.restore.volume_id}`, 'available', 'volume');
  assert.deepEqual([anew.volume_type, await bytesOf(anew.id)], ['luks', bytes]);
  await done(`/backups/${more.id}`, 'available', 'backup');
  await remove(volume.id, '?cascade=true');
  const lost = await ask('POST', `/backups/${more.id}/restore`, { restore: {} });
  assert.equal(lost.status, 400);
  assert.match(message(lost), /the volume that it was made of is gone/);
  const again = await encrypted({ backup_id: more.id });
  assert.deepEqual([again.status, await bytesOf(again.id)], ['available', bytes]);
  await done(`/backups/${more.id}`, 'available', 'backup');
  const plain = await ask('POST', '/volumes', { volume: { size: 1, backup_id: more.id, volume_type: '__DEFAULT__' } });
  assert.match(message(plain), /does not encrypt as the backup is encrypted/);
  for (const { id } of [more, full, ofSnapshot]) {
    assert.equal((await ask('DELETE', `/backups/${id}`)).status, 202);
    await scoria.until(`/v3/backups/${id}`, ({ status }) => status === 404);
  }
  const owners = (await keys()).map((one) => one.owner);
  for (const { id } of [more, full, ofSnapshot]) assert.equal(owners.includes(id), false);
});

test('a restore over another volume gives it the key of the backup; over its own, nothing changes', async () => {
  const [one, two] = [await encrypted(), await encrypted()];
  const backup = await backupOf(one.id);
  const restore = async (volume_id: string) => {
    const told = await ask('POST', `/backups/${backup.id}/restore`, { restore: { volume_id } });
    if (told.status !== 202) return message(told);
    await done(`/backups/${backup.id}`, 'available', 'backup');
    return (await done(`/volumes/${volume_id}`, 'available', 'volume')).encryption_key_id;
  };
  assert.equal(await restore(one.id), one.encryption_key_id);
  const key = await restore(two.id);
  assert.notEqual(key, two.encryption_key_id);
  assert.equal((await keyOf(two.id)).id, key);
  assert.equal(await bytesOf(two.id), await bytesOf(one.id));
  const plain = await scoria.makeVolume();
  assert.match(await restore(plain.id), /is encrypted and cannot be restored to a volume that is not encrypted/);
  const three = await encrypted();
  await snapshotOf(three.id);
  assert.match(await restore(three.id), /whose snapshots need the one that it has/);
  assert.equal((await keyOf(three.id)).id, three.encryption_key_id);
});

test('a restore that fails leaves the volume the key that it had', async () => {
  const [one, two] = [await encrypted(), await encrypted()];
  const backup = await backupOf(one.id);
  for (const { knobs } of scoria.backends) knobs.set('openData', '*', { kind: 'fail-before', failure: 'fatal' }, 99);
  const told = await ask('POST', `/backups/${backup.id}/restore`, { restore: { volume_id: two.id } });
  assert.equal(told.status, 202, told.text);
  await done(`/volumes/${two.id}`, 'error_restoring', 'volume');
  assert.equal((await keyOf(two.id)).id, two.encryption_key_id);
});

test('a transfer takes the key along, from 3.70 on', async () => {
  const volume = await encrypted();
  const offer = (path: string, at: string) =>
    ask('POST', path, { transfer: { volume_id: volume.id } }, { version: at });
  for (const [path, at] of [
    ['/volume-transfers', '3.69'],
    ['/os-volume-transfer', '3.71'],
  ] as const) {
    const told = await offer(path, at);
    assert.deepEqual(
      [told.status, message(told)],
      [400, 'Invalid volume: transferring encrypted volume is not supported'],
    );
  }
  const told = await offer('/volume-transfers', '3.70');
  assert.equal(told.status, 202, told.text);
  const { id, auth_key } = told.body.transfer;
  const accepted = await ask('POST', `/volume-transfers/${id}/accept`, { accept: { auth_key } }, { as: 'otherMember' });
  assert.equal(accepted.status, 202, accepted.text);
  const shown = await ask('GET', `/volumes/${volume.id}`, undefined, { as: 'otherMember' });
  assert.equal(shown.body.volume.encryption_key_id, volume.encryption_key_id);
  const deleted = await ask('DELETE', `/volumes/${volume.id}`, undefined, { as: 'otherMember' });
  assert.equal(deleted.status, 202, deleted.text);
  await scoria.until(`/v3/volumes/${volume.id}`, ({ status }) => status === 404, { as: 'otherMember' });
  assert.deepEqual(
    (await keys()).filter((one) => one.owner === volume.id),
    [],
  );
});

test('a copy of a group has a key for each of its encrypted volumes', async () => {
  const { body } = await ask('POST', '/groups', {
    group: { group_type: '__DEFAULT__', volume_types: ['luks', '__DEFAULT__'] },
  });
  const group_id = body.group.id;
  const members = [
    await encrypted({ group_id }),
    await scoria.makeVolume({ group_id, volume_type: '__DEFAULT__' }, { version }),
  ];
  const copy = await ask('POST', '/groups/action', { 'create-from-src': { source_group_id: group_id } });
  assert.equal(copy.status, 202, copy.text);
  await done(`/groups/${copy.body.group.id}`, 'available', 'group');
  const { body: list } = await ask('GET', `/volumes/detail?group_id=${copy.body.group.id}`);
  assert.equal(list.volumes.length, 2);
  for (const volume of list.volumes) {
    if (volume.source_volid !== members[0].id) assert.equal(volume.encrypted, false);
    else assert.equal(await bytesOf(volume.id), await bytesOf(members[0].id));
  }
  for (const id of [copy.body.group.id, group_id]) {
    await ask('POST', `/groups/${id}/action`, { delete: { 'delete-volumes': true } });
    await scoria.until(`/v3/groups/${id}`, ({ status }) => status === 404, { version });
  }
  const owners = (await keys()).map((one) => one.owner);
  for (const { id } of [...members, ...list.volumes]) assert.equal(owners.includes(id), false);
});

test('of a copy and the deletion of its source at once, one is refused, or the copy has its key', async () => {
  for (let round = 0; round < 8; round += 1) {
    const source = await encrypted();
    const [copied, deleted] = await Promise.all([
      ask('POST', '/volumes', { volume: { source_volid: source.id } }),
      ask('DELETE', `/volumes/${source.id}`),
    ]);
    assert.ok(copied.status === 202 || deleted.status === 202, `${copied.text} ${deleted.text}`);
    if (copied.status === 202) {
      const { id } = copied.body.volume;
      await scoria.until(`/v3/volumes/${id}`, (told) => told.body.volume.status !== 'creating');
      await keyOf(id);
      await remove(id);
    }
    if (deleted.status === 202) await scoria.until(`/v3/volumes/${source.id}`, ({ status }) => status === 404);
    else await remove(source.id);
  }
});

test('no key is to be found in events, operations, messages or answers', async () => {
  const volume = await encrypted();
  const backup = await backupOf(volume.id);
  const found = [await bytesOf(volume.id), (await keyOf(volume.id)).material];
  const texts = [Buffer.from(found[0] ?? '', 'hex').toString('base64'), ...found];
  const tables = ['operations', 'events', 'messages', 'volumes', 'backups'];
  for (const table of tables) {
    const rows = await scoria.database.all<{ text: string }>(sql('test', `SELECT x::text AS text FROM ${table} x`));
    for (const text of texts)
      assert.equal(
        rows.some((row) => row.text.includes(text)),
        false,
        table,
      );
  }
  for (const path of [`/volumes/${volume.id}`, `/backups/${backup.id}`, `/volumes/${volume.id}/encryption`]) {
    const told = await ask('GET', path, undefined, { as: 'admin' });
    for (const text of texts) assert.equal(told.text.includes(text), false);
  }
});
