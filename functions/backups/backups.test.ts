import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { drift } from '../../test/harness/invariants.ts';
import { type Scoria, startScoria, type Told } from '../../test/harness/scoria.ts';

const mib = 1024 * 1024;

let scoria: Scoria;
before(async () => {
  scoria = await startScoria();
  const { own } = (await import('../../test/harness/people.ts')).projects;
  for (const body of [{ volumes: 100, backups: 100, snapshots: 100 }]) {
    await scoria.ask('PUT', `/v3/os-quota-sets/${own}`, { as: 'admin', body: { quota_set: body } });
  }
});
after(() => scoria.close());

const newest = { version: '3.71' } as const;

/** The store that has the volume. */
function storeOf(id: string) {
  const found = scoria.backends.find((one) => one.store.objects.has(`volume-${id}`));
  assert.ok(found, 'the volume is on no back end');
  return found.store;
}

const bytes = (seed: number, length = 3 * mib) =>
  new Uint8Array(length).map((_, at) => (at * 31 + seed * 17 + 1) % 251);
const write = (id: string, offset: number, data: Uint8Array) => storeOf(id).write(id, offset, data);
const read = (id: string, offset: number, length: number) => storeOf(id).read(id, offset, length);

async function waitFor(id: string, status = 'available'): Promise<Told['body']> {
  const told = await scoria.until(
    `/v3/backups/${id}`,
    ({ body }) => !['creating', 'restoring', 'deleting'].includes(body.backup?.status),
    newest,
  );
  assert.equal(told.body.backup.status, status, told.text);
  return told.body.backup;
}

async function make(fields: Record<string, unknown>): Promise<string> {
  const told = await scoria.ask('POST', '/v3/backups', { ...newest, body: { backup: fields } });
  assert.equal(told.status, 202, told.text);
  await waitFor(told.body.backup.id);
  return told.body.backup.id;
}

async function restore(id: string, fields: Record<string, unknown> = {}): Promise<string> {
  const told = await scoria.ask('POST', `/v3/backups/${id}/restore`, { ...newest, body: { restore: fields } });
  assert.equal(told.status, 202, told.text);
  const volume = told.body.restore.volume_id;
  const shown = await scoria.until(
    `/v3/volumes/${volume}`,
    ({ body }) => !['creating', 'restoring-backup'].includes(body.volume.status),
  );
  assert.equal(shown.body.volume.status, 'available', shown.text);
  await waitFor(id);
  return volume;
}

async function remove(id: string): Promise<void> {
  assert.equal((await scoria.ask('DELETE', `/v3/backups/${id}`)).status, 202);
  await scoria.until(`/v3/backups/${id}`, ({ status }) => status === 404);
}

test('a backup restored into a new volume has the same bytes, and the answer names the volume at once', async () => {
  const { id } = await scoria.makeVolume({ size: 1 });
  write(id, 0, bytes(1));
  write(id, 700 * mib + 5, bytes(2));
  const backup = await make({ volume_id: id, name: 'b', description: 'd', container: 'box' });
  write(id, 0, bytes(9));
  const told = await scoria.ask('POST', `/v3/backups/${backup}/restore`, { body: { restore: {} } });
  assert.equal(told.status, 202, told.text);
  assert.equal(told.body.restore.volume_name, `restore_backup_${backup}`);
  assert.equal(told.body.restore.backup_id, backup);
  const path = `/v3/volumes/${told.body.restore.volume_id}`;
  assert.equal((await scoria.ask('GET', path)).status, 200);
  await scoria.until(path, ({ body }) => body.volume.status === 'available');
  await waitFor(backup);
  assert.deepEqual(read(told.body.restore.volume_id, 0, 3 * mib), bytes(1));
  assert.deepEqual(read(told.body.restore.volume_id, 700 * mib + 5, 3 * mib), bytes(2));
  assert.deepEqual(await drift(scoria.database), []);
});

test('a backup restored over a volume leaves none of its old bytes, and what is behind the backup as it was', async () => {
  const { id } = await scoria.makeVolume({ size: 1 });
  write(id, 8 * mib, bytes(3));
  const backup = await make({ volume_id: id });
  const target = await scoria.makeVolume({ size: 2 });
  write(target.id, 100 * mib, bytes(4));
  write(target.id, 1500 * mib, bytes(5));
  assert.equal(await restore(backup, { volume_id: target.id }), target.id);
  assert.deepEqual(read(target.id, 8 * mib, 3 * mib), bytes(3));
  assert.deepEqual(read(target.id, 100 * mib, 3 * mib), new Uint8Array(3 * mib));
  assert.deepEqual(read(target.id, 1500 * mib, 3 * mib), bytes(5));
});

