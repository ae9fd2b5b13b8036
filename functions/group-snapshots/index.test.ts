import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sql } from '../../infra/database/port.ts';
import { drift } from '../../test/harness/invariants.ts';
import { type Asked, type Scoria, startScoria } from '../../test/harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria();
  await run('UPDATE quota_classes SET hard_limit = 100');
});
after(() => scoria.close());

const version = '3.71';
const message = (told: { body: Record<string, { message: string }> }) => Object.values(told.body)[0]?.message ?? '';
const run = (text: string, parameters = {}) =>
  scoria.database.all<Record<string, never>>(sql('test', text), parameters);
const ask = (method: string, path: string, body?: object, asked: Asked = {}) =>
  scoria.ask(method, path, { version, ...(body === undefined ? {} : { body }), ...asked });
const settled = (path: string, status: string) =>
  scoria.until(path, ({ body }) => body.group_snapshot.status === status, { version });
const gone = (path: string) => scoria.until(path, ({ status }) => status === 404, { version });
const objects = () => scoria.backends.reduce((sum, one) => sum + one.store.objects.size, 0);

/** A group with two volumes. */
async function filled() {
  const group = { group_type: '__DEFAULT__', volume_types: ['__DEFAULT__'] };
  const { id } = (await ask('POST', '/v3/groups', { group })).body.group;
  const volumes: string[] = [];
  for (let n = 0; n < 2; n += 1) {
    volumes.push((await scoria.makeVolume({ volume_type: '__DEFAULT__', group_id: id }, { version })).id);
  }
  return { id, path: `/v3/groups/${id}`, volumes };
}

const take = (group_id: string, fields: object = {}) =>
  ask('POST', '/v3/group_snapshots', { group_snapshot: { group_id, name: 's', ...fields } });

/** The snapshots of a group snapshot, as the list of snapshots shows them. */
async function parts(id: string) {
  const { snapshots } = (await ask('GET', '/v3/snapshots/detail')).body;
  return snapshots.filter((one: { group_snapshot_id: string }) => one.group_snapshot_id === id);
}

test('a snapshot of a group is one of each volume, taken by one operation and deleted by one', async () => {
  const group = await filled();
  scoria.database.take();
  const told = await take(group.id, { description: 'd' });
  assert.ok(scoria.database.take().includes('group-snapshots.create'));
  const { id, group_type_id } = told.body.group_snapshot;
  assert.deepEqual([told.status, told.body], [202, { group_snapshot: { id, name: 's', group_type_id } }]);
  const path = `/v3/group_snapshots/${id}`;
  const { created_at } = (await settled(path, 'available')).body.group_snapshot;
  const old = await ask('GET', path, undefined, { version: '3.14', as: 'admin' });
  assert.deepEqual(old.body.group_snapshot, {
    id,
    name: 's',
    group_id: group.id,
    group_type_id,
    status: 'available',
    created_at,
    description: 'd',
  });
  const taken = await parts(id);
  assert.deepEqual(taken.map((one: { volume_id: string }) => one.volume_id).sort(), [...group.volumes].sort());
  assert.ok(taken.every((one: { status: string }) => one.status === 'available'));
  const alone = await ask('DELETE', `/v3/snapshots/${taken[0].id}`);
  assert.match(message(alone), /must not be part of a group/);
  const held = await ask('POST', `${group.path}/action`, { delete: { 'delete-volumes': true } });
  assert.match(message(held), /it has group snapshots/);
  assert.deepEqual(await drift(scoria.database), []);
  await ask('PUT', group.path, { group: { remove_volumes: group.volumes.join(',') } });
  assert.equal((await ask('DELETE', path)).status, 202);
  await gone(path);
  assert.deepEqual(await parts(id), []);
  assert.equal(objects(), 2);
  const [work] = await run(
    `SELECT count(*)::int AS n FROM operations WHERE resource_type = 'group_snapshot' AND status = 'done'`,
  );
  assert.equal(work?.n, 2);
  assert.deepEqual(await drift(scoria.database), []);
});

