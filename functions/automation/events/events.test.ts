import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { projects } from '../../../test/harness/people.ts';
import { type Scoria, startScoria } from '../../../test/harness/scoria.ts';
import { defaultRetention, expireHistory } from '../../../workers/store/retention.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria();
});
after(() => scoria.close());

const get = (path: string, more: object = {}) => scoria.ask('GET', `/scoria/v1/${path}`, more);

/** Every event after a cursor, and the cursor behind them. */
async function all(path: string, more: object = {}) {
  const events = [];
  let cursor = '';
  for (;;) {
    const told = await get(`${path}${path.includes('?') ? '&' : '?'}after=${cursor}&limit=3`, more);
    assert.equal(told.status, 200, told.text);
    cursor = told.body.cursor;
    if (told.body.events.length === 0) return { events, cursor };
    events.push(...told.body.events);
  }
}

test('the events of a volume that is gone tell its life in order, with Cinder’s payload', async () => {
  const { id } = await scoria.makeVolume({ name: 'told', metadata: { a: 'b' } });
  await scoria.ask('DELETE', `/v3/volumes/${id}`);
  await scoria.until(`/v3/volumes/${id}`, ({ status }) => status === 404);
  const { events } = await all(`events?resource=${id}`);
  assert.deepEqual(
    events.map(({ type }) => type),
    ['volume.create.start', 'volume.schedule.end', 'volume.create.end', 'volume.delete.start', 'volume.delete.end'],
  );
  assert.equal(new Set(events.map((one) => one.id)).size, events.length);
  const last = events.at(-1);
  assert.equal(last.subject, `volume/${id}`);
  assert.equal(last.data.display_name, 'told');
  assert.equal(last.data.tenant_id, projects.own);
  assert.deepEqual(last.data.metadata, [{ key: 'a', value: 'b' }]);
  assert.equal(last.data.size, 1);
  assert.ok(events.every((one, n) => n === 0 || one.sequence > events[n - 1].sequence));
});

test('a reader by cursor sees each event once, is told of the next one while it waits, and nobody sees those of others', async () => {
  const { cursor } = await all('events');
  const waits = get(`events?after=${cursor}`, { headers: { Prefer: 'wait=10' } });
  const { id } = await scoria.makeVolume();
  const told = await waits;
  assert.equal(told.body.events[0].type, 'volume.create.start');
  assert.equal(told.body.events[0].partitionkey, id);
  const others = await all('events', { as: 'otherMember' });
  assert.ok(others.events.every(({ projectid }) => projectid === projects.other));
  const asked = await all('events?all_tenants=1', { as: 'otherMember' });
  assert.ok(asked.events.every(({ projectid }) => projectid === projects.other));
  const everybody = await all('events?all_tenants=1', { as: 'admin' });
  assert.ok(everybody.events.some(({ partitionkey }) => partitionkey === id));
});

test('a cursor that is none, or from the future, and limits without sense are refused', async () => {
  for (const query of [
    'after=1',
    'after=x-y',
    'after=-1-1',
    `after=${'9'.repeat(18)}-1`,
    `after=${'9'.repeat(40)}-1`,
  ]) {
    const told = await get(`events?${query}`);
    assert.equal(told.status, 400, `${query}: ${told.text}`);
    assert.match(told.body.badRequest.message, /no cursor of this log/);
  }
  for (const limit of ['0', '1001', '-1', 'x']) assert.equal((await get(`events?limit=${limit}`)).status, 400);
  assert.equal((await get('events?resource=x')).status, 400);
});

test('events are told by type, also by a part of it, and by project to admins', async () => {
  const { id } = await scoria.makeVolume();
  const types = async (query: string, more: object = {}) =>
    (await all(`events?${query}`, more)).events.map(({ type }) => type);
  assert.deepEqual(await types(`resource=${id}&type=volume.create.*`), ['volume.create.start', 'volume.create.end']);
  assert.deepEqual(await types(`resource=${id}&type=volume.schedule.end,snapshot.*`), ['volume.schedule.end']);
  assert.deepEqual(await types(`resource=${id}&type=volume_x.*`), []);
  await scoria.makeVolume({}, { as: 'otherMember' });
  const others = await all(`events?all_tenants=1&project_id=${projects.other}`, { as: 'admin' });
  assert.ok(others.events.length > 0 && others.events.every(({ projectid }) => projectid === projects.other));
  for (const type of ['x', '%', 'volume.create.end,', `${'a.'.repeat(60)}b`, Array(51).fill('volume.*').join(',')]) {
    const told = await get(`events?type=${encodeURIComponent(type)}`);
    assert.equal(told.status, type === 'x' ? 200 : 400, `${type}: ${told.text}`);
  }
});

test('a cursor behind which events were removed is told that some were missed; a quiet reader’s is not', async () => {
  const one = await startScoria({ workers: false });
  const at = (query: string) => one.ask('GET', `/scoria/v1/events?${query}`);
  for (const name of ['a', 'b', 'c']) await one.ask('POST', '/v3/volumes', { body: { volume: { size: 1, name } } });
  const first = await at('limit=1');
  const read = await at('');
  await expireHistory(one.database, Date.now() + 86_400_000, { ...defaultRetention, eventDays: 0 });
  assert.deepEqual((await at('')).body.events, []);
  const late = await at(`after=${first.body.cursor}`);
  assert.equal(late.status, 410);
  assert.match(late.body.eventsRemoved.message, /missed/);
  assert.equal((await at(`after=${read.body.cursor}`)).status, 200);
  await one.close();
});
