import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { sql } from '../../infra/database/port.ts';
import { snapshotMachine } from '../../schema/snapshots.ts';
import { projects } from '../../test/harness/people.ts';
import { type Asked, type Scoria, startScoria } from '../../test/harness/scoria.ts';

const volume = '10000001-0000-4000-8000-000000000000';
const id = '00000000-0000-4000-8000-000000000001';
const path = `/v3/snapshots/${id}`;

let scoria: Scoria;
before(async () => {
  scoria = await startScoria({ workers: false });
});
after(() => scoria.close());

const run = (text: string, parameters = {}) =>
  scoria.database.all<Record<string, unknown>>(sql('test', text), parameters);
const message = (told: { body: Record<string, { message: string }> }) => Object.values(told.body)[0]?.message;
const set = (change: string) => run(`UPDATE snapshots SET ${change}`);
const row = async () => (await run('SELECT status, previous_status, progress FROM snapshots'))[0];
const act = (action: object, asked: Asked = {}) => scoria.ask('POST', `${path}/action`, { body: action, ...asked });

/** One snapshot of one volume on a back end, available, counted. */
beforeEach(async () => {
  for (const table of ['operations', 'events', 'snapshots', 'volumes', 'quota_usages', 'services']) {
    await run(`DELETE FROM ${table}`);
  }
  await run(
    `INSERT INTO volumes (id, project_id, user_id, size_gib, status, host, snapshot_count, created_at)
    VALUES (:id::uuid, :project::text, 'u', 2, 'available', 'h@b#p', 1, '2026-01-01T00:00:00Z')`,
    { id: volume, project: projects.own },
  );
  await run(
    `INSERT INTO snapshots (id, project_id, user_id, volume_id, name, size_gib, status, created_at)
    VALUES (:id::uuid, :project::text, 'u', :volume::uuid, 'n', 2, 'available', '2026-01-01T00:00:00Z')`,
    { id, project: projects.own, volume },
  );
  await run(
    `INSERT INTO quota_usages (project_id, resource, in_use) VALUES (:project::text, 'snapshots', 1),
      (:project::text, 'gigabytes', 4)`,
    { project: projects.own },
  );
  scoria.database.take();
});

test('showing takes one statement; what is not within reach is not found', async () => {
  const told = await scoria.ask('GET', path, { as: 'reader' });
  assert.equal(told.status, 200);
  assert.deepEqual(scoria.database.take(), ['snapshots.show']);
  for (const [as, status] of Object.entries({ otherMember: 404, otherReader: 404, admin: 200, otherAdmin: 200 })) {
    assert.equal((await scoria.ask('GET', path, { as })).status, status, as);
  }
  assert.equal(message(await scoria.ask('GET', '/v3/snapshots/none')), 'Snapshot none could not be found.');
  assert.equal((await scoria.ask('GET', path, { as: 'roleless' })).status, 403);
});

test('an update changes what it names, in any status, in one statement', async () => {
  await set(`status = 'error_deleting'`);
  scoria.database.take();
  const put = (snapshot: object) => scoria.ask('PUT', path, { body: { snapshot }, version: '3.71' });
  const told = await put({ name: ' new ', description: 'd' });
  assert.equal(told.status, 200);
  assert.deepEqual(scoria.database.take(), ['snapshots.update']);
  const { snapshot } = told.body;
  assert.deepEqual([snapshot.name, snapshot.description, snapshot.status], ['new', 'd', 'error_deleting']);
  assert.equal('os-extended-snapshot-attributes:progress' in snapshot, false);
  assert.notEqual(snapshot.updated_at, null);
  assert.equal((await put({ display_name: 'old' })).body.snapshot.description, 'd');
  const cleared = (await put({ name: null, display_description: null })).body.snapshot;
  assert.deepEqual([cleared.name, cleared.description], [null, null]);
});

test('an update that names nothing, or what there is not, is refused', async () => {
  const put = (snapshot: object, asked: Asked = {}) => scoria.ask('PUT', path, { body: { snapshot }, ...asked });
  const nothing = await put({});
  assert.equal(nothing.status, 400);
  assert.equal(
    message(nothing),
    'Invalid input for field/attribute snapshot. Value: {}. {} is not valid under any of the given schemas',
  );
  assert.equal((await put({ metadata: {} })).status, 400);
  assert.equal((await put({ description: 'a\tb' })).status, 400);
  assert.equal((await put({ name: 'x' }, { as: 'reader' })).status, 403);
  assert.equal((await put({ name: 'x' }, { as: 'otherMember' })).status, 404);
  assert.equal((await put({ name: 'x' }, { as: 'otherReader' })).status, 404);
});

test('a deletion moves the snapshot and queues the work at the back end, in one statement', async () => {
  for (const status of ['available', 'error']) {
    await run('DELETE FROM operations');
    await set(`status = '${status}'`);
    scoria.database.take();
    const told = await scoria.ask('DELETE', path);
    assert.equal(told.status, 202);
    assert.equal(told.text, '');
    assert.deepEqual(scoria.database.take(), ['snapshots.delete']);
    assert.deepEqual(await row(), { status: 'deleting', previous_status: status, progress: null });
    const operations = await run('SELECT kind, step, queue, status, resource_id::text AS resource FROM operations');
    assert.deepEqual(operations, [
      { kind: 'snapshot.delete', step: 'delete', queue: 'volume:h@b', status: 'queued', resource: id },
    ]);
  }
});