test('each of three incremental backups restores its own moment and keeps only what has changed', async () => {
  const { id } = await scoria.makeVolume({ size: 1 });
  write(id, 0, bytes(10, 40 * mib));
  const chain = [await make({ volume_id: id })];
  for (const n of [1, 2, 3]) {
    write(id, n * 8 * mib, bytes(20 + n, mib));
    chain.push(await make({ volume_id: id, incremental: true }));
  }
  const counts = await Promise.all(chain.map(async (one) => (await waitFor(one)).object_count));
  assert.deepEqual(counts, [10, 1, 1, 1]);
  for (const [n, one] of chain.entries()) {
    const shown = await waitFor(one);
    assert.equal(shown.is_incremental, n > 0);
    assert.equal(shown.has_dependent_backups, n < 3);
    const volume = await restore(one);
    for (const k of [1, 2, 3]) {
      const wanted = k <= n ? bytes(20 + k, mib) : bytes(10, 40 * mib).subarray(k * 8 * mib, (k * 8 + 1) * mib);
      assert.deepEqual(read(volume, k * 8 * mib, mib), wanted, `backup ${n}, change ${k}`);
    }
  }
  const refused = await scoria.ask('DELETE', `/v3/backups/${chain[0]}`);
  assert.equal(refused.status, 400);
  assert.equal(refused.body.badRequest.message, 'Invalid backup: Incremental backups exist for this backup.');
  for (const one of chain.toReversed()) await remove(one);
  assert.deepEqual(
    [...scoria.objects.kept.keys()].filter((key) => chain.some((one) => key.includes(one))),
    [],
  );
  assert.deepEqual(await drift(scoria.database), []);
});

test('a volume in use is backed up with force only, as of one moment, and is in use again afterwards', async () => {
  const { id } = await scoria.makeVolume();
  write(id, 0, bytes(6));
  const use = `UPDATE volumes SET status = 'in-use', attach_status = 'attached' WHERE id = '${id}'`;
  await scoria.database.all({ name: 'test.use', text: use });
  const refused = await scoria.ask('POST', '/v3/backups', { body: { backup: { volume_id: id } } });
  assert.equal(refused.status, 400);
  assert.match(refused.text, /must use the force flag/);
  const backup = await make({ volume_id: id, force: true });
  const shown = await scoria.ask('GET', `/v3/volumes/${id}`);
  assert.equal(shown.body.volume.status, 'in-use');
  assert.ok(!storeOf(id).objects.has(`snapshot-${backup}`), 'the snapshot of its moment is gone');
  assert.deepEqual(read(await restore(backup), 0, 3 * mib), bytes(6));
});

test('a backup of a snapshot has the bytes and the time of the snapshot', async () => {
  const { id } = await scoria.makeVolume();
  write(id, 0, bytes(7));
  const taken = await scoria.ask('POST', '/v3/snapshots', { body: { snapshot: { volume_id: id } } });
  const snapshot = taken.body.snapshot.id;
  const path = `/v3/snapshots/${snapshot}`;
  const made = await scoria.until(path, ({ body }) => body.snapshot.status === 'available');
  write(id, 0, bytes(8));
  const backup = await make({ volume_id: id, snapshot_id: snapshot });
  const shown = await waitFor(backup);
  assert.equal(shown.snapshot_id, snapshot);
  assert.equal(shown.data_timestamp, made.body.snapshot.created_at);
  assert.equal((await scoria.ask('GET', path)).body.snapshot.status, 'available');
  assert.deepEqual(read(await restore(backup), 0, 3 * mib), bytes(7));
});

test('a volume created from a backup has its bytes, and may be larger but not smaller', async () => {
  const { id } = await scoria.makeVolume({ size: 2 });
  write(id, 0, bytes(11));
  const backup = await make({ volume_id: id });
  const volume = await scoria.makeVolume({ size: 3, backup_id: backup }, newest);
  assert.equal(volume.status, 'available');
  assert.deepEqual(read(volume.id, 0, 3 * mib), bytes(11));
  await waitFor(backup);
  const small = await scoria.ask('POST', '/v3/volumes', {
    ...newest,
    body: { volume: { size: 1, backup_id: backup } },
  });
  assert.equal(small.status, 400);
  const none = '99999999-9999-4999-8999-999999999999';
  const absent = await scoria.ask('POST', '/v3/volumes', { ...newest, body: { volume: { backup_id: none } } });
  assert.equal(absent.status, 404);
});

