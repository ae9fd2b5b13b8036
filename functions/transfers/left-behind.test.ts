// Snapshots that stay with the project that gave their volume away: each project keeps to what is its own.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { drift } from '../../test/harness/invariants.ts';
import { type Scoria, startScoria, type Told } from '../../test/harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria();
  await ask('POST', '/types', { volume_type: { name: 'other' } }, 'admin');
});
after(() => scoria.close());

const ask = (method: string, path: string, body?: object, as = 'member') =>
  scoria.ask(method, `/v3${path}`, { as, version: '3.71', ...(body === undefined ? {} : { body }) });
const message = (told: Told) => (Object.values(told.body)[0] as { message: string }).message;

let volume: string;
let snapshot: string;
/** The volume is the other project's, and its snapshot is still ours. */
beforeEach(async () => {
  volume = (await scoria.makeVolume()).id;
  snapshot = await take(volume);
  const offered = await ask('POST', '/volume-transfers', { transfer: { volume_id: volume, no_snapshots: true } });
  const { id, auth_key } = offered.body.transfer;
  const taken = await ask('POST', `/volume-transfers/${id}/accept`, { accept: { auth_key } }, 'otherMember');
  assert.equal(taken.status, 202, taken.text);
});

async function take(of: string, as = 'member'): Promise<string> {
  const told = await ask('POST', '/snapshots', { snapshot: { volume_id: of } }, as);
  assert.equal(told.status, 202, told.text);
  const { id } = told.body.snapshot;
  await scoria.until(`/v3/snapshots/${id}`, ({ body }) => body.snapshot.status === 'available', { as });
  return id;
}

const isUntouched = async () => {
  const { body } = await ask('GET', `/snapshots/${snapshot}`);
  assert.equal(body.snapshot?.status, 'available');
  assert.deepEqual(await drift(scoria.database), []);
};

test('a deletion with cascade takes no snapshot of another project, whoever asks and however', async () => {
  await take(volume, 'otherMember');
  for (const [as, query] of [
    ['otherMember', 'cascade=true'],
    ['otherAdmin', 'cascade=true'],
    ['admin', 'cascade=true'],
    ['admin', 'cascade=true&force=true'],
  ] as const) {
    const told = await ask('DELETE', `/volumes/${volume}?${query}`, undefined, as);
    assert.equal(told.status, 400, `${as} ${query}: ${told.text}`);
    assert.match(message(told), /some of them belong to another project/);
    await isUntouched();
  }
  for (const told of [
    await ask('DELETE', `/volumes/${volume}`, undefined, 'otherMember'),
    await ask('POST', `/volumes/${volume}/action`, { 'os-force_delete': {} }, 'admin'),
    await ask('POST', `/volumes/${volume}/action`, { 'os-unmanage': {} }, 'admin'),
  ]) {
    assert.equal(told.status, 400, told.text);
  }
  await isUntouched();
});

test('a volume is not put back to a snapshot of another project', async () => {
  const body = { revert: { snapshot_id: snapshot } };
  const told = await ask('POST', `/volumes/${volume}/action`, body, 'otherMember');
  assert.equal(told.status, 404, told.text);
  assert.equal(message(told), `Snapshot ${snapshot} could not be found.`);
  const back = await ask('POST', `/volumes/${volume}/action`, body);
  assert.equal(back.status, 404, 'nor by its old owner');
  await isUntouched();
});

test('a snapshot of another project is not seen, copied, backed up or changed through the volume', async () => {
  for (const told of [
    await ask('GET', `/snapshots/${snapshot}`, undefined, 'otherMember'),
    await ask('POST', '/volumes', { volume: { size: 1, snapshot_id: snapshot } }, 'otherMember'),
    await ask('POST', '/backups', { backup: { volume_id: volume, snapshot_id: snapshot } }, 'otherMember'),
    await ask('POST', '/backups', { backup: { volume_id: volume, snapshot_id: snapshot } }),
    await ask('PUT', `/snapshots/${snapshot}`, { snapshot: { name: 'mine' } }, 'otherMember'),
    await ask('PUT', `/snapshots/${snapshot}/metadata`, { metadata: { a: '1' } }, 'otherMember'),
    await ask('DELETE', `/snapshots/${snapshot}`, undefined, 'otherMember'),
    await ask('PUT', `/volumes/${volume}`, { volume: { name: 'mine' } }),
  ]) {
    assert.equal(told.status, 404, told.text);
  }
  const seen = await ask('GET', `/snapshots?volume_id=${volume}`, undefined, 'otherMember');
  assert.deepEqual(seen.body.snapshots, []);
  await isUntouched();
});

test('a retype of the volume changes neither the type nor the quota of a snapshot of another project', async () => {
  const told = await ask('POST', `/volumes/${volume}/action`, { 'os-retype': { new_type: 'other' } }, 'otherMember');
  assert.equal(told.status, 202, told.text);
  await scoria.until(`/v3/volumes/${volume}`, ({ body }) => body.volume.status === 'available', { as: 'otherMember' });
  const usage = await ask('GET', '/os-quota-sets/a0000000000000000000000000000001?usage=true', undefined, 'admin');
  assert.equal(usage.body.quota_set.snapshots_other.in_use, 0);
  await isUntouched();
});

test('the owner of the snapshot makes a volume of it and deletes it, and then the volume may go', async () => {
  const made = await ask('POST', '/volumes', { volume: { size: 1, snapshot_id: snapshot } });
  assert.equal(made.status, 202, made.text);
  await scoria.until(`/v3/volumes/${made.body.volume.id}`, ({ body }) => body.volume.status === 'available');
  assert.equal((await ask('DELETE', `/snapshots/${snapshot}`)).status, 202);
  await scoria.until(`/v3/snapshots/${snapshot}`, ({ status }) => status === 404);
  assert.equal((await ask('DELETE', `/volumes/${volume}?cascade=true`, undefined, 'otherMember')).status, 202);
  await scoria.until(`/v3/volumes/${volume}`, ({ status }) => status === 404, { as: 'otherMember' });
  assert.deepEqual(await drift(scoria.database), []);
});

test('given on once more, a volume takes along the snapshots of its giver only', async () => {
  const second = await take(volume, 'otherMember');
  const offered = await ask('POST', '/volume-transfers', { transfer: { volume_id: volume } }, 'otherMember');
  const { id, auth_key } = offered.body.transfer;
  const taken = await ask('POST', `/volume-transfers/${id}/accept`, { accept: { auth_key } });
  assert.equal(taken.status, 202, taken.text);
  assert.equal((await ask('GET', `/snapshots/${second}`)).status, 200);
  await isUntouched();
});
