// Months of schedules under a virtual clock: clocks that change, sweepers beside each other, processes that are away.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { timestamp } from '../infra/clock/port.ts';
import { virtualClock } from '../infra/clock/virtual.ts';
import { type Database, sql } from '../infra/database/port.ts';
import { webDigests } from '../infra/digests/web.ts';
import { systemIds } from '../infra/ids/system.ts';
import { silentLog } from '../infra/log/lines.ts';
import { memorySecrets } from '../infra/secrets/memory.ts';
import { projects } from '../test/harness/people.ts';
import { type Scoria, startScoria } from '../test/harness/scoria.ts';
import { finish } from './finish.ts';
import { schedule } from './schedule.ts';
import { beginDueRuns } from './snapshot-schedules.ts';
import { sweep } from './sweeper.ts';
import { claimWork } from './work/statements.ts';
import { done } from './work/work.ts';

const clock = virtualClock(Date.UTC(2026, 2, 10));
const hour = 3_600_000;
let scoria: Scoria;
before(async () => {
  scoria = await startScoria({ clock, workers: false, queue: 'memory' });
  await run(`UPDATE quota_classes SET hard_limit = 1000`);
});
after(() => scoria.close());

const run = <Row>(text: string) => scoria.database.all<Row>(sql('test', text));
const ports = (database: Database = scoria.database) => ({
  ...{ database, queue: scoria.queue, clock, ids: systemIds(), digests: webDigests() },
  ...{ log: silentLog, secrets: memorySecrets() },
});

const volumes = [1, 2, 3].map((n) => `1000000${n}-0000-4000-8000-000000000000`);
beforeEach(async () => {
  for (const table of ['operations', 'events', 'messages', 'snapshots', 'snapshot_schedules', 'volumes']) {
    await run(`DELETE FROM ${table}`);
  }
  await run('DELETE FROM quota_usages');
  for (const id of volumes) {
    await run(`INSERT INTO volumes (id, project_id, user_id, size_gib, status, host, metadata, created_at)
      VALUES ('${id}', '${projects.own}', 'u', 1, 'available', 'h@b#p', '{"tier": "gold"}', '2026-01-01T00:00:00Z')`);
  }
});

async function make(fields: object) {
  const usual = { name: 'nightly', cron: '30 2 * * *', timezone: 'Europe/Berlin', keep: { count: 5 } };
  const body = { snapshot_schedule: { ...usual, volume_ids: volumes, ...fields } };
  const told = await scoria.ask('POST', '/scoria/v1/snapshot-schedules', { body });
  assert.equal(told.status, 201, told.text);
  return told.body.snapshot_schedule;
}
const show = async (id: string) =>
  (await scoria.ask('GET', `/scoria/v1/snapshot-schedules/${id}`)).body.snapshot_schedule;

interface Waiting {
  readonly id: string;
  readonly attempt: number;
  readonly kind: string;
  readonly queue: string;
  readonly due: boolean;
}

/** Does what is queued, as the scheduler and a back end would, until nothing is. */
async function work(): Promise<void> {
  for (;;) {
    const waiting =
      await run<Waiting>(`SELECT id::text AS id, attempt, kind, queue, lease_until <= '${timestamp(clock)}' AS due
      FROM operations WHERE status = 'queued' ORDER BY created_at, id LIMIT 200`);
    if (waiting.length === 0) return;
    const due = waiting.filter((one) => one.due);
    if (due.length === 0) await clock.advance(1_000);
    for (const { id, attempt, kind, queue } of due) {
      const message = { operation: id, attempt, kind, project: projects.own };
      if (queue === 'scheduler') await schedule(ports(), { message });
      else {
        const found = await claimWork(scoria.database, message, timestamp(clock));
        if (found !== null && found !== 'busy') await finish(ports(), found.claimed, done('somewhere'));
      }
    }
  }
}

/** So many hours, in each of which two sweepers look at the same time. */
async function hours(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    await clock.advance(hour - (clock.now() % hour));
    await Promise.all([beginDueRuns(ports()), beginDueRuns(ports())]);
    await work();
  }
}

const dueTimes = async () =>
  (
    await run<{ due: string }>(
      `SELECT arguments ->> 'due' AS due FROM operations WHERE kind = 'snapshot_schedule.run' ORDER BY created_at, id`,
    )
  ).map(({ due }) => due);
const berlin = (iso: string) =>
  new Date(iso).toLocaleString('sv', { timeZone: 'Europe/Berlin', dateStyle: 'short', timeStyle: 'short' });