test('a backup that is damaged in the store is not restored: the new volume is an error that says why', async () => {
  const { id } = await scoria.makeVolume();
  write(id, 0, bytes(12));
  const backup = await make({ volume_id: id });
  const chunk = [...scoria.objects.kept.keys()].find((key) => key.startsWith(`chunks/${backup}/`)) ?? '';
  scoria.objects.kept.set(chunk, bytes(13));
  const target = await scoria.makeVolume();
  for (const [volumeId, status, event] of [
    [target.id, 'error_restoring', 'VOLUME_VOLUME_BACKUP_015_026'],
    [null, 'error', 'VOLUME_VOLUME_008_012'],
  ]) {
    const body = { restore: { volume_id: volumeId } };
    const told = await scoria.ask('POST', `/v3/backups/${backup}/restore`, { body });
    assert.equal(told.status, 202, told.text);
    const path = `/v3/volumes/${told.body.restore.volume_id}`;
    await scoria.until(path, (one) => one.body.volume.status === status);
    const shown = await waitFor(backup);
    if (volumeId !== null) assert.match(shown.fail_reason, /checksum/);
    const subject = volumeId === null ? told.body.restore.volume_id : backup;
    const messages = await scoria.ask('GET', `/v3/messages?resource_uuid=${subject}`, { version: '3.5' });
    assert.equal(messages.body.messages[0].event_id, event);
  }
});

test('a record imported under another id shares the data: it restores after the first is deleted, and takes all with it', async () => {
  const { id } = await scoria.makeVolume();
  write(id, 4 * mib, bytes(14));
  const backup = await make({ volume_id: id, name: 'kept' });
  const exported = await scoria.ask('GET', `/v3/backups/${backup}/export_record`, { as: 'admin' });
  const record = exported.body['backup-record'];
  assert.match(record.backup_service, /^cinder\.backup\.drivers\./);
  const send = (url: string) =>
    scoria.ask('POST', '/v3/backups/import_record', {
      as: 'admin',
      body: { 'backup-record': { ...record, backup_url: url } },
    });
  const again = await send(record.backup_url);
  assert.equal(again.status, 400);
  assert.match(again.text, /already exists/);
  const other = '12121212-1212-4121-8121-121212121212';
  const decoded = JSON.parse(Buffer.from(record.backup_url, 'base64').toString());
  const changed = (fields: object) =>
    Buffer.from(JSON.stringify({ ...decoded, id: other, ...fields })).toString('base64');
  for (const service_metadata of ['', 'm'.repeat(1025), 5, 'a\u0000b', '\ud800']) {
    assert.equal((await send(changed({ service_metadata }))).status, 400, `${service_metadata}`);
  }
  const imported = await send(changed({ data_timestamp: '0000-01-01T00:00:00Z' }));
  assert.equal(imported.status, 201, imported.text);
  assert.equal(imported.body.backup.id, other);
  assert.equal(imported.body.backup.name, 'kept');
  await waitFor(other);
  await remove(backup);
  assert.deepEqual(read(await restore(other), 4 * mib, 3 * mib), bytes(14));
  await remove(other);
  assert.deepEqual(
    [...scoria.objects.kept.keys()].filter((key) => key.includes(backup)),
    [],
  );
  const late = await send(record.backup_url);
  assert.equal(late.status, 201, late.text);
  const shown = await waitFor(backup, 'error');
  assert.match(shown.fail_reason, /not in the store/);
  await remove(backup);
  assert.deepEqual(await drift(scoria.database), []);
});

test('a record whose row was lost with the database is imported under its own id', async () => {
  const { id } = await scoria.makeVolume();
  write(id, 0, bytes(15));
  const backup = await make({ volume_id: id });
  const { body } = await scoria.ask('GET', `/v3/backups/${backup}/export_record`, { as: 'admin' });
  await scoria.database.all({
    name: 'test.lose',
    text: `WITH b AS (DELETE FROM backups WHERE id = '${backup}' RETURNING *), q AS (UPDATE quota_usages u
      SET in_use = in_use - 1 FROM b WHERE u.project_id = b.project_id AND u.resource IN ('backups', 'backup_gigabytes')
      RETURNING 1) SELECT count(*)::int FROM q`,
  });
  assert.equal((await scoria.ask('POST', '/v3/backups/import_record', { as: 'admin', body })).status, 201);
  await waitFor(backup);
  assert.deepEqual(read(await restore(backup), 0, 3 * mib), bytes(15));
  assert.deepEqual(await drift(scoria.database), []);
});

