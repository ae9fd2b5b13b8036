import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { virtualClock } from '../../infra/clock/virtual.ts';
import { memoryCounters } from '../../infra/counters/memory.ts';
import { type Scoria, startScoria } from '../../test/harness/scoria.ts';
import { defaultLimits } from './limits.ts';

let scoria: Scoria;
before(async () => {
  scoria = await startScoria();
});
after(() => scoria.close());

const waits = (seconds: number | string) => ({ headers: { Prefer: `wait=${seconds}` } });
const create = async (one = scoria) =>
  (await one.ask('POST', '/v3/volumes', { body: { volume: { size: 1 } } })).body.volume.id as string;

test('who waits for a volume that is being made is answered when it is there, and for one that goes when it is gone', async () => {
  const id = await create();
  const made = await scoria.ask('GET', `/v3/volumes/${id}`, waits(20));
  assert.equal(made.status, 200, made.text);
  assert.equal(made.body.volume.status, 'available');
  assert.equal(made.headers.get('preference-applied'), 'wait=20');
  await scoria.ask('DELETE', `/v3/volumes/${id}`);
  assert.equal((await scoria.ask('GET', `/v3/volumes/${id}`, waits(20))).status, 404);
});

test('a snapshot, a backup and a group are waited for in the same way', async () => {
  const { id: volume_id } = await scoria.makeVolume();
  for (const [collection, key] of [
    ['snapshots', 'snapshot'],
    ['backups', 'backup'],
  ] as const) {
    const { body } = await scoria.ask('POST', `/v3/${collection}`, { body: { [key]: { volume_id } } });
    const made = await scoria.ask('GET', `/v3/${collection}/${body[key].id}`, waits(20));
    assert.equal(made.body[key].status, 'available', made.text);
  }
});

test('what rests is answered at once, with as many statements as ever', async () => {
  const { id } = await scoria.makeVolume();
  scoria.database.take();
  const told = await scoria.ask('GET', `/v3/volumes/${id}`, waits(20));
  assert.equal(told.headers.get('preference-applied'), 'wait=20');
  assert.equal(scoria.database.take().filter((name) => name === 'volumes.show').length, 1);
});

test('without the preference, or with one that is not understood, nobody waits', async () => {
  const one = await startScoria({ workers: false, shares: scoria });
  const id = await create(one);
  for (const headers of [{}, { Prefer: 'wait=soon' }, { Prefer: 'return=minimal' }, { Prefer: 'wait=-1' }]) {
    const told = await one.ask('GET', `/v3/volumes/${id}`, { headers });
    assert.equal(told.body.volume.status, 'creating');
    assert.equal(told.headers.get('preference-applied'), null);
  }
  await one.close();
});

/** Lets everything in progress finish: the requests of these tests use nothing but the database. */
async function asleep(clock: { readonly sleepers: number }, count: number): Promise<void> {
  while (clock.sleepers < count) await new Promise(setImmediate);
}

async function still(limits: object = {}) {
  const clock = virtualClock(Date.UTC(2026, 10, 30));
  const one = await startScoria({
    workers: false,
    shares: { database: scoria.database },
    clock,
    counters: memoryCounters({ clock }),
    settings: { limits: { ...defaultLimits, ...limits } },
  });
  return { one, clock, id: await create(one) };
}

test('when the time is over the answer is what it is then; nobody waits for more than 25 s', async () => {
  const { one, clock, id } = await still();
  for (const [asked, applied] of [
    [3, 3],
    ['respond-async, wait=900', 25],
  ] as const) {
    const headers = { Prefer: typeof asked === 'number' ? `wait=${asked}` : asked };
    let isOver = false;
    const told = one.ask('GET', `/v3/volumes/${id}`, { headers }).finally(() => {
      isOver = true;
    });
    await asleep(clock, 1);
    await clock.advance((applied - 1) * 1000);
    assert.equal(isOver, false);
    await clock.advance(1000);
    assert.equal((await told).body.volume.status, 'creating');
    assert.equal((await told).headers.get('preference-applied'), `wait=${applied}`);
  }
  await one.close();
});

test('those that wait are counted apart: no request is refused for them, and who is one too many is answered at once', async () => {
  const { one, clock, id } = await still({ concurrentPerProject: 1, waitingPerProject: 1 });
  const first = one.ask('GET', `/v3/volumes/${id}`, waits(20));
  await asleep(clock, 1);
  assert.equal((await one.ask('GET', '/v3/volumes')).status, 200);
  const second = await one.ask('GET', `/v3/volumes/${id}`, waits(20));
  assert.equal(second.status, 200);
  assert.equal(second.headers.get('preference-applied'), null);
  const other = one.ask('GET', `/v3/volumes/${id}`, { ...waits(2), as: 'admin' });
  await clock.advance(20_000);
  assert.equal((await first).headers.get('preference-applied'), 'wait=20');
  await other;
  const third = one.ask('GET', `/v3/volumes/${id}`, waits(1));
  await asleep(clock, 1);
  await clock.advance(1000);
  assert.equal((await third).headers.get('preference-applied'), 'wait=1');
  await one.close();
});
