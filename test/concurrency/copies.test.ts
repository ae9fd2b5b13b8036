// Copies that are under way, and what is done meanwhile to what they are made from.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { sql } from '../../infra/database/port.ts';
import { drift } from '../harness/invariants.ts';
import { projects } from '../harness/people.ts';
import { type Scoria, startScoria, type Told } from '../harness/scoria.ts';

let scoria: Scoria;
/** The same database without workers: what it begins stays queued. */
let quiet: Scoria;
before(async () => {
  scoria = await startScoria({ queue: 'memory' });
  quiet = await startScoria({ workers: false, shares: scoria });
  const limits = { volumes: -1, gigabytes: -1, snapshots: -1, backups: -1, backup_gigabytes: -1, groups: -1 };
  await scoria.ask('PUT', `/v3/os-quota-sets/${projects.own}`, { as: 'admin', body: { quota_set: limits } });
  await scoria.ask('POST', '/v3/types', { as: 'admin', body: { volume_type: { name: 'other' } } });
});
after(async () => {
  await quiet.close();
  await scoria.close();
});

const message = (told: Told) => (Object.values(told.body)[0] as { message: string } | undefined)?.message ?? '';
const ask = (on: Scoria, method: string, path: string, body?: object, as = 'admin') =>
  on.ask(method, `/v3${path}`, { as, version: '3.71', ...(body === undefined ? {} : { body }) });
const act = (path: string, action: object) => ask(quiet, 'POST', `${path}/action`, action);
const end = (told: Told) => Object.values(told.body)[0] as { id: string; status: string };

/** Makes something, by workers, and waits until it is there. */
async function made(path: string, body: object): Promise<string> {
  const told = await ask(scoria, 'POST', path, body, 'member');
  assert.ok(told.status < 300, told.text);
  const { id } = end(told);
  await scoria.until(`/v3${path}/${id}`, (shown) => end(shown).status === 'available', { version: '3.71' });
  return id;
}

/** Begins something that stays queued. */
async function begun(method: string, path: string, body: object): Promise<string> {
  const told = await ask(quiet, method, path, body, 'member');
  assert.ok(told.status < 300, told.text);
  return end(told).id;
}

let volume: string;
let snapshot: string;
let backup: string;
beforeEach(async () => {
  volume = await made('/volumes', { volume: { size: 1 } });
  snapshot = '';
  backup = '';
});

/** What was begun is given up, as a worker does that finds its work impossible. */
async function finish(): Promise<void> {
  for (const text of [
    `UPDATE operations SET status = 'failed', secret = NULL WHERE status IN ('queued', 'running')`,
    `UPDATE volumes SET status = 'error' WHERE status NOT IN ('available', 'error')`,
    `UPDATE groups SET status = 'error', pending = 0 WHERE status = 'creating'`,
  ]) {
    await scoria.database.all(sql('test', text));
  }
}

const reset = (table: 'volumes' | 'snapshots' | 'backups', id: string) =>
  scoria.database.all(sql('test', `UPDATE ${table} SET status = 'available' WHERE id = :id::uuid`), { id });

const named = /^Invalid (volume|snapshot|backup|group|group snapshot): .*(is being made from|being made from)/;

async function refuses(what: string, told: Told): Promise<void> {
  assert.ok([400, 409].includes(told.status), `${what}: ${told.status} ${told.text}`);
  assert.match(message(told), named, what);
}