for (const [what, month, night, shown] of [
  ['forward', 2, '2026-03-29', '2026-03-29 03:00'],
  ['back', 9, '2026-10-25', '2026-10-25 02:30'],
] as const) {
  test(`a month in which the clocks go ${what} has one run each night, with two sweepers`, async () => {
    await clock.advance(Math.max(0, Date.UTC(2026, month, 10) - clock.now()));
    const made = await make({});
    await hours(30 * 24);
    const due = await dueTimes();
    assert.equal(due.length, 30);
    assert.equal(new Set(due.map((one) => berlin(one).slice(0, 10))).size, 30);
    assert.equal(
      due.map(berlin).find((one) => one.startsWith(night)),
      shown,
    );
    const kept = await run<{ count: number }>('SELECT count(*)::int AS count FROM snapshots GROUP BY volume_id');
    assert.deepEqual(kept, Array(3).fill({ count: 5 }));
    const { last_run_taken, last_run_removed, last_error } = await show(made.id);
    assert.deepEqual(
      { last_run_taken, last_run_removed, last_error },
      { last_run_taken: 3, last_run_removed: 3, last_error: null },
    );
  });
}

test('runs that were missed for days are caught up once, and none while it is disabled', async () => {
  const made = await make({ keep: { count: 50 } });
  await clock.advance(10 * 24 * hour);
  await hours(1);
  assert.equal((await dueTimes()).length, 1);
  const { next_run_at } = await show(made.id);
  assert.ok(Date.parse(`${next_run_at}Z`) > clock.now());
  const body = { snapshot_schedule: { enabled: false } };
  await scoria.ask('PUT', `/scoria/v1/snapshot-schedules/${made.id}`, { body });
  await hours(74);
  await scoria.ask('PUT', `/scoria/v1/snapshot-schedules/${made.id}`, {
    body: { snapshot_schedule: { enabled: true } },
  });
  await hours(1);
  assert.equal((await dueTimes()).length, 1, 'what was due while it was disabled is not caught up');
  await hours(24);
  assert.equal((await dueTimes()).length, 2);
});

test('a run whose process dies in the middle goes on where it was, and takes no second snapshot', async () => {
  await make({});
  await clock.advance(25 * hour);
  await beginDueRuns(ports());
  const [op] = await run<{ id: string }>(`SELECT id::text AS id FROM operations`);
  let left = 2;
  const dies: Database = {
    ...scoria.database,
    async all(statement, ...parameters) {
      if (statement.name.startsWith('snapshots.create') && left-- === 0) throw new Error('killed');
      return scoria.database.all(statement, ...parameters);
    },
  };
  const message = { operation: op?.id ?? '', attempt: 0, kind: 'snapshot_schedule.run', project: projects.own };
  await assert.rejects(schedule(ports(dies), { message }), /killed/);
  assert.equal((await run('SELECT 1 FROM snapshots')).length, 2);
  await clock.advance(90_000);
  await sweep(ports());
  await work();
  const taken = await run<{ count: number }>('SELECT count(*)::int AS count FROM snapshots GROUP BY volume_id');
  assert.deepEqual(taken, Array(3).fill({ count: 1 }));
  const [ended] = await run<{ status: string }>(`SELECT status FROM operations WHERE kind = 'snapshot_schedule.run'`);
  assert.equal(ended?.status, 'done');
});

test('age removes what is old and leaves the newest of each volume, also when nothing new is taken', async () => {
  const made = await make({ metadata: { tier: 'gold' }, volume_ids: undefined, keep: { days: 3 } });
  await hours(8 * 24);
  const ofEach = await run<{ count: number }>('SELECT count(*)::int AS count FROM snapshots GROUP BY volume_id');
  assert.deepEqual(ofEach, Array(3).fill({ count: 3 }));
  await run(`UPDATE volumes SET metadata = '{}'`);
  await hours(8 * 24);
  const left = await run<{ count: number }>('SELECT count(*)::int AS count FROM snapshots GROUP BY volume_id');
  assert.deepEqual(left, Array(3).fill({ count: 1 }));
  assert.equal((await show(made.id)).last_run_taken, 0);
});

test('a snapshot that fails takes the place of no good one, and is removed by the next run', async () => {
  const made = await make({ keep: { count: 1 }, volume_ids: volumes.slice(0, 1) });
  await hours(24);
  await clock.advance(24 * hour);
  await beginDueRuns(ports());
  const [op] = await run<{ id: string }>(`SELECT id::text AS id FROM operations WHERE status = 'queued'`);
  const message = { operation: op?.id ?? '', attempt: 0, kind: 'snapshot_schedule.run', project: projects.own };
  await schedule(ports(), { message });
  await run(`UPDATE snapshots SET status = 'error' WHERE status = 'creating'`);
  await run(`DELETE FROM operations WHERE kind = 'snapshot.create' AND status = 'queued'`);
  await work();
  const statuses = async () =>
    (await run<{ status: string }>('SELECT status FROM snapshots ORDER BY created_at')).map((one) => one.status);
  assert.match((await show(made.id)).last_error, /1 snapshots failed/);
  assert.deepEqual(await statuses(), ['available'], 'the failed one is gone, the good one stays');
});
