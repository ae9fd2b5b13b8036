// The queue in the rows of PostgreSQL, by two processes at once: two adapters on one database.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Clock } from '../../infra/clock/port.ts';
import { systemClock } from '../../infra/clock/system.ts';
import { virtualClock } from '../../infra/clock/virtual.ts';
import type { Migratable } from '../../infra/database/port.ts';
import { silentLog } from '../../infra/log/lines.ts';
import { postgresNotices } from '../../infra/notices/postgres.ts';
import type { Delivery, Queue } from '../../infra/queue/port.ts';
import { postgresQueue } from '../../infra/queue/postgres.ts';
import { localSignals } from '../../infra/signals/local.ts';
import { pauses, type Signals } from '../../infra/signals/port.ts';
import { postgresSignals } from '../../infra/signals/postgres.ts';
import { freshDatabase } from '../harness/scoria.ts';

const url = process.env.TEST_DATABASE_URL;
const skip = url === undefined ? 'needs TEST_DATABASE_URL' : false;
const clock = systemClock();
const name = 'volume:h@b';

let database: Migratable;
const closing: (() => Promise<void>)[] = [];
before(async () => {
  if (url !== undefined) database = await freshDatabase();
});
after(async () => {
  for (const close of closing) await close();
  await database?.close();
});

/** `lookClock` is what its looks by itself are timed with: under one that stands still it only hears. */
function processOf(listens: boolean, lookClock: Clock = clock): { queue: Queue; signals: Signals } {
  const signals = listens ? postgresSignals({ url: url ?? '', clock, log: silentLog }) : localSignals();
  const queue = postgresQueue({ database, clock: lookClock, signals });
  closing.push(queue.close, signals.close);
  return { queue, signals };
}

/** Puts operations in the queue, as requests do; returns their ids. */
async function queued(project: string, count: number, resource = 'gen_random_uuid()', status = 'queued') {
  const rows = await database.all<{ id: string }>({
    name: 'test.queued',
    text: `INSERT INTO operations (id, kind, resource_type, resource_id, project_id, user_id, queue, step, status,
      lease_until, deadline, created_at, updated_at)
    SELECT gen_random_uuid(), 'volume.extend', 'volume', ${resource}, '${project}', 'u', '${name}', 'extend', '${status}',
      now() - interval '1 second', now() + interval '1 hour', now(), now() FROM generate_series(1, ${count})
    RETURNING id::text AS id`,
  });
  return rows.map((one) => one.id);
}
const empty = () => database.all({ name: 'test.empty', text: 'DELETE FROM operations' });

/** What a consumer gets within a time; nothing when there is nothing. */
const receive = (queue: Queue, most: number, milliseconds = 500): Promise<readonly Delivery[]> =>
  queue.receive(name, { most, visibilitySeconds: 60, signal: AbortSignal.timeout(milliseconds) });

test('two processes that take at once take different operations, and all of them', { skip }, async () => {
  await empty();
  const ids = await queued('p', 200);
  const taken: string[] = [];
  await Promise.all(
    [processOf(false), processOf(false)].map(async ({ queue }) => {
      for (let got = await receive(queue, 7); got.length > 0; got = await receive(queue, 7)) {
        taken.push(...got.map((one) => one.message.operation));
      }
    }),
  );
  assert.deepEqual(taken.sort(), ids.sort());
});

test('what is not taken by its turn is: each look takes of every project before it takes a second of one', {
  skip,
}, async () => {
  await empty();
  for (const project of ['a', 'b', 'c']) await queued(project, 50);
  const { queue } = processOf(false);
  const projectsOf = (got: readonly Delivery[]) => got.map((one) => one.message.project).sort();
  assert.deepEqual(projectsOf(await receive(queue, 6)), ['a', 'a', 'b', 'b', 'c', 'c']);
  await queued('quiet', 1);
  assert.deepEqual(projectsOf(await receive(queue, 1)), ['quiet']);
  const three = [...(await receive(queue, 1)), ...(await receive(queue, 1)), ...(await receive(queue, 1))];
  assert.deepEqual(projectsOf(three), ['a', 'b', 'c']);
});

