import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { sql } from '../../../infra/database/port.ts';
import { type Scoria, startScoria } from '../../../test/harness/scoria.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria();
});
after(() => scoria.close());

// biome-ignore lint/suspicious/noExplicitAny: an answer of a test
type Entry = any;

const ask = (query: string, as = 'member') => scoria.ask('GET', `/scoria/v1/timeline?${query}`, { as });
const entriesOf = async (id: string, as = 'member'): Promise<Entry[]> => {
  const told = await ask(`resource=volume/${id}&limit=100`, as);
  assert.equal(told.status, 200, told.text);
  return told.body.timeline;
};
const short = (entries: Entry[]) => entries.map(({ type, what, status }) => [type, what, status].join(' ').trim());

async function makeType(name: string, extra_specs: object) {
  const body = { volume_type: { name, extra_specs } };
  const told = await scoria.ask('POST', '/v3/types', { as: 'admin', body });
  assert.equal(told.status, 200, told.text);
}

test('a create that no pool meets: who asked, which pool was dropped by which filter, and what the user was told', async () => {
  await makeType('nowhere', { volume_backend_name: 'three' });
  const { id } = await scoria.makeVolume({ name: 'lost', volume_type: 'nowhere' });
  const entries = await entriesOf(id, 'admin');
  assert.deepEqual(short(entries), [
    'operation volume.create failed',
    'event volume.create.start creating',
    'event volume.create.error error',
    'message schedule allocate volume:Could not find any available weighted backend.',
  ]);
  const [asked] = entries;
  assert.deepEqual(
    asked.explanation.dropped.map(({ filter }: { filter: string }) => filter),
    ['Capabilities', 'Capabilities'],
  );
  assert.match(asked.explanation.dropped[0].reason, /three/);
  assert.equal(asked.user_id, (await scoria.ask('GET', `/v3/volumes/${id}`)).body.volume.user_id);
  assert.match(asked.request_id, /^req-/);
  assert.ok(entries.every((one) => one.operation_id === asked.operation_id && one.user_id === asked.user_id));
  assert.ok(asked.cause !== null && asked.ended_at !== null);
  // A tenant sees the same, without pools and hosts.
  const tenants = await entriesOf(id);
  assert.deepEqual(short(tenants), short(entries));
  assert.ok(tenants.every((one) => !('explanation' in one) && !('host' in one)));
});

test('what was tried again says when and why, also after it has succeeded', async () => {
  for (const { knobs } of scoria.backends) {
    knobs.set('create', '*', { kind: 'fail-before', failure: 'transient' }, 2);
  }
  const { id, status } = await scoria.makeVolume();
  assert.equal(status, 'available');
  for (const { knobs } of scoria.backends) knobs.clear();
  const entries = await entriesOf(id);
  const tries = entries.filter(({ type }) => type === 'try');
  assert.deepEqual(
    tries.map(({ cause }) => cause),
    Array(2).fill('The memory back end was told to say transient.'),
  );
  assert.deepEqual(short(entries).at(-1), 'event volume.create.end available');
});

test('what is left of a deleted volume stays its project’s to read, and nobody else’s', async () => {
  const { id } = await scoria.makeVolume({ name: 'gone' });
  await scoria.ask('DELETE', `/v3/volumes/${id}`);
  await scoria.until(`/v3/volumes/${id}`, ({ status }) => status === 404);
  const told = await ask(`resource=${id}`);
  assert.deepEqual(told.body.resource, { ...told.body.resource, type: 'volume', name: 'gone', status: 'deleted' });
  assert.deepEqual(short(told.body.timeline).slice(-3), [
    'operation volume.delete done',
    'event volume.delete.start deleting',
    'event volume.delete.end deleting',
  ]);
  assert.equal((await ask(`resource=${id}`, 'otherMember')).status, 404);
  assert.equal((await ask(`resource=snapshot/${id}`)).status, 404);
});

test('pages by cursor are the whole, in both orders, also where many entries have one time', async () => {
  const { id } = await scoria.makeVolume();
  for (const name of ['a', 'b', 'c']) {
    await scoria.ask('PUT', `/v3/volumes/${id}`, { body: { volume: { name } } });
  }
  await scoria.database.all(
    sql('test', `UPDATE events SET at = '2026-01-01T00:00:00Z' WHERE resource_id = :id::uuid`),
    { id },
  );
  const whole = (await entriesOf(id)).map((one) => one.id);
  assert.ok(whole.length >= 7);
  for (const order of ['oldest', 'newest']) {
    const seen: string[] = [];
    for (let cursor = ''; ; ) {
      const { body } = await ask(`resource=${id}&limit=2&order=${order}&after=${cursor}`);
      if (body.timeline.length === 0) break;
      seen.push(...body.timeline.map((one: Entry) => one.id));
      cursor = encodeURIComponent(body.cursor);
    }
    assert.deepEqual(order === 'oldest' ? seen : seen.reverse(), whole, order);
  }
});

test('an operation that waits says for what', async () => {
  const { id } = await scoria.makeVolume();
  const insert = sql(
    'test',
    `INSERT INTO operations (id, kind, resource_type, resource_id, project_id, user_id, queue, step, status, lease_until,
      deadline, created_at, updated_at)
    SELECT :id::uuid, :kind::text, 'volume', v.id, v.project_id, 'u', :queue::text, 'do', :status::text, now() + interval '1 hour',
      now() + interval '1 hour', now(), now() FROM volumes v WHERE v.id = :volume::uuid`,
  );
  const wait = (n: number, more: object) =>
    scoria.database.all(insert, {
      id: `00000000-0000-4000-8000-00000000000${n}`,
      volume: id,
      kind: 'volume.extend',
      queue: 'volume:test@one',
      status: 'queued',
      ...more,
    });
  await wait(1, { kind: 'volume.retype', status: 'running' });
  await wait(2, {});
  await wait(3, { queue: 'volume:test@three' });
  const waits = (await entriesOf(id)).flatMap(({ waits_for, status }) => (status === 'done' ? [] : (waits_for ?? [])));
  assert.deepEqual(waits, [
    'the end of volume.retype 00000000-0000-4000-8000-000000000001',
    'the worker of its back end, which has never been heard of',
  ]);
});

test('a query that makes no sense is refused, and an unknown resource is not found', async () => {
  const id = '11111111-1111-4111-8111-111111111111';
  for (const query of [
    '',
    'resource=x',
    `resource=thing/${id}`,
    `resource=volume/`,
    `resource=${id}&limit=0`,
    `resource=${id}&limit=101`,
    `resource=${id}&order=sideways`,
    `resource=${id}&after=x`,
    `resource=${id}&after=2026-99-99T00:00:00.000000_0_1`,
  ]) {
    assert.equal((await ask(query)).status, 400, query);
  }
  assert.equal((await ask(`resource=${id}`)).status, 404);
});