test('a snapshot in another status, or part of a group, is not deleted', async () => {
  const text = 'Invalid snapshot: Snapshot status must be available or error and must not be part of a group.';
  for (const status of Object.keys(snapshotMachine.states)) {
    if (status === 'available' || status === 'error') continue;
    await set(`status = '${status}'`);
    scoria.database.take();
    const told = await scoria.ask('DELETE', path);
    assert.equal(told.status, 400, status);
    assert.equal(message(told), text);
    assert.deepEqual(scoria.database.take(), ['snapshots.delete', 'snapshots.why-not-delete']);
  }
  await set(`status = 'available', group_snapshot_id = gen_random_uuid()`);
  assert.equal(message(await scoria.ask('DELETE', path)), text);
  assert.deepEqual(await run('SELECT 1 FROM operations'), []);
});

test('a snapshot on a frozen back end is not deleted, by force neither', async () => {
  await run(`INSERT INTO services (id, host, "binary", availability_zone, frozen, created_at, updated_at)
    VALUES (gen_random_uuid(), 'h@b', 'cinder-volume', 'nova', true, now(), now())`);
  const text = 'Invalid input received: Modification operations are not allowed on frozen storage end points.';
  assert.equal(message(await scoria.ask('DELETE', path)), text);
  assert.equal(message(await act({ 'os-force_delete': {} }, { as: 'admin' })), text);
});

test('a snapshot of a volume without a back end is gone at once, with its quota', async () => {
  await run('UPDATE volumes SET host = NULL');
  scoria.database.take();
  assert.equal((await scoria.ask('DELETE', path)).status, 202);
  assert.deepEqual(scoria.database.take(), ['snapshots.delete']);
  assert.equal((await scoria.ask('GET', path)).status, 404);
  assert.deepEqual(await run('SELECT snapshot_count FROM volumes'), [{ snapshot_count: 0 }]);
  const counted = await run('SELECT resource, in_use::int AS in_use FROM quota_usages ORDER BY resource');
  assert.deepEqual(counted, [
    { resource: 'gigabytes', in_use: 2 },
    { resource: 'snapshots', in_use: 0 },
  ]);
});

test('only members of the project and admins delete', async () => {
  assert.equal((await scoria.ask('DELETE', path, { as: 'reader' })).status, 403);
  const foreign = await scoria.ask('DELETE', path, { as: 'otherMember' });
  assert.equal(foreign.status, 404);
  assert.equal(message(foreign), `Snapshot ${id} could not be found.`);
  assert.equal((await scoria.ask('DELETE', path, { as: 'otherAdmin' })).status, 202);
});

test('force deletes in every status, but not out of a group; only admins may', async () => {
  const force = (as: string) => act({ 'os-force_delete': {} }, { as });
  assert.equal((await force('member')).status, 403);
  assert.equal((await force('otherMember')).status, 404);
  for (const status of Object.keys(snapshotMachine.states)) {
    await set(`status = '${status}'`);
    assert.equal((await force('admin')).status, 202, status);
    assert.equal((await row())?.status, 'deleting');
  }
  await set('group_snapshot_id = gen_random_uuid()');
  const told = await force('admin');
  assert.equal(told.status, 400);
  assert.equal(message(told), 'Invalid snapshot: Snapshot must not be part of a group.');
});

test('a hypervisor reports only the moves that it may, with its progress', async () => {
  const report = (status: string, progress?: unknown, as = 'member') =>
    act({ 'os-update_snapshot_status': { status, ...(progress === undefined ? {} : { progress }) } }, { as });
  await set(`status = 'creating'`);
  scoria.database.take();
  assert.equal((await report('creating', '80%')).status, 202);
  assert.deepEqual(scoria.database.take(), ['snapshots.update-status']);
  const shown = await scoria.ask('GET', path);
  assert.equal(shown.body.snapshot['os-extended-snapshot-attributes:progress'], '80%');
  const odd = await report('deleting');
  assert.equal(odd.status, 400);
  assert.equal(message(odd), 'Provided snapshot status deleting not allowed for snapshot with status creating.');
  assert.equal((await report('available', 100)).status, 202);
  assert.deepEqual(await row(), { status: 'available', previous_status: null, progress: '100%' });
  const late = await report('error');
  assert.equal(late.status, 400);
  assert.equal(message(late), 'Snapshot status available not allowed for update_snapshot_status');
  await set(`status = 'deleting'`);
  assert.equal((await report('deleting', null)).status, 202);
  assert.equal((await report('error_deleting')).status, 202);
  for (const progress of ['101%', 'x', '-1%', true]) assert.equal((await report('creating', progress)).status, 400);
  assert.equal((await report('creating', '1%', 'otherMember')).status, 404);
  assert.equal((await report('creating', '1%', 'reader')).status, 403);
});

test('an admin writes any status over any other', async () => {
  const reset = (status: unknown, as = 'admin') => act({ 'os-reset_status': { status } }, { as });
  for (const status of snapshotMachine.resettable) {
    assert.equal((await reset(status.toUpperCase())).status, 202);
    assert.equal((await row())?.status, status);
  }
  for (const status of ['in-use', null, 1]) assert.equal((await reset(status)).status, 400);
  assert.equal((await act({ 'os-reset_status': {} }, { as: 'admin' })).status, 400);
  assert.equal((await reset('error', 'member')).status, 403);
  assert.equal((await reset('error', 'otherMember')).status, 404);
  const nobody = await scoria.ask('POST', '/v3/snapshots/none/action', {
    as: 'admin',
    body: { 'os-reset_status': { status: 'error' } },
  });
  assert.equal(message(nobody), 'Snapshot none could not be found.');
});

test('an action that there is not is refused by its name', async () => {
  const told = await act({ 'os-unknown': {} });
  assert.equal(told.status, 400);
  assert.match(message(told) ?? '', /^There is no such action: os-unknown\./);
});
