import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sql } from '../../infra/database/port.ts';
import { drift } from '../../test/harness/invariants.ts';
import { projects } from '../../test/harness/people.ts';
import { type Scoria, startScoria, type Told } from '../../test/harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria();
  const body = { quota_set: { volumes: 100, backups: 100, snapshots: 100 } };
  await scoria.ask('PUT', `/v3/os-quota-sets/${projects.own}`, { as: 'admin', body });
});
after(() => scoria.close());

const newest = { version: '3.71' } as const;
const ask = (method: string, path: string, body?: unknown) => scoria.ask(method, `/v3${path}`, { ...newest, body });

async function settled(volume: string): Promise<Told['body']> {
  const isSettled = ({ body }: Told) => !['creating', 'restoring-backup'].includes(body.volume.status);
  const told = await scoria.until(`/v3/volumes/${volume}`, isSettled, newest);
  assert.equal(told.body.volume.status, 'available', told.text);
  return told.body.volume;
}

async function backUp(fields: Record<string, unknown>): Promise<string> {
  const told = await ask('POST', '/backups', { backup: fields });
  assert.equal(told.status, 202, told.text);
  const { id } = told.body.backup;
  await scoria.until(`/v3/backups/${id}`, ({ body }) => body.backup.status === 'available', newest);
  return id;
}

async function restore(backup: string, fields: Record<string, unknown> = {}): Promise<Told['body']> {
  await scoria.until(`/v3/backups/${backup}`, ({ body }) => body.backup.status === 'available', newest);
  const told = await ask('POST', `/backups/${backup}/restore`, { restore: fields });
  assert.equal(told.status, 202, told.text);
  return settled(told.body.restore.volume_id);
}

/** A volume that says everything of itself, and a backup of it. */
async function fullSource() {
  const { id } = await scoria.makeVolume({ name: 'root', description: 'of server one', metadata: { tier: 'gold' } });
  const image = JSON.stringify({ image_name: 'debian', min_disk: '1' });
  const text = 'UPDATE volumes SET bootable = TRUE, image_metadata = :image::jsonb WHERE id = :id::uuid';
  await scoria.database.all(sql('test', text), { id, image });
  return { id, backup: await backUp({ volume_id: id }) };
}

const wanted = (backup: string) => ({
  name: 'root',
  description: 'of server one',
  metadata: { tier: 'gold', src_backup_id: backup },
  bootable: 'true',
  volume_image_metadata: { image_name: 'debian', min_disk: '1' },
});
const asShown = ({ name, description, metadata, bootable, volume_image_metadata }: Told['body']) => ({
  name,
  description,
  metadata,
  bootable,
  volume_image_metadata,
});

test('a backup restored into a new volume, without a name or from POST /volumes, becomes what the volume was', async () => {
  const { id, backup } = await fullSource();
  await ask('DELETE', `/volumes/${id}`);
  await scoria.until(`/v3/volumes/${id}`, ({ status }) => status === 404);
  assert.deepEqual(asShown(await restore(backup)), wanted(backup));
  const made = await ask('POST', '/volumes', { volume: { backup_id: backup, size: 2, metadata: { old: '1' } } });
  assert.equal(made.status, 202, made.text);
  assert.deepEqual(asShown(await settled(made.body.volume.id)), wanted(backup));
  assert.deepEqual(await drift(scoria.database), []);
});

test('a restore over a volume replaces its metadata and makes it bootable, and keeps a name that a user gave', async () => {
  const { backup } = await fullSource();
  const unnamed = await scoria.makeVolume({ metadata: { old: '1' } });
  assert.deepEqual(asShown(await restore(backup, { volume_id: unnamed.id })), wanted(backup));
  const named = await scoria.makeVolume({ name: 'mine', description: 'kept', metadata: { old: '1' } });
  const own = { ...wanted(backup), name: 'mine', description: 'kept' };
  assert.deepEqual(asShown(await restore(backup, { volume_id: named.id })), own);
  assert.equal((await restore(backup, { name: 'new one' })).name, 'new one');
});

test('a restore over the volume that was backed up gives back what it was, without src_backup_id', async () => {
  const { id, backup } = await fullSource();
  await ask('PUT', `/volumes/${id}`, { volume: { name: 'renamed', metadata: { tier: 'tin', new: '1' } } });
  const { src_backup_id: _, ...metadata } = wanted(backup).metadata;
  const shown = asShown(await restore(backup, { volume_id: id }));
  assert.deepEqual(shown, { ...wanted(backup), name: 'renamed', metadata });
});

test('what a backup does not say of its volume stays as the target has it', async () => {
  const source = await scoria.makeVolume();
  const backup = await backUp({ volume_id: source.id });
  const target = await scoria.makeVolume({ name: 'restore_backup_of_mine', metadata: { own: '1' } });
  const shown = await restore(backup, { volume_id: target.id });
  assert.equal(shown.name, 'restore_backup_of_mine');
  assert.deepEqual(shown.metadata, { own: '1', src_backup_id: backup });
  assert.equal(shown.bootable, 'false');
});

test('a backup of a snapshot, and one that was imported from its record, say the same of the volume', async () => {
  const { id } = await fullSource();
  const taken = await ask('POST', '/snapshots', { snapshot: { volume_id: id } });
  const snapshot = taken.body.snapshot.id;
  await scoria.until(`/v3/snapshots/${snapshot}`, ({ body }) => body.snapshot.status === 'available');
  const backup = await backUp({ volume_id: id, snapshot_id: snapshot });
  const exported = await scoria.ask('GET', `/v3/backups/${backup}/export_record`, { as: 'admin' });
  const record = exported.body['backup-record'];
  const text = JSON.parse(atob(record.backup_url));
  const other = 'aaaaaaaa-0000-4000-8000-000000000001';
  const imported = await scoria.ask('POST', '/v3/backups/import_record', {
    as: 'admin',
    ...newest,
    body: { 'backup-record': { ...record, backup_url: btoa(JSON.stringify({ ...text, id: other })) } },
  });
  assert.equal(imported.status, 201, imported.text);
  for (const one of [backup, other]) {
    assert.deepEqual(asShown(await restore(one)).name, 'root');
    assert.equal((await restore(one)).metadata.src_backup_id, one);
  }
});

test("a backup's zone is the one that was asked for, and null where none was", async () => {
  const { id } = await scoria.makeVolume();
  const asked = await backUp({ volume_id: id, availability_zone: 'nova' });
  const free = await backUp({ volume_id: id });
  assert.equal((await ask('GET', `/backups/${asked}`)).body.backup.availability_zone, 'nova');
  assert.equal((await ask('GET', `/backups/${free}`)).body.backup.availability_zone, null);
});
