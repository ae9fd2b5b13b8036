import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sql } from '../../infra/database/port.ts';
import { projects } from '../../test/harness/people.ts';
import { type Asked, type Scoria, startScoria } from '../../test/harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria();
});
after(() => scoria.close());

const message = (told: { body: Record<string, { message: string }> }) => Object.values(told.body)[0]?.message;
const run = (text: string, parameters = {}) =>
  scoria.database.all<Record<string, never>>(sql('test', text), parameters);

/** The statements of snapshots and volumes; the workers of the harness send others meanwhile. */
const statements = () => scoria.database.take().filter((name) => /^(snapshots|volumes)\./.test(name));

const take = (volume: { id: string }, fields: object = {}, asked: Asked = {}) =>
  scoria.ask('POST', '/v3/snapshots', { ...asked, body: { snapshot: { volume_id: volume.id, ...fields } } });

const facts = async (volume: { id: string }) => {
  const [row] = await run(
    `SELECT v.snapshot_count, (SELECT count(*) FROM snapshots s WHERE s.volume_id = v.id)::int AS snapshots,
      (SELECT in_use FROM quota_usages WHERE project_id = v.project_id AND resource = 'snapshots' AND type_id = '')::int AS counted
    FROM volumes v WHERE v.id = :id::uuid`,
    { id: volume.id },
  );
  return row;
};

test('a snapshot is taken in one statement and becomes available; the answer grows with the microversion', async () => {
  const volume = await scoria.makeVolume({ size: 2 });
  scoria.database.take();
  const fields = { name: ' s1 ', description: 'd', metadata: { 'k/k': 'v' } };
  const old = await take(volume, fields);
  assert.deepEqual(statements(), ['snapshots.create-snapshot']);
  assert.equal(old.status, 202);
  const { id, created_at } = old.body.snapshot;
  assert.match(created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);
  assert.deepEqual(old.body, {
    snapshot: {
      id,
      created_at,
      updated_at: null,
      name: 's1',
      description: 'd',
      volume_id: volume.id,
      status: 'creating',
      size: 2,
      metadata: { 'k/k': 'v' },
    },
  });
  const path = `/v3/snapshots/${id}`;
  const done = await scoria.until(path, ({ body }) => body.snapshot.status === 'available', { version: '3.71' });
  const { updated_at } = done.body.snapshot;
  assert.deepEqual(done.body, {
    snapshot: {
      ...old.body.snapshot,
      updated_at,
      status: 'available',
      'os-extended-snapshot-attributes:project_id': projects.own,
      'os-extended-snapshot-attributes:progress': '100%',
      group_snapshot_id: null,
      user_id: 'u-member',
      consumes_quota: true,
    },
  });
  const newest = await take(volume, {}, { version: '3.71' });
  const added = Object.keys(newest.body.snapshot).filter((key) => !(key in old.body.snapshot));
  assert.deepEqual(added, ['group_snapshot_id', 'user_id', 'consumes_quota']);
  assert.deepEqual(
    statements().filter((name) => name.includes('create')),
    ['snapshots.create-snapshot_in_use'],
  );
  const row = await facts(volume);
  assert.deepEqual([row?.snapshot_count, row?.snapshots], [2, 2]);
});

test('each field appears with the microversion that brought it', async () => {
  const volume = await scoria.makeVolume();
  const { id } = (await take(volume)).body.snapshot;
  const boundaries = [
    ['group_snapshot_id', 14],
    ['user_id', 41],
    ['consumes_quota', 65],
  ] as const;
  for (const [field, minor] of boundaries) {
    for (const [version, there] of [
      [`3.${minor - 1}`, false],
      [`3.${minor}`, true],
    ] as const) {
      const told = await scoria.ask('GET', `/v3/snapshots/${id}`, { version });
      assert.equal(field in told.body.snapshot, there, `${field} at ${version}`);
    }
  }
});

test('a volume in use is snapshotted with force, and from 3.66 without it', async () => {
  const volume = await scoria.makeVolume();
  await run(`UPDATE volumes SET status = 'in-use' WHERE id = :id::uuid`, { id: volume.id });
  const statusIs = (must: string) =>
    `Invalid volume: Volume ${volume.id} status must be ${must}, but current status is: in-use.`;
  for (const force of [undefined, false, 'no']) {
    scoria.database.take();
    const told = await take(volume, force === undefined ? {} : { force }, { version: '3.65' });
    assert.equal(told.status, 400);
    assert.equal(message(told), statusIs('available'));
    assert.deepEqual(statements(), ['snapshots.create-snapshot', 'volumes.why-not-snapshot']);
  }
  assert.equal((await take(volume, { force: true }, { version: '3.0' })).status, 202);
  assert.equal((await take(volume, { force: 'True' }, { version: '3.65' })).status, 202);
  assert.equal((await take(volume, {}, { version: '3.66' })).status, 202);
  assert.equal((await take(volume, { force: true }, { version: '3.66' })).status, 202);
  const never = await take(volume, { force: false }, { version: '3.66' });
  assert.equal(never.status, 400);
  assert.match(message(never) ?? '', /^Since microversion 3\.66 the 'force' flag is invalid for this request\. {2}For/);
});