test('reset-status takes available and error only; a forced deletion takes any state', async () => {
  const { id } = await scoria.makeVolume();
  const backup = await make({ volume_id: id });
  const act = (body: object) => scoria.ask('POST', `/v3/backups/${backup}/action`, { as: 'admin', body });
  for (const status of ['creating', 'deleting', 'restoring', 'error_deleting']) {
    assert.equal((await act({ 'os-reset_status': { status } })).status, 400, status);
  }
  assert.equal((await act({ 'os-reset_status': { status: 'error' } })).status, 202);
  await waitFor(backup, 'error');
  await scoria.database.all({
    name: 'test.stuck',
    text: `UPDATE backups SET status = 'error_deleting' WHERE id = '${backup}'`,
  });
  const refused = await scoria.ask('DELETE', `/v3/backups/${backup}`);
  assert.equal(refused.body.badRequest.message, 'Invalid backup: Backup status must be available or error');
  assert.equal((await act({ 'os-force_delete': {} })).status, 202);
  await scoria.until(`/v3/backups/${backup}`, ({ status }) => status === 404);
  assert.deepEqual(await drift(scoria.database), []);
});

test('create, update and lists show the fields of their version', async () => {
  const { id } = await scoria.makeVolume();
  const asked = { volume_id: id, name: 'n', metadata: { a: '1' }, availability_zone: 'nova' };
  const made = await scoria.ask('POST', '/v3/backups', { ...newest, body: { backup: asked } });
  assert.deepEqual(Object.keys(made.body.backup).sort(), ['id', 'links', 'name']);
  const backup = made.body.backup.id;
  await waitFor(backup);
  const path = `/v3/backups/${backup}`;
  const body = { backup: { name: 'm', metadata: { b: '2' } } };
  assert.equal((await scoria.ask('PUT', path, { ...newest, body })).body.backup.name, 'm');
  assert.equal((await scoria.ask('PUT', path, { version: '3.8', body })).status, 404);
  assert.equal((await scoria.ask('PUT', path, { ...newest, body: { backup: {} } })).status, 400);
  const shown = await waitFor(backup);
  assert.deepEqual(shown.metadata, { b: '2' });
  assert.equal(shown.availability_zone, 'nova');
  assert.equal(shown.container, 'volumebackups');
  assert.equal('metadata' in (await scoria.ask('GET', path, { version: '3.42' })).body.backup, false);
  const elsewhere = { backup: { volume_id: id, availability_zone: 'mars' } };
  const refused = await scoria.ask('POST', '/v3/backups', { ...newest, body: elsewhere });
  assert.deepEqual([refused.status, refused.body.badRequest?.message], [400, "Availability zone 'mars' is invalid."]);
  const list = await scoria.ask('GET', `/v3/backups?volume_id=${id}&with_count=true`, newest);
  assert.equal(list.body.count, 1);
  assert.equal((await scoria.ask('GET', '/v3/backups?all_tenants=perhaps', { as: 'admin' })).status, 400);
});

test('a backup over its quota is refused with 413 in the words of its quota', async () => {
  const { id } = await scoria.makeVolume({}, { as: 'otherMember' });
  for (const [resource, says] of [
    ['backups', /^BackupLimitExceeded/],
    ['backup_gigabytes', /^VolumeBackupSizeExceedsAvailableQuota/],
  ] as const) {
    const path = '/v3/os-quota-sets/b0000000000000000000000000000002';
    await scoria.ask('PUT', path, { as: 'admin', body: { quota_set: { backups: 5, [resource]: 0 } } });
    const body = { backup: { volume_id: id } };
    const told = await scoria.ask('POST', '/v3/backups', { as: 'otherMember', body });
    assert.equal(told.status, 413, told.text);
    assert.match(told.body.overLimit.message, says);
  }
  assert.equal((await scoria.ask('GET', `/v3/volumes/${id}`, { as: 'otherMember' })).body.volume.status, 'available');
});
