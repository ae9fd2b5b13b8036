import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sql } from '../../../infra/database/port.ts';
import { drift } from '../../../test/harness/invariants.ts';
import { type Asked, type Scoria, startScoria } from '../../../test/harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria();
});
after(() => scoria.close());

const path = '/scoria/v1/snapshot-schedules';
const usual = { name: 'nightly', cron: '30 2 * * *', timezone: 'Europe/Berlin', keep: { count: 2 } };

const post = (fields: object, asked: Asked = {}) =>
  scoria.ask('POST', path, { ...asked, body: { snapshot_schedule: { ...usual, ...fields } } });
async function make(fields: object, asked: Asked = {}) {
  const told = await post(fields, asked);
  assert.equal(told.status, 201, told.text);
  return told.body.snapshot_schedule;
}
/** Runs it and returns it when the run has ended. */
async function run(id: string) {
  const told = await scoria.ask('POST', `${path}/${id}/run`);
  assert.equal(told.status, 202, told.text);
  const operation = `/scoria/v1/operations/${told.body.operation_id}`;
  const ended = await scoria.until(operation, ({ body }) => ['done', 'failed'].includes(body.operation.status));
  const { body } = await scoria.ask('GET', `${path}/${id}`);
  return { ...body.snapshot_schedule, operation: ended.body.operation };
}
const snapshotsOf = async (volume: string) =>
  (await scoria.ask('GET', `/v3/snapshots/detail?volume_id=${volume}`, { version: '3.71' })).body.snapshots;

test('a schedule is made, shown, listed, changed, disabled and deleted, and its next run follows', async () => {
  const { id: volume } = await scoria.makeVolume();
  const made = await make({ volume_ids: [volume], description: 'each night' });
  assert.match(made.next_run_at, /T0[01]:30:00\.000000$/);
  assert.equal(made.running_operation_id, null);
  const one = `${path}/${made.id}`;
  assert.deepEqual((await scoria.ask('GET', one)).body.snapshot_schedule, made);
  assert.deepEqual((await scoria.ask('GET', path)).body.snapshot_schedules, [made]);
  const put = (fields: object) => scoria.ask('PUT', one, { body: { snapshot_schedule: fields } });
  const disabled = (await put({ enabled: false })).body.snapshot_schedule;
  assert.equal(disabled.next_run_at, null);
  const renamed = (await put({ name: 'weekly', description: null, keep: { days: 7 } })).body.snapshot_schedule;
  assert.deepEqual([renamed.name, renamed.description, renamed.keep], ['weekly', null, { count: null, days: 7 }]);
  assert.equal(renamed.cron, usual.cron);
  const moved = (await put({ enabled: true, cron: '0 5 * * *', metadata: { a: 'b' } })).body.snapshot_schedule;
  assert.match(moved.next_run_at, /T0[34]:00:00\.000000$/);
  assert.deepEqual([moved.volume_ids, moved.metadata], [null, { a: 'b' }]);
  assert.equal((await scoria.ask('DELETE', one)).status, 204);
  assert.equal((await scoria.ask('GET', one)).status, 404);
  assert.equal((await put({ name: 'x' })).status, 404);
  assert.deepEqual(await drift(scoria.database), []);
});

test('a run takes a snapshot of each volume that is covered, says whose it is, and keeps as many as it shall', async () => {
  const { id: volume } = await scoria.makeVolume({ name: 'db', metadata: { tier: 'gold' } });
  await scoria.makeVolume({ metadata: { tier: 'tin' } });
  const own = await scoria.ask('POST', '/v3/snapshots', {
    body: { snapshot: { volume_id: volume, name: 'mine', metadata: { snapshot_schedule: 'x' } } },
  });
  assert.equal(own.status, 202);
  const made = await make({ metadata: { tier: 'gold' }, name_template: '{schedule} of {volume} at {time}' });
  const first = await run(made.id);
  assert.deepEqual([first.last_run_taken, first.last_run_removed, first.last_error], [1, 0, null]);
  assert.equal(first.next_run_at, made.next_run_at, 'a run by hand moves no other');
  const [taken] = (await snapshotsOf(volume)).filter((one: { name: string }) => one.name !== 'mine');
  assert.match(taken.name, /^nightly of db at \d{4}-\d\d-\d\dT\d\d:\d\d$/);
  assert.deepEqual(taken.metadata, { snapshot_schedule: made.id });
  assert.equal(taken.status, 'available');
  await run(made.id);
  const third = await run(made.id);
  assert.equal(third.last_run_removed, 1);
  await scoria.until(`/v3/snapshots/${taken.id}`, ({ status }) => status === 404);
  const names = (await snapshotsOf(volume)).map((one: { name: string }) => one.name);
  assert.equal(names.length, 3);
  assert.ok(names.includes('mine'));
  const events = (await scoria.ask('GET', `/scoria/v1/events?resource=${made.id}`)).body.events;
  assert.deepEqual(
    events.map(({ type }: { type: string }) => type.replace('snapshot_schedule.', '')),
    ['create.end', ...Array(3).fill(['run.start', 'run.end']).flat()],
  );
});

test('a snapshot that something is made from stays, and a user’s own and those of other schedules do', async () => {
  const { id: volume } = await scoria.makeVolume();
  const made = await make({ volume_ids: [volume], keep: { count: 1 } });
  await run(made.id);
  const [taken] = await snapshotsOf(volume);
  const held = sql('test', 'UPDATE snapshots SET copies = copies + 1 WHERE id = :id::uuid');
  await scoria.database.all(held, { id: taken.id });
  const second = await run(made.id);
  assert.deepEqual([second.last_run_taken, second.last_run_removed], [1, 0]);
  assert.equal((await scoria.ask('GET', `/v3/snapshots/${taken.id}`)).body.snapshot.status, 'available');
  await scoria.database.all(sql('test', 'UPDATE snapshots SET copies = 0 WHERE id = :id::uuid'), { id: taken.id });
  assert.equal((await run(made.id)).last_run_removed, 2);
});