test('a group is made from a group snapshot, which stays until the group is there', async () => {
  const group = await filled();
  const { id } = (await take(group.id)).body.group_snapshot;
  const early = await ask('POST', '/v3/groups/action', { 'create-from-src': { group_snapshot_id: id } });
  const path = `/v3/group_snapshots/${id}`;
  await settled(path, 'available');
  assert.ok(early.status === 400 || early.status === 202);
  const told = await ask('POST', '/v3/groups/action', { 'create-from-src': { group_snapshot_id: id, name: 'n' } });
  assert.equal(told.status, 202, told.text);
  const copy = `/v3/groups/${told.body.group.id}`;
  const made = await scoria.until(`${copy}?list_volume=1`, ({ body }) => body.group.status === 'available', {
    version,
  });
  assert.deepEqual([made.body.group.group_snapshot_id, made.body.group.volumes.length], [id, 2]);
  assert.equal((await ask('DELETE', path)).status, 202);
  await gone(path);
  assert.deepEqual(await drift(scoria.database), []);
});

test('a group that is empty, or whose volumes are not ready, is not snapshotted, and nothing of it is', async () => {
  const group = await filled();
  const says = async (text: RegExp) => {
    const told = await take(group.id);
    assert.equal(told.status, 400, told.text);
    assert.match(message(told), text);
  };
  await run(`UPDATE volumes SET status = 'error' WHERE id = :id::uuid`, { id: group.volumes[0] });
  await says(/a volume in it is not available or in-use/);
  await run(`UPDATE volumes SET status = 'available' WHERE id = :id::uuid`, { id: group.volumes[0] });
  await ask('PUT', group.path, { group: { remove_volumes: group.volumes.join(',') } });
  await says(/it is empty/);
  assert.equal((await take('99999999-9999-4999-8999-999999999999')).status, 404);
  await ask('PUT', group.path, { group: { add_volumes: group.volumes.join(',') } });
  await run(`UPDATE quota_classes SET hard_limit = 0 WHERE resource = 'snapshots'`);
  assert.equal((await take(group.id)).status, 413);
  await run(`UPDATE quota_classes SET hard_limit = 100 WHERE resource = 'snapshots'`);
  assert.deepEqual(await drift(scoria.database), []);
});

test('a snapshot that fails makes an error with a user message, and deleting it leaves nothing', async () => {
  const group = await filled();
  const before = objects();
  for (const one of scoria.backends)
    one.knobs.set('snapshot.create', '*', { kind: 'fail-before', failure: 'fatal' }, 1);
  const { id } = (await take(group.id)).body.group_snapshot;
  const path = `/v3/group_snapshots/${id}`;
  await settled(path, 'error');
  for (const one of scoria.backends) one.knobs.clear();
  assert.ok((await parts(id)).every((one: { status: string }) => one.status === 'error'));
  const told = await ask('GET', `/v3/messages?resource_uuid=${id}`);
  assert.equal(told.body.messages[0].event_id, 'VOLUME_GROUP_SNAPSHOT_122_122');
  assert.equal((await ask('DELETE', path)).status, 202);
  await gone(path);
  assert.equal(objects(), before);
  assert.deepEqual(await drift(scoria.database), []);
});

test('the list pages and filters from 3.29, and an admin writes any status', async () => {
  const group = await filled();
  const { id } = (await take(group.id, { name: 'find-me' })).body.group_snapshot;
  const path = `/v3/group_snapshots/${id}`;
  await settled(path, 'available');
  const list = async (query: string, at = version) =>
    (await ask('GET', `/v3/group_snapshots?${query}`, undefined, { version: at })).body;
  assert.deepEqual(await list('name=find-me'), { group_snapshots: [{ id, name: 'find-me' }] });
  const page = await list('limit=1');
  assert.match(page.group_snapshot_links[0].href, /marker=/);
  assert.equal((await list('limit=0', '3.28')).group_snapshots.length > 0, true);
  const act = (status: string, as = 'admin') => ask('POST', `${path}/action`, { reset_status: { status } }, { as });
  for (const status of ['creating', 'error', 'available']) {
    assert.equal((await act(status)).status, 202);
    await settled(path, status);
  }
  assert.equal((await act('in-use')).status, 400);
  assert.equal((await act('error', 'member')).status, 403);
});