test('each state that stands in the way is refused in its own words, and changes nothing', async () => {
  const volume = await scoria.makeVolume();
  const refused = async (change: string, text: string, version = '3.71') => {
    await run(`UPDATE volumes SET ${change} WHERE id = :id::uuid`, { id: volume.id });
    const told = await take(volume, {}, { version });
    assert.equal(told.status, 400, change);
    assert.equal(message(told), text);
  };
  const other = (must: string, is: string) =>
    `Invalid volume: Volume ${volume.id} status must be ${must}, but current status is: ${is}.`;
  const ownWords = 'Invalid volume: The snapshot cannot be created when the volume is in';
  await refused(`status = 'maintenance'`, `${ownWords} maintenance mode.`);
  await refused(`status = 'error'`, `${ownWords} error status.`);
  await refused(`status = 'deleting'`, other('available, in-use', 'deleting'));
  await refused(`status = 'deleting'`, other('available', 'deleting'), '3.65');
  await refused(
    `status = 'available', migration_status = 'migrating'`,
    'Invalid volume: Snapshot cannot be created while volume is migrating.',
  );
  await refused(
    `migration_status = NULL, host = NULL`,
    'Invalid volume: The snapshot cannot be created because volume has not been scheduled to any host.',
  );
  await run(`INSERT INTO services (id, host, "binary", availability_zone, frozen, created_at, updated_at)
    VALUES (gen_random_uuid(), 'cold@one', 'cinder-volume', 'nova', true, now(), now())`);
  await refused(
    `host = 'cold@one#pool'`,
    'Invalid input received: Modification operations are not allowed on frozen storage end points.',
  );
  const row = await facts(volume);
  assert.deepEqual([row?.snapshot_count, row?.snapshots], [0, 0]);
});

test('a volume that is not there, or of another project, is not found', async () => {
  const volume = await scoria.makeVolume();
  const absent = '99999999-9999-4999-8999-999999999999';
  for (const version of ['3.0', '3.71']) {
    const told = await take({ id: absent }, version === '3.71' ? { force: false } : {}, { version });
    assert.equal(told.status, 404);
    assert.equal(message(told), `Volume ${absent} could not be found.`);
    const foreign = await take(volume, {}, { version, as: 'otherMember' });
    assert.equal(foreign.status, 404);
    assert.equal(message(foreign), `Volume ${volume.id} could not be found.`);
  }
  const none = await scoria.ask('POST', '/v3/snapshots', { body: { snapshot: { volume_id: null } } });
  assert.equal(none.status, 404);
  assert.equal(message(none), 'Volume None could not be found.');
});

test('the snapshot belongs to the project of the volume, and to the user who took it', async () => {
  const volume = await scoria.makeVolume();
  const told = await take(volume, {}, { as: 'otherAdmin', version: '3.71' });
  assert.equal(told.status, 202);
  const shown = await scoria.ask('GET', `/v3/snapshots/${told.body.snapshot.id}`, { as: 'reader', version: '3.71' });
  assert.equal(shown.body.snapshot['os-extended-snapshot-attributes:project_id'], projects.own);
  assert.equal(shown.body.snapshot.user_id, 'u-otherAdmin');
});

test('a malformed body is refused', async () => {
  const volume = await scoria.makeVolume();
  const bodies: readonly (readonly [unknown, string | null])[] = [
    [{}, "'snapshot' is a required property"],
    [{ snapshot: {} }, "Invalid input for field/attribute snapshot. Value: {}. 'volume_id' is a required property"],
    [{ snapshot: { volume_id: 'x' } }, "Invalid input for field/attribute volume_id. Value: x. 'x' is not a 'uuid'"],
    [{ snapshot: { volume_id: volume.id, name: 'x'.repeat(256) } }, null],
    [{ snapshot: { volume_id: volume.id, description: 'a\nb' } }, null],
    [{ snapshot: { volume_id: volume.id, force: 'perhaps' } }, null],
    [{ snapshot: { volume_id: volume.id, metadata: { k$: 'v' } } }, null],
    [{ snapshot: { volume_id: volume.id, size: 1 } }, null],
  ];
  for (const [body, text] of bodies) {
    const told = await scoria.ask('POST', '/v3/snapshots', { body });
    assert.equal(told.status, 400, JSON.stringify(body));
    if (text !== null) assert.equal(message(told), text);
  }
  assert.equal((await take(volume, { name: null, description: null, metadata: null })).status, 202);
  assert.equal((await take(volume, { display_name: 'old' })).body.snapshot.name, 'old');
});

test('a reader may not take snapshots', async () => {
  const volume = await scoria.makeVolume();
  const told = await take(volume, {}, { as: 'reader' });
  assert.equal(told.status, 403);
  assert.equal(message(told), "Policy doesn't allow volume:create_snapshot to be performed.");
});