test('a full quota, a volume that is gone and one in error are said, and the others have their snapshots', async () => {
  const [good, bad, gone] = await Promise.all([scoria.makeVolume(), scoria.makeVolume(), scoria.makeVolume()]);
  const made = await make({ volume_ids: [good.id, bad.id, gone.id] });
  await scoria.database.all(sql('test', `UPDATE volumes SET status = 'error' WHERE id = :id::uuid`), { id: bad.id });
  await scoria.ask('DELETE', `/v3/volumes/${gone.id}`);
  await scoria.until(`/v3/volumes/${gone.id}`, ({ status }) => status === 404);
  const first = await run(made.id);
  assert.equal(first.operation.status, 'failed');
  assert.equal(first.last_run_taken, 1);
  assert.match(first.last_error, new RegExp(`volume ${gone.id} is not there any more; volume ${bad.id}: `));
  const limit = (snapshots: number) =>
    scoria.database.all(sql('test', `UPDATE quota_classes SET hard_limit = :n::int WHERE resource = 'snapshots'`), {
      n: snapshots,
    });
  await limit(0);
  const second = await run(made.id);
  await limit(100);
  assert.match(second.last_error, /the quota of snapshots is full \(0\)/);
  const { messages } = (await scoria.ask('GET', '/v3/messages', { version: '3.71' })).body;
  const told = messages.filter((one: { request_id: string }) => one.request_id === second.operation.request_id);
  assert.deepEqual(told.map((one: { user_message: string }) => one.user_message).sort(), [
    'create snapshot:Not enough quota resource for operation.',
    'run snapshot schedule:Some of the volumes could not be snapshotted.',
  ]);
  assert.deepEqual(await drift(scoria.database), []);
});

test('what makes no sense is refused with a word, and changes nothing', async () => {
  const volume_ids = ['11111111-1111-4111-8111-111111111111'];
  const metadata = { a: 'b' };
  const cases: readonly (readonly [object, number, RegExp])[] = [
    [{ metadata, cron: '* * * * *' }, 400, /more often than every 15 minutes/],
    [{ metadata, cron: '0 0 30 2 *' }, 400, /never due/],
    [{ metadata, cron: '0 0 3 * * *' }, 400, /five fields/],
    [{ metadata, cron: '1,'.repeat(5000) }, 400, /at most 100 characters/],
    [{ metadata, timezone: 'Mars/Olympus' }, 400, /no time zone/],
    [{ metadata, keep: {} }, 400, /keep needs/],
    [{ metadata, keep: { count: 0 } }, 400, /minimum/],
    [{}, 400, /give one of them/],
    [{ metadata, volume_ids }, 400, /give one of them/],
    [{ volume_ids }, 404, /Volume 1111/],
    [{ volume_ids: [] }, 400, /volume_ids/],
    [{ volume_type_id: volume_ids[0] }, 404, /Volume type 1111/],
    [{ metadata: {} }, 400, /properties/],
  ];
  const before = (await scoria.ask('GET', path)).body.snapshot_schedules.length;
  for (const [fields, status, why] of cases) {
    const told = await post(fields);
    assert.equal(told.status, status, `${JSON.stringify(fields).slice(0, 100)}: ${told.text}`);
    assert.match(told.text, why);
  }
  assert.equal((await scoria.ask('GET', path)).body.snapshot_schedules.length, before);
});

test('another project sees none, a reader changes none, and there are as many as the quota says', async () => {
  const made = await make({ metadata: { a: 'b' } });
  const one = `${path}/${made.id}`;
  for (const [method, at] of [
    ['GET', one],
    ['DELETE', one],
    ['POST', `${one}/run`],
  ] as const) {
    assert.equal((await scoria.ask(method, at, { as: 'otherMember' })).status, 404);
  }
  assert.equal((await post({ metadata: { a: 'b' } }, { as: 'reader' })).status, 403);
  const limit = (n: number) =>
    scoria.database.all(
      sql('test', `UPDATE quota_classes SET hard_limit = :n::int WHERE resource = 'snapshot_schedules'`),
      { n },
    );
  await limit(1);
  const full = await post({ metadata: { a: 'b' } });
  assert.equal(full.status, 413);
  assert.match(full.text, /Maximum number of snapshot schedules allowed \(1\)/);
  await limit(100);
});

test('one run at a time: a second one is told of the first', async () => {
  const made = await make({ metadata: { none: 'has it' } });
  const waits = sql(
    'test',
    `INSERT INTO operations (id, kind, resource_type, resource_id, project_id, user_id, queue, step, lease_until, deadline,
      created_at, updated_at)
    VALUES (:id::uuid, 'snapshot_schedule.run', 'snapshot_schedule', :schedule::uuid, 'p', 'u', 'nobody', 'run',
      now() + interval '1 hour', now() + interval '1 hour', now(), now())`,
  );
  const id = '22222222-2222-4222-8222-222222222222';
  await scoria.database.all(waits, { id, schedule: made.id });
  const told = await scoria.ask('POST', `${path}/${made.id}/run`);
  assert.equal(told.status, 409);
  assert.match(told.text, new RegExp(id));
  assert.equal((await scoria.ask('GET', `${path}/${made.id}`)).body.snapshot_schedule.running_operation_id, id);
});