test('more projects than one look goes through are all served', { skip }, async () => {
  await empty();
  await database.all({
    name: 'test.many',
    text: `INSERT INTO operations (id, kind, resource_type, resource_id, project_id, user_id, queue, step, lease_until,
      deadline, created_at, updated_at)
    SELECT gen_random_uuid(), 'volume.extend', 'volume', gen_random_uuid(), 'p' || n, 'u', '${name}', 'extend', now(),
      now() + interval '1 hour', now(), now() FROM generate_series(1, 450) n`,
  });
  const { queue } = processOf(false);
  const seen = new Set<string>();
  for (let look = 0; look < 5; look += 1) {
    for (const one of await receive(queue, 200)) seen.add(one.message.project);
  }
  assert.equal(seen.size, 450);
});

test('an operation whose resource is busy, or whose time has not come, is not taken', { skip }, async () => {
  await empty();
  const busy = `'00000000-0000-4000-8000-000000000001'::uuid`;
  await queued('p', 1, busy, 'running');
  await queued('p', 3, busy);
  const [later] = await queued('p', 1);
  await database.all({
    name: 'test.later',
    text: `UPDATE operations SET lease_until = now() + interval '1 hour' WHERE id = '${later}'`,
  });
  assert.deepEqual(await receive(processOf(false).queue, 10, 300), []);
});

test('what was taken and never claimed is due again by itself', { skip }, async () => {
  await empty();
  const [id] = await queued('p', 1);
  const { queue } = processOf(false);
  assert.equal((await receive(queue, 1))[0]?.message.operation, id);
  assert.deepEqual(await receive(queue, 1, 200), []);
  const moved = `UPDATE operations SET lease_until = lease_until - interval '31 seconds'`;
  await database.all({ name: 'test.moved', text: moved });
  assert.equal((await receive(processOf(false).queue, 1))[0]?.message.operation, id);
});

for (const listens of [true, false]) {
  test(`work that one process begins is taken by another that waits (listening: ${listens})`, { skip }, async () => {
    await empty();
    const one = processOf(listens);
    const other = processOf(listens, listens ? virtualClock(clock.now() + 60_000) : clock);
    const waits = receive(other.queue, 1, 30_000);
    while (listens && other.signals.pauseMilliseconds !== pauses.hearing) await clock.sleep(5);
    const [id = ''] = await queued('p', 1);
    await one.queue.send(name, [{ operation: id, attempt: 0, project: 'p' }]);
    assert.equal((await waits)[0]?.message.operation, id);
  });

  test(`a request hears that its work has ended in another process (listening: ${listens})`, { skip }, async () => {
    await empty();
    const [one, other] = [processOf(listens), processOf(listens)].map(({ signals }) =>
      postgresNotices({ database, clock, signals }),
    );
    const [id = ''] = await queued('p', 1);
    const waits = one?.wait(id, 30_000);
    await database.all({ name: 'test.done', text: `UPDATE operations SET status = 'done' WHERE id = '${id}'` });
    other?.done({ operation: id, resource: 'v', kind: 'volume.create', milliseconds: 1 });
    assert.equal(await waits, true);
    assert.equal(await one?.wait('00000000-0000-4000-8000-000000000000', 150), false);
  });
}

test('a word that cannot be passed on is no error, and one that was lost is made up for by a look', {
  skip,
}, async () => {
  const lost = postgresSignals({ url: 'postgres://nobody@127.0.0.1:1/none', clock, log: silentLog });
  closing.push(lost.close);
  const queue = postgresQueue({ database, clock, signals: lost });
  await empty();
  const waits = receive(queue, 1, 30_000);
  const [id = ''] = await queued('p', 1);
  await processOf(false).queue.send(name, [{ operation: id, attempt: 0, project: 'p' }]);
  assert.equal((await waits)[0]?.message.operation, id);
});

test('signals are closed at any moment, also while they begin to listen', { skip }, async () => {
  // Connecting and listening are five answers of the server: each of these moments is met.
  for (let moment = 0; moment < 200; moment += 1) {
    const signals = postgresSignals({ url: url ?? '', clock, log: silentLog });
    signals.hear('queue', () => {});
    for (let turn = 0; turn < moment % 40; turn += 1) await new Promise(setImmediate);
    await signals.close();
  }
});