async function changesOfVolume(): Promise<readonly (readonly [string, () => Promise<Told>])[]> {
  const path = `/volumes/${volume}`;
  const image = scoria.glance.keep(new Uint8Array([1]), { visibility: 'public' });
  const other = await made('/volumes', { volume: { size: 1 } });
  const old = await made('/backups', { backup: { volume_id: other } });
  return [
    ['delete', () => ask(quiet, 'DELETE', path)],
    ['delete with cascade', () => ask(quiet, 'DELETE', `${path}?cascade=true`)],
    ['forced delete', () => act(path, { 'os-force_delete': {} })],
    ['forced delete with cascade', () => ask(quiet, 'DELETE', `${path}?force=true&cascade=true`)],
    ['unmanage', () => act(path, { 'os-unmanage': {} })],
    ['extend', () => act(path, { 'os-extend': { new_size: 3 } })],
    ['retype', () => act(path, { 'os-retype': { new_type: 'other' } })],
    ['migrate', () => act(path, { 'os-migrate_volume': { host: 'test@two#pool' } })],
    ['migrate', () => act(path, { 'os-migrate_volume': { host: 'test@one#pool' } })],
    ['reimage', () => act(path, { 'os-reimage': { image_id: image } })],
    ['restore over it', () => ask(quiet, 'POST', `/backups/${old}/restore`, { restore: { volume_id: volume } })],
  ];
}

/** Every change is refused while the copy is open, and nothing stands in the way afterwards. */
async function holds(what: string): Promise<void> {
  const seen = (await ask(quiet, 'GET', `/volumes/${volume}`)).body.volume;
  for (const [name, change] of await changesOfVolume()) {
    const told = await change();
    // To where it is already is refused for that.
    if (name === 'migrate' && /destination|already|current/.test(message(told)) && told.status === 400) continue;
    await refuses(`${name} of a volume that is ${what}`, told);
  }
  assert.deepEqual((await ask(quiet, 'GET', `/volumes/${volume}`)).body.volume.status, seen.status);
  assert.deepEqual(await drift(scoria.database), []);
  await finish();
  assert.equal((await ask(scoria, 'DELETE', `/volumes/${volume}`)).status, 202, 'it is free again');
}

test('a volume that is being cloned is not changed or deleted, in any way', async () => {
  await begun('POST', '/volumes', { volume: { size: 1, source_volid: volume } });
  await holds('cloned');
});

test('a volume that is being uploaded or backed up is not changed or deleted, whatever its status was reset to', async () => {
  await act(`/volumes/${volume}`, { 'os-volume_upload_image': { image_name: 'i' } });
  await reset('volumes', volume);
  await holds('uploaded');
  volume = await made('/volumes', { volume: { size: 1 } });
  await begun('POST', '/backups', { backup: { volume_id: volume } });
  await reset('volumes', volume);
  await holds('backed up');
});

test('a volume that is being copied is not put back to its snapshot, nor deleted with its group', async () => {
  snapshot = await made('/snapshots', { snapshot: { volume_id: volume } });
  await begun('POST', '/volumes', { volume: { size: 1, source_volid: volume } });
  await refuses('revert', await act(`/volumes/${volume}`, { revert: { snapshot_id: snapshot } }));
  await finish();

  const type = (await ask(scoria, 'GET', `/volumes/${volume}`)).body.volume.volume_type;
  const group = await made('/groups', { group: { group_type: '__DEFAULT__', volume_types: [type] } });
  const member = await made('/volumes', { volume: { size: 1, volume_type: type, group_id: group } });
  for (const begin of [
    () => begun('POST', '/volumes', { volume: { size: 1, source_volid: member } }),
    () => begun('POST', '/groups/action', { 'create-from-src': { source_group_id: group } }),
  ]) {
    await begin();
    await refuses('delete with its group', await act(`/groups/${group}`, { delete: { 'delete-volumes': true } }));
    await finish();
  }
});

