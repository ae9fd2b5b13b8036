// Records of encrypted backups: what a database has lost is found again, with what opens it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sql } from '../../infra/database/port.ts';
import { keyBytes, keysOf, makeEncryptedType } from '../../test/harness/encryption.ts';
import { drift } from '../../test/harness/invariants.ts';
import { type Asked, type Scoria, startScoria, type Told } from '../../test/harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria();
  await makeEncryptedType(scoria, 'luks');
});
after(() => scoria.close());

const version = '3.71';
const message = (told: Told) => (Object.values(told.body)[0] as { message: string }).message;
const ask = (method: string, path: string, body?: object, asked: Asked = {}) =>
  scoria.ask(method, `/v3${path}`, { version, ...(body === undefined ? {} : { body }), ...asked });
const encrypted = (fields: object = {}) => scoria.makeVolume({ volume_type: 'luks', ...fields }, { version });
const becomes = async (name: string, id: string) =>
  (await scoria.until(`/v3/${name}s/${id}`, ({ body }) => body[name]?.status === 'available', { version })).body[name];

/** The database has lost the backup, with its key. */
const lose = (backup: string) =>
  scoria.database.all(
    sql(
      'test.lose',
      `WITH b AS (DELETE FROM backups WHERE id = '${backup}' RETURNING *), q AS (UPDATE quota_usages u
      SET in_use = in_use - 1 FROM b WHERE u.project_id = b.project_id AND u.resource IN ('backups', 'backup_gigabytes')
      RETURNING 1) SELECT count(*)::int FROM q`,
    ),
  );

test('the record of an encrypted backup brings the key with it, sealed, when the database has lost both', async () => {
  const volume = await encrypted();
  const bytes = await keyBytes(scoria, volume.id);
  await ask('POST', `/volumes/${volume.id}/action`, {
    'os-set_image_metadata': { metadata: { os: 'x'.repeat(20_000) } },
  });
  const made = await ask('POST', '/backups', { backup: { volume_id: volume.id } });
  const backup = await becomes('backup', made.body.backup.id);
  const { body } = await ask('GET', `/backups/${backup.id}/export_record`, undefined, { as: 'admin' });
  await lose(backup.id);
  const before = (await keysOf(scoria)).length;
  const record = body['backup-record'];
  const send = (change: (fields: { encryption_key: Record<string, unknown> }) => object) => {
    const fields = JSON.parse(Buffer.from(record.backup_url, 'base64').toString());
    const backup_url = Buffer.from(JSON.stringify({ ...fields, ...change(fields) })).toString('base64');
    return ask('POST', '/backups/import_record', { 'backup-record': { ...record, backup_url } }, { as: 'admin' });
  };
  const key = (change: object) => (fields: { encryption_key: object }) => ({
    encryption_key: { ...fields.encryption_key, ...change },
  });
  for (const [change, says] of [
    [key({ material: 'no.such.seal' }), /see SCORIA_SECRET_KEYS/],
    [key({ sealed_as: volume.id }), /see SCORIA_SECRET_KEYS/],
    [key({ bit_length: 512 }), /see SCORIA_SECRET_KEYS/],
    [key({ bit_length: 100_000 }), /Can't parse backup record/],
    [key({ material: 5 }), /Can't parse backup record/],
    [() => ({ encryption_key: 'none' }), /Can't parse backup record/],
    [() => ({ encryption_key_id: null }), /Can't parse backup record/],
    [() => ({ encryption_key: null }), /key manager that this service is not set up for/],
  ] as const) {
    const told = await send(change);
    assert.equal(told.status, 400, told.text);
    assert.match(message(told), says);
  }
  assert.equal((await keysOf(scoria)).length, before);
  assert.equal((await send(() => ({}))).status, 201);
  await becomes('backup', backup.id);
  assert.equal(await keyBytes(scoria, backup.id), bytes);
  const again = await send(() => ({}));
  assert.match(message(again), /already exists/);
  assert.equal((await keysOf(scoria)).length, before + 1);
  const anew = await encrypted({ backup_id: backup.id });
  assert.deepEqual([anew.status, await keyBytes(scoria, anew.id)], ['available', bytes]);
  const { volume: shown } = (await ask('GET', `/volumes/${anew.id}`)).body;
  assert.deepEqual(shown.volume_image_metadata, { os: 'x'.repeat(20_000) });
  await becomes('backup', backup.id);
  assert.equal((await ask('DELETE', `/backups/${backup.id}`)).status, 202);
  await scoria.until(`/v3/backups/${backup.id}`, ({ status }) => status === 404);
  for (const { id } of [volume, anew]) {
    await ask('DELETE', `/volumes/${id}`);
    await scoria.until(`/v3/volumes/${id}`, ({ status }) => status === 404);
  }
  assert.equal((await keysOf(scoria)).length, before - 1);
  assert.deepEqual(await drift(scoria.database), []);
});

test('a record with more metadata than a request has room for goes without it, and is imported', async () => {
  const volume = await encrypted();
  const made = await ask('POST', '/backups', { backup: { volume_id: volume.id } });
  const backup = await becomes('backup', made.body.backup.id);
  // As one that was made before metadata had a bound.
  const text = `UPDATE backups SET image_metadata = jsonb_build_object('os', repeat('x', 180000)) WHERE id = '${backup.id}'`;
  await scoria.database.all(sql('test.large', text));
  const { status, body } = await ask('GET', `/backups/${backup.id}/export_record`, undefined, { as: 'admin' });
  assert.equal(status, 200);
  await lose(backup.id);
  const imported = await ask('POST', '/backups/import_record', body, { as: 'admin' });
  assert.equal(imported.status, 201, imported.text);
  await becomes('backup', backup.id);
});
