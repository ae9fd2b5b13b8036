import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { virtualClock } from '../../../infra/clock/virtual.ts';
import { memoryCounters } from '../../../infra/counters/memory.ts';
import { sql } from '../../../infra/database/port.ts';
import { projects } from '../../../test/harness/people.ts';
import { type Scoria, startScoria } from '../../../test/harness/scoria.ts';
import { type Events, readEvents, type Sent } from '../../../test/harness/sse.ts';
import { defaultLimits } from '../../http/limits.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria();
});
after(() => scoria.close());

const path = '/scoria/v1/events';

async function open(query = '', more: { as?: string; headers?: object } = {}, one = scoria) {
  const response = await one.open(`${path}${query}`, {
    ...more,
    headers: { Accept: 'text/event-stream', ...more.headers },
  });
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-type'), 'text/event-stream');
  return readEvents(response);
}

async function until(events: Events, type: string): Promise<Sent[]> {
  const all: Sent[] = [];
  for (let one = await events.next(); one !== null; one = await events.next()) {
    if (one.event !== null) all.push(one);
    if (one.event?.type === type) return all;
  }
  throw new Error(`The stream ended before ${type}.`);
}

const insert = sql(
  'test.events.insert',
  `INSERT INTO events (type, resource_type, resource_id, project_id, data, at)
  SELECT 'volume.test.' || n, 'volume', '10000000-0000-4000-8000-000000000001'::uuid, :project::text, '{}'::jsonb,
    '2026-11-30T00:00:00Z'::timestamptz FROM generate_series(1, :count::int) n`,
);
const write = (count: number, project = projects.own) => scoria.database.all(insert, { count, project });

test('a stream tells what happens from now on in the own project, in order, and goes on from the last id', async () => {
  await scoria.makeVolume({}, { as: 'otherMember' });
  const events = await open();
  const { id } = await scoria.makeVolume();
  await scoria.makeVolume({}, { as: 'otherMember' });
  const told = await until(events, 'volume.create.end');
  await events.close();
  const types = ['volume.create.start', 'volume.schedule.end', 'volume.create.end'];
  assert.deepEqual(
    told.map(({ event }) => event.type),
    types,
  );
  assert.ok(told.every(({ event }) => event.partitionkey === id));
  await scoria.ask('DELETE', `/v3/volumes/${id}`);
  const again = await open('', { headers: { 'Last-Event-ID': told[0]?.id ?? '' } });
  const rest = await until(again, 'volume.delete.end');
  await again.close();
  assert.deepEqual(
    rest.map(({ event }) => event.type),
    [...types.slice(1), 'volume.delete.start', 'volume.delete.end'],
  );
  const listed = await scoria.ask('GET', `${path}?after=${told[0]?.id}`);
  assert.deepEqual(
    rest.map(({ event }) => event),
    listed.body.events,
  );
});

test('two streams with other filters have their own events of one reader', async () => {
  const [volumes, ends, everybody] = [
    await open('?type=volume.*'),
    await open('?type=snapshot.create.end,volume.delete.end'),
    await open('?all_tenants=1&type=volume.create.end', { as: 'admin' }),
  ];
  const { id: other } = await scoria.makeVolume({}, { as: 'otherMember' });
  const { id } = await scoria.makeVolume();
  const { body } = await scoria.ask('POST', '/v3/snapshots', { body: { snapshot: { volume_id: id } } });
  const first = await until(ends, 'snapshot.create.end');
  assert.deepEqual(
    first.map(({ event }) => event.partitionkey),
    [body.snapshot.id],
  );
  const ofVolumes = await until(volumes, 'volume.create.end');
  assert.ok(ofVolumes.every(({ event }) => event.type.startsWith('volume.') && event.projectid === projects.own));
  assert.equal((await until(everybody, 'volume.create.end'))[0]?.event.partitionkey, other);
  await Promise.all([volumes, ends, everybody].map((one) => one.close()));
});

test('a reader that is too slow loses nothing, has nothing twice, and costs no memory meanwhile', async () => {
  const slow = await open('?type=volume.test.*');
  const quick = await open('?type=volume.test.*');
  await slow.next; // it is open, and reads nothing
  for (let n = 0; n < 3; n += 1) await write(400);
  const ids = async (events: Events) => {
    const seen: string[] = [];
    while (seen.length < 1200) seen.push((await events.next())?.event?.id ?? []);
    return seen.flat();
  };
  const [a, b] = [await ids(quick), await ids(slow)];
  assert.deepEqual(a, b);
  assert.equal(new Set(a).size, 1200);
  await Promise.all([slow.close(), quick.close()]);
});

test('what is quiet is told to be alive, with a cursor that moves on, and ends after ten minutes', async () => {
  const clock = virtualClock(Date.UTC(2026, 10, 30));
  const one = await startScoria({ workers: false, shares: { database: scoria.database }, clock });
  const events = await open('', {}, one);
  const beat = events.next();
  while (clock.sleepers < 2) await new Promise(setImmediate);
  await clock.advance(15_000);
  const told = await beat;
  assert.equal(told?.event, null);
  assert.match(told?.id ?? '', /^\d+-0$/);
  const last = (async () => {
    let one = await events.next();
    while (one !== null) one = await events.next();
    return one;
  })();
  await clock.advance(600_000);
  assert.equal(await last, null);
  await one.close();
});

test('where nothing can be streamed, where too many are open, and for a cursor that is none, the answer is a refusal', async () => {
  const accept = { headers: { Accept: 'text/event-stream' } };
  const once = await startScoria({ workers: false, shares: scoria, settings: { streams: false } });
  const refused = await once.ask('GET', path, accept);
  assert.equal(refused.status, 406);
  assert.match(refused.text, /Prefer: wait/);
  await once.close();
  const limits = { ...defaultLimits, waitingPerProject: 1 };
  const counters = memoryCounters({ clock: { now: () => 0 } });
  const few = await startScoria({ workers: false, shares: scoria, counters, settings: { limits } });
  const first = await open('', {}, few);
  assert.equal((await few.ask('GET', path, accept)).status, 429);
  await first.close();
  await (await open('', {}, few)).close();
  await few.close();
  assert.equal((await scoria.ask('GET', `${path}?after=x`, accept)).status, 400);
  assert.equal((await scoria.ask('GET', `${path}?after=${'9'.repeat(18)}-1`, accept)).status, 400);
});