test('a snapshot that is being copied is not deleted, in any way, nor with its volume or group snapshot', async () => {
  snapshot = await made('/snapshots', { snapshot: { volume_id: volume } });
  for (const begin of [
    () => begun('POST', '/volumes', { volume: { size: 1, snapshot_id: snapshot } }),
    () => begun('POST', '/backups', { backup: { volume_id: volume, snapshot_id: snapshot } }),
  ]) {
    await begin();
    await reset('snapshots', snapshot);
    for (const [name, change] of [
      ['delete', () => ask(quiet, 'DELETE', `/snapshots/${snapshot}`)],
      ['forced delete', () => act(`/snapshots/${snapshot}`, { 'os-force_delete': {} })],
      ['unmanage', () => act(`/snapshots/${snapshot}`, { 'os-unmanage': {} })],
      ['cascade', () => ask(quiet, 'DELETE', `/volumes/${volume}?cascade=true`)],
      ['forced cascade', () => ask(quiet, 'DELETE', `/volumes/${volume}?cascade=true&force=true`)],
    ] as const) {
      await refuses(name, await change());
    }
    assert.equal((await ask(quiet, 'GET', `/snapshots/${snapshot}`)).body.snapshot.status, 'available');
    await finish();
  }
  assert.equal((await ask(scoria, 'DELETE', `/volumes/${volume}?cascade=true`)).status, 202);

  const type = (await ask(scoria, 'GET', `/types/default`)).body.volume_type.name;
  const group = await made('/groups', { group: { group_type: '__DEFAULT__', volume_types: [type] } });
  await made('/volumes', { volume: { size: 1, volume_type: type, group_id: group } });
  const whole = await made('/group_snapshots', { group_snapshot: { group_id: group } });
  const { snapshots } = (await ask(scoria, 'GET', '/snapshots/detail')).body;
  const part = snapshots.find((one: { group_snapshot_id: string }) => one.group_snapshot_id === whole).id;
  await begun('POST', '/volumes', { volume: { size: 1, snapshot_id: part } });
  await refuses('delete of a group snapshot', await ask(quiet, 'DELETE', `/group_snapshots/${whole}`));
  await finish();
});

test('a backup that is being restored is not deleted, whatever its status was reset to', async () => {
  backup = await made('/backups', { backup: { volume_id: volume } });
  for (const begin of [
    () => begun('POST', '/volumes', { volume: { size: 1, backup_id: backup } }),
    () => ask(quiet, 'POST', `/backups/${backup}/restore`, { restore: { volume_id: volume } }),
  ]) {
    await begin();
    await reset('backups', backup);
    await refuses('delete', await ask(quiet, 'DELETE', `/backups/${backup}`));
    await refuses('forced delete', await act(`/backups/${backup}`, { 'os-force_delete': {} }));
    await finish();
  }
  assert.equal((await ask(scoria, 'DELETE', `/backups/${backup}`)).status, 202);
});

test('a volume that is moving, or has no back end, is not copied', async () => {
  const set = (change: string) =>
    scoria.database.all(sql('test', `UPDATE volumes SET ${change} WHERE id = :id::uuid`), { id: volume });
  const { 'os-vol-host-attr:host': host } = (await ask(quiet, 'GET', `/volumes/${volume}`)).body.volume;
  for (const change of [`migration_status = 'migrating'`, `migration_status = NULL, host = NULL`]) {
    await set(change);
    const told = await ask(quiet, 'POST', '/volumes', { volume: { size: 1, source_volid: volume } });
    assert.equal(told.status, 400, told.text);
    assert.match(message(told), /^Invalid volume: Originating volume/);
  }
  await set(`host = '${host}'`);
});

test('a copy in a group whose source goes at the same moment leaves the group as it was', async () => {
  const group = await made('/groups', { group: { group_type: '__DEFAULT__', volume_types: ['other'] } });
  const source = await made('/volumes', { volume: { size: 1, volume_type: 'other' } });
  for (let round = 0; round < 5; round += 1) {
    const [copy] = await Promise.all([
      ask(scoria, 'POST', '/volumes', {
        volume: { size: 1, volume_type: 'other', source_volid: source, group_id: group },
      }),
      scoria.database.all(sql('test', `UPDATE volumes SET status = 'deleting' WHERE id = :id::uuid`), { id: source }),
    ]);
    assert.ok([202, 400].includes(copy.status), copy.text);
    await reset('volumes', source);
  }
  await allDone();
  assert.deepEqual(await drift(scoria.database), []);
});

/** Quota is counted when work begins, and sizes when it ends. */
const allDone = () =>
  scoria.until('/v3/volumes/detail', ({ body }) =>
    body.volumes.every(({ status }: { status: string }) => !['creating', 'deleting', 'extending'].includes(status)),
  );

