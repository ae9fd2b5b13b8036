// Groups whose volumes come, go, and are snapshotted at once. Worth most on a real PostgreSQL (TEST_DATABASE_URL).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sql } from '../../infra/database/port.ts';
import { drift } from '../harness/invariants.ts';
import { type Scoria, startScoria } from '../harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria();
  await scoria.database.all(sql('test', 'UPDATE quota_classes SET hard_limit = 1000'));
});
after(() => scoria.close());

const version = '3.71';
const ask = (method: string, path: string, body?: object) =>
  scoria.ask(method, path, { version, ...(body === undefined ? {} : { body }) });
const gone = (path: string) => scoria.until(path, ({ status }) => status === 404, { version });
const objects = () => scoria.backends.reduce((sum, one) => sum + one.store.objects.size, 0);
const inGroup = (group_id: string) =>
  ask('POST', '/v3/volumes', { volume: { size: 1, volume_type: '__DEFAULT__', group_id } });
const remove = (path: string) => ask('POST', `${path}/action`, { delete: { 'delete-volumes': true } });

async function makeGroup() {
  const group = { group_type: '__DEFAULT__', volume_types: ['__DEFAULT__'] };
  const { id } = (await ask('POST', '/v3/groups', { group })).body.group;
  return { id, path: `/v3/groups/${id}` };
}

/** Deletes the group as soon as nothing stands in the way. */
async function removeAtLast(path: string): Promise<void> {
  await scoria.until('/v3/volumes/detail', ({ body }) =>
    body.volumes.every((one: { status: string }) => one.status !== 'creating'),
  );
  const told = await remove(path);
  assert.ok(told.status === 202 || told.status === 404, told.text);
  await gone(path);
}

test('a new volume and the deletion of its group at once: never both, and nothing is left behind', async () => {
  for (let round = 0; round < 10; round += 1) {
    const { id, path } = await makeGroup();
    const [made, deleted] = await Promise.all([inGroup(id), remove(path)]);
    assert.ok(!(made.status === 202 && deleted.status === 202), 'both were accepted');
    assert.ok(made.status === 202 || deleted.status === 202, `${made.text} ${deleted.text}`);
    await removeAtLast(path);
  }
  assert.equal(objects(), 0);
  assert.deepEqual(await drift(scoria.database), []);
});

test('a snapshot of a group and the leaving of a volume at once: the snapshot has the volumes of one moment', async () => {
  const { id, path } = await makeGroup();
  const made = await Promise.all([1, 2, 3].map(() => inGroup(id)));
  const volumes = made.map((told) => told.body.volume.id);
  for (const one of volumes) {
    await scoria.until(`/v3/volumes/${one}`, ({ body }) => body.volume.status === 'available');
  }
  for (let round = 0; round < 10; round += 1) {
    const [taken] = await Promise.all([
      ask('POST', '/v3/group_snapshots', { group_snapshot: { group_id: id } }),
      ask('PUT', path, { group: { remove_volumes: volumes[0] } }),
    ]);
    if (taken.status === 202) {
      const one = `/v3/group_snapshots/${taken.body.group_snapshot.id}`;
      await scoria.until(one, ({ body }) => body.group_snapshot.status === 'available', { version });
      assert.deepEqual(await drift(scoria.database), []);
      assert.equal((await ask('DELETE', one)).status, 202);
      await gone(one);
    } else assert.equal(taken.status, 400, taken.text);
    assert.equal((await ask('PUT', path, { group: { add_volumes: volumes[0] } })).status, 202);
  }
  await removeAtLast(path);
  assert.equal(objects(), 0);
  assert.deepEqual(await drift(scoria.database), []);
});

test('of ten deletions of a group at once, one is accepted', async () => {
  const { id, path } = await makeGroup();
  const volume = (await inGroup(id)).body.volume.id;
  await scoria.until(`/v3/volumes/${volume}`, ({ body }) => body.volume.status === 'available');
  const told = await Promise.all(Array.from({ length: 10 }, () => remove(path)));
  assert.equal(told.filter((one) => one.status === 202).length, 1);
  await gone(path);
  assert.deepEqual(await drift(scoria.database), []);
});