/** Both at once: the second is refused, or the copy comes through. */
async function race(source: () => Promise<object>, change: () => Promise<Told>): Promise<void> {
  for (let round = 0; round < 8; round += 1) {
    volume = await made('/volumes', { volume: { size: 1 } });
    const body = await source();
    const [copy, other] = await Promise.all([
      ask(scoria, 'POST', '/volumes', { volume: { size: 1, ...body } }),
      change(),
    ]);
    assert.ok([202, 400, 404].includes(copy.status), copy.text);
    assert.ok([202, 204, 400].includes(other.status), other.text);
    assert.ok(copy.status === 202 || other.status !== 400, 'one of them is accepted');
    if (copy.status !== 202) continue;
    const path = `/v3/volumes/${end(copy).id}`;
    const shown = await scoria.until(path, (told) => ['available', 'error'].includes(end(told).status), {
      as: 'admin',
    });
    assert.equal(end(shown).status, 'available', `accepted beside ${other.status} ${other.text}`);
  }
  await allDone();
  assert.deepEqual(await drift(scoria.database), []);
}

test('of a clone and a deletion of its source at once, no clone ends in an error', async () => {
  await race(
    async () => ({ source_volid: volume }),
    () => ask(scoria, 'DELETE', `/volumes/${volume}`),
  );
});

test('of a clone and an extension of its source at once, no clone ends in an error', async () => {
  await race(
    async () => ({ source_volid: volume }),
    () => ask(scoria, 'POST', `/volumes/${volume}/action`, { 'os-extend': { new_size: 4 } }),
  );
});

test('a clone whose source has grown since it was looked at is refused: it would be smaller', async () => {
  const id = await made('/volumes', { volume: { size: 1 } });
  const size = (gib: number) =>
    scoria.database.all(sql('test', `UPDATE volumes SET size_gib = ${gib} WHERE id = :id::uuid`), { id });
  const database: Scoria['database'] = {
    ...scoria.database,
    async all(statement, parameters) {
      if (statement.name === 'volumes.create-copy') await size(4);
      return scoria.database.all(statement, parameters);
    },
  };
  const slow = await startScoria({ workers: false, shares: { ...scoria, database } });
  try {
    const told = await ask(slow, 'POST', '/volumes', { volume: { size: 1, source_volid: id } });
    assert.equal(told.status, 400, told.text);
    assert.match(message(told), /source of the volume has just been changed/);
  } finally {
    await slow.close();
    await size(1);
  }
});

test('of a volume from a snapshot and a deletion of the snapshot, or of all of its volume, no volume ends in an error', async () => {
  const take = async () => {
    snapshot = await made('/snapshots', { snapshot: { volume_id: volume } });
    return { snapshot_id: snapshot };
  };
  await race(take, () => ask(scoria, 'DELETE', `/snapshots/${snapshot}`));
  await race(take, () => ask(scoria, 'DELETE', `/volumes/${volume}?cascade=true`));
});

test('a clone comes through when its source is given to another project meanwhile', async () => {
  const clone = await begun('POST', '/volumes', { volume: { size: 1, source_volid: volume } });
  const offered = (await ask(scoria, 'POST', '/volume-transfers', { transfer: { volume_id: volume } }, 'member')).body;
  const { id, auth_key } = offered.transfer;
  const taken = await ask(scoria, 'POST', `/volume-transfers/${id}/accept`, { accept: { auth_key } }, 'otherMember');
  assert.equal(taken.status, 202, taken.text);
  await refuses('delete', await ask(quiet, 'DELETE', `/volumes/${volume}`, undefined, 'otherMember'));
  const [row] = await scoria.database.all<{ id: string }>(
    sql('test', `SELECT id::text AS id FROM operations WHERE resource_id = :clone::uuid`),
    { clone },
  );
  await scoria.queue.send('scheduler', [
    { operation: row?.id ?? '', attempt: 0, kind: 'volume.create', project: projects.own },
  ]);
  const shown = await scoria.until(`/v3/volumes/${clone}`, (told) => end(told).status !== 'creating');
  assert.equal(end(shown).status, 'available');
  assert.equal((await ask(scoria, 'DELETE', `/volumes/${volume}`, undefined, 'otherMember')).status, 202);
});
